#include "services/mapper/domain/language/nodes.h"

#include <fmt/format.h>

#include "services/mapper/domain/losses.h"

namespace q2o::mapper::language {
namespace {

Evaluated rejected(Evaluation& at, Reject reject) {
  at.reject = std::move(reject);
  return Evaluated::rejected;
}

void refer(Evaluation& at, std::string external_id, std::string& out) {
  out.append("{\"ref\":");
  json::append_text(out, external_id);
  out.push_back('}');
  at.references.push_back(std::move(external_id));
}

/// A record that is not there: it may still come, or the mapping takes the loss (good), or this record is rejected.
Evaluated missing(Evaluation& at, bool forward, std::string_view path, std::string_view entity, std::string_view id) {
  if (forward && !at.last_pass) {
    at.waits = true;
    return Evaluated::good;
  }
  auto reject = missing_reference(at.source, at.run, path, entity, id, at.losses);
  return reject ? rejected(at, std::move(*reject)) : Evaluated::good;
}

}  // namespace

Evaluated Literal::read(Evaluation&, Scalar& out) const {
  out.view(kind_, kind_ == Scalar::Kind::json ? std::string_view(json_) : std::string_view(text_));
  return Evaluated::good;
}
Evaluated Literal::write(Evaluation&, std::string& out) const {
  out.append(json_);
  return Evaluated::good;
}

namespace {

/// Writes one of several values behind those that are there; where it turns out to be none, nothing of it stays.
Evaluated append(const Node& node, Evaluation& at, std::string& out, bool& first, std::string_view name = {}) {
  const std::size_t before = out.size();
  if (!first) out.push_back(',');
  if (!name.empty()) out.append(name).push_back(':');
  const std::size_t start = out.size();
  if (node.write(at, out) == Evaluated::rejected) return Evaluated::rejected;
  if (out.size() == start)
    out.resize(before);
  else
    first = false;
  return Evaluated::good;
}

}  // namespace

Evaluated ArrayNode::write(Evaluation& at, std::string& out) const {
  out.push_back('[');
  bool first = true;
  for (const auto& item : items_)
    if (append(*item, at, out, first) == Evaluated::rejected) return Evaluated::rejected;
  out.push_back(']');
  return Evaluated::good;
}

Evaluated ObjectNode::write(Evaluation& at, std::string& out) const {
  out.push_back('{');
  bool first = true;
  for (const auto& [name, node] : members_)
    if (append(*node, at, out, first, name) == Evaluated::rejected) return Evaluated::rejected;
  out.push_back('}');
  return Evaluated::good;
}

Evaluated Finish::apply(Evaluation& at, Scalar& value) const {
  for (const auto& step : steps) {
    if (value.empty()) break;
    const std::string before(value.text.substr(0, 200));
    if (auto trouble = step(value)) return rejected(at, refusal(field, before, trouble->reason, trouble->message, trouble->hint));
  }
  if (!value.empty()) return Evaluated::good;
  if (otherwise) return otherwise->read(at, value);
  if (required) {
    const auto* found = Path(field).find(at);
    const std::string_view there = found == nullptr ? std::string_view{} : found->text();
    if (!there.empty()) {
      return rejected(
          at, refusal(field, there.substr(0, 200), "UNKNOWN_VALUE", fmt::format("{} holds a value that the mapping does not know", field),
                      "Correct the value in the source, or add it to the table of this field in the mapping, store it and run again."));
    }
    return rejected(at,
                    refusal(field, "", "REQUIRED_FIELD_MISSING", fmt::format("{} is empty, but a record cannot be made without it", field),
                            "Fill the field in the source and extract the record again."));
  }
  if (omit) value.clear(Scalar::Kind::absent);
  return Evaluated::good;
}

Evaluated PathNode::read(Evaluation& at, Scalar& out) const {
  if (const auto* found = path_.find(at)) {
    language::read(*found, out);
  } else {
    out.clear();
  }
  if (out.kind == Scalar::Kind::json && !groups_) {
    return rejected(at, refusal(path_.dotted(), out.text.substr(0, 200), "WRONG_TYPE",
                                fmt::format("{} holds a list or a group where a single value is expected", path_.dotted()),
                                "Look at the record in the source; if its shape is right, the mapping must be changed."));
  }
  return finish_.apply(at, out);
}

Evaluated FirstOf::read(Evaluation& at, Scalar& out) const {
  out.clear();
  for (const auto& item : items_) {
    if (item->read(at, out) == Evaluated::rejected) return Evaluated::rejected;
    if (!out.empty()) break;
  }
  return finish_.apply(at, out);
}

Evaluated Concat::read(Evaluation& at, Scalar& out) const {
  std::string text;
  bool any = false;
  for (const auto& item : items_) {
    Scalar part;
    if (item->read(at, part) == Evaluated::rejected) return Evaluated::rejected;
    if (part.empty()) continue;
    if (any) text += separator_;
    text += part.text;
    any = true;
  }
  if (any) {
    out.own(Scalar::Kind::text, std::move(text));
  } else {
    out.clear();
  }
  return finish_.apply(at, out);
}

Evaluated LookupNode::read(Evaluation& at, Scalar& out) const {
  Scalar key;
  if (key_->read(at, key) == Evaluated::rejected) return Evaluated::rejected;
  const json::Value* found = key.empty() ? nullptr : at.lookups.find(kind_, key.text);
  if (found == nullptr) {
    if (!key.empty() && !reference_.empty() && missing(at, forward_, reference_, kind_, key.text) == Evaluated::rejected)
      return Evaluated::rejected;
    out.clear();
  } else {
    language::read(field_.follow(*found), out);
    // The remembered value may go away with the next put(); a copy stays.
    if (!out.empty()) out.own(out.kind, std::string(out.text));
  }
  return finish_.apply(at, out);
}

Evaluated RefNode::check(Evaluation& at, std::string_view key_text, bool& there) const {
  there = entity_name || at.lookups.find(entity, key_text) != nullptr;
  return there ? Evaluated::good : missing(at, forward, field, entity, key_text);
}

/// The planner of the loader knows "a|b" as "one of them must be there".
void RefNode::refer_to_parts(Evaluation& at, std::string_view named, std::string_view key_text, std::string& out) const {
  std::string any;
  out.append("{\"").append(as).append("\":[");
  for (const auto& one : parts) {
    const auto id = at.run.external_id(named, key_text, one);
    if (!any.empty()) out.push_back(','), any.push_back('|');
    json::append_text(out, id);
    any += id;
  }
  out.append("]}");
  at.references.push_back(std::move(any));
}

Evaluated RefNode::write(Evaluation& at, std::string& out) const {
  Scalar key_value, part_value, named;
  if (entity_name && entity_name->read(at, named) == Evaluated::rejected) return Evaluated::rejected;
  if (key->read(at, key_value) == Evaluated::rejected) return Evaluated::rejected;
  if (part && part->read(at, part_value) == Evaluated::rejected) return Evaluated::rejected;
  bool there = false;
  if (!key_value.empty() && check(at, key_value.text, there) == Evaluated::rejected) return Evaluated::rejected;
  if (at.waits) {
    out.append("null");
  } else if (there && !parts.empty()) {
    refer_to_parts(at, entity_name ? named.text : std::string_view(entity), key_value.text, out);
  } else if (there) {
    refer(at, at.run.external_id(entity_name ? named.text : std::string_view(entity), key_value.text, part_value.text), out);
  } else if (required) {
    return rejected(at,
                    refusal(field, "", "REQUIRED_FIELD_MISSING", fmt::format("{} is empty, but it must name a record ({})", field, entity),
                            "Fill the field in the source and extract the record again."));
  } else if (!omit) {
    out.append("null");
  }
  return Evaluated::good;
}

Evaluated OwnNode::write(Evaluation& at, std::string& out) const {
  refer(at, at.run.external_id(at.source.entity, at.source.id, part_), out);
  return Evaluated::good;
}

Evaluated RunNode::read(Evaluation& at, Scalar& out) const {
  const auto mode = kMoneyModes[static_cast<std::size_t>(at.run.money_mode)].first;
  if (what_ == "first_day" && at.run.extent.first_day.empty()) {
    out.clear(Scalar::Kind::absent);
    return Evaluated::good;
  }
  out.view(Scalar::Kind::text, what_ == "home_currency" ? std::string_view(at.run.home_currency)
                               : what_ == "money_mode"  ? mode
                               : what_ == "first_day"   ? std::string_view(at.run.extent.first_day)
                                                        : std::string_view(at.run.slug));
  return Evaluated::good;
}

Evaluated IfNode::read(Evaluation& at, Scalar& out) const {
  bool holds = false;
  if (condition_->holds(at, holds) == Evaluated::rejected) return Evaluated::rejected;
  const Node* branch = holds ? then_.get() : else_.get();
  if (branch != nullptr) return branch->read(at, out);
  out.clear(Scalar::Kind::absent);
  return Evaluated::good;
}

namespace {
/// Paths start elsewhere while it lives.
class Within {
 public:
  Within(Evaluation& at, const std::optional<Path>& path) : at_(at), outer_(at.here) {
    if (path && outer_ != nullptr) at.here = path->find(at);
  }
  ~Within() { at_.here = outer_; }
  Within(const Within&) = delete;
  Within& operator=(const Within&) = delete;

 private:
  Evaluation& at_;
  const json::Value* outer_;
};
}  // namespace

Evaluated UseNode::read(Evaluation& at, Scalar& out) const {
  const Within within(at, path_);
  return body_->read(at, out);
}
Evaluated UseNode::write(Evaluation& at, std::string& out) const {
  const Within within(at, path_);
  return body_->write(at, out);
}

Evaluated EachNode::write(Evaluation& at, std::string& out) const {
  const json::Value* outer = at.here;
  out.push_back('[');
  bool first = true;
  if (const auto* list = path_.find(at)) {
    for (const auto& item : list->items()) {
      at.here = &item;
      const Evaluated done = append(*as_, at, out, first);
      at.here = outer;
      if (done == Evaluated::rejected) return done;
    }
  }
  out.push_back(']');
  return Evaluated::good;
}

Evaluated JoinNode::read(Evaluation& at, Scalar& out) const {
  const json::Value* outer = at.here;
  std::string text;
  if (const auto* list = path_.find(at)) {
    for (const auto& item : list->items()) {
      Scalar part;
      at.here = &item;
      const Evaluated done = as_->read(at, part);
      at.here = outer;
      if (done == Evaluated::rejected) return done;
      if (part.empty()) continue;
      if (!text.empty()) text += separator_;
      text += part.text;
    }
  }
  if (text.empty()) {
    out.clear();
  } else {
    out.own(Scalar::Kind::text, std::move(text));
  }
  return Evaluated::good;
}

}  // namespace q2o::mapper::language
