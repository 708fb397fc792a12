#include <fmt/format.h>

#include <algorithm>

#include "services/mapper/domain/language/nodes.h"

namespace q2o::mapper::language {
namespace {

/// Compares one value with constants or another value.
class Comparison : public Condition {
 public:
  enum class Kind { equals, one_of, present, contains, max_length, differs_from };
  NodePtr value, other;
  Kind kind = Kind::present;
  std::vector<std::string> texts;
  std::optional<Decimal> number;  ///< of `equals`: 0.00 equals 0
  bool wanted = true;
  std::size_t length = 0;

  Evaluated holds(Evaluation& at, bool& result) const override {
    Scalar read_value;
    if (value->read(at, read_value) == Evaluated::rejected) return Evaluated::rejected;
    const auto text = read_value.empty() ? std::string_view() : read_value.text;
    switch (kind) {
      case Kind::equals:
        if (number) {
          const auto parsed = read_value.empty() ? Result<Decimal>(fail(Code::invalid_argument, "")) : Decimal::parse(text);
          result = parsed && *parsed == *number;
          break;
        }
        [[fallthrough]];
      case Kind::one_of:
        result = !read_value.empty() && std::find(texts.begin(), texts.end(), text) != texts.end();
        break;
      case Kind::present:
        result = !read_value.empty() == wanted;
        break;
      case Kind::contains:
        result = text.find(texts.front()) != std::string_view::npos;
        break;
      case Kind::max_length:
        result = text.size() <= length;
        break;
      case Kind::differs_from: {
        Scalar with;
        if (other->read(at, with) == Evaluated::rejected) return Evaluated::rejected;
        result = !read_value.empty() && (with.empty() || with.text != text);
        break;
      }
    }
    return Evaluated::good;
  }
};

class Known : public Condition {
 public:
  std::string kind;
  NodePtr key;
  Evaluated holds(Evaluation& at, bool& result) const override {
    Scalar text;
    if (key->read(at, text) == Evaluated::rejected) return Evaluated::rejected;
    result = !text.empty() && at.lookups.find(kind, text.text) != nullptr;
    return Evaluated::good;
  }
};

/// all: stops at the first that does not hold; any: at the first that does; `not` is an all of one, turned round.
class Group : public Condition {
 public:
  std::vector<ConditionPtr> parts;
  bool all = true, negated = false;
  Evaluated holds(Evaluation& at, bool& result) const override {
    result = all;
    for (const auto& part : parts) {
      if (part->holds(at, result) == Evaluated::rejected) return Evaluated::rejected;
      if (result != all) break;
    }
    result = result != negated;
    return Evaluated::good;
  }
};

/// One element of the list fulfils the condition.
class Some : public Condition {
 public:
  explicit Some(Path path) : list(std::move(path)) {}
  Path list;
  ConditionPtr is;
  Evaluated holds(Evaluation& at, bool& result) const override {
    result = false;
    const auto* found = list.find(at);
    if (found == nullptr) return Evaluated::good;
    const json::Value* outer = at.here;
    Evaluated done = Evaluated::good;
    for (const auto& item : found->items()) {
      at.here = &item;
      done = is->holds(at, result);
      if (done == Evaluated::rejected || result) break;
    }
    at.here = outer;
    return done;
  }
};

ConditionPtr compile_some(const json::Value& value, const std::string& place, CompileContext& context) {
  check_members(value, {"some", "is"}, place, context.complaints);
  auto some = std::make_unique<Some>(Path(text_member(value, "some", true, place, context.complaints)));
  some->is = compile_condition(value["is"], below(place, "is"), context);
  return some;
}

ConditionPtr compile_group(const json::Value& value, std::string_view name, const std::string& place, CompileContext& context) {
  auto group = std::make_unique<Group>();
  group->all = name != "any";
  group->negated = name == "not";
  check_members(value, {name}, place, context.complaints);
  const auto& parts = value[name];
  const std::string inner = below(place, name);
  if (name == "not") {
    group->parts.push_back(compile_condition(parts, inner, context));
  } else {
    if (!parts.is_array() || parts.items().empty()) context.complaints.add(inner, "must be a list of conditions");
    std::size_t index = 0;
    for (const auto& part : parts.items()) group->parts.push_back(compile_condition(part, below(inner, index++), context));
  }
  return group;
}

ConditionPtr compile_known(const json::Value& value, const std::string& place, CompileContext& context) {
  check_members(value, {"known"}, place, context.complaints);
  const std::string inner = below(place, "known");
  auto known = std::make_unique<Known>();
  if (!check_members(value["known"], {"kind", "key"}, inner, context.complaints)) return nullptr;
  known->kind = text_member(value["known"], "kind", true, inner, context.complaints);
  known->key = compile(value["known"]["key"], below(inner, "key"), context);
  if (context.looked_up != nullptr) context.looked_up->insert({known->kind, inner});
  return known;
}

bool read_operand(const json::Value& value, const std::string& place, Comparison& comparison, CompileContext& context) {
  using Kind = Comparison::Kind;
  if (value.has("equals")) {
    comparison.kind = Kind::equals;
    comparison.texts.emplace_back(value["equals"].text());
    if (value["equals"].is_number()) comparison.number = value["equals"].decimal().value();
  } else if (value.has("in")) {
    comparison.kind = Kind::one_of;
    for (const auto& item : value["in"].items()) comparison.texts.emplace_back(item.text());
    if (comparison.texts.empty()) context.complaints.add(below(place, "in"), "must be a list that is not empty");
  } else if (value.has("contains")) {
    comparison.kind = Kind::contains;
    comparison.texts.push_back(text_member(value, "contains", true, place, context.complaints));
  } else if (value.has("max_length")) {
    comparison.kind = Kind::max_length;
    const auto number = value["max_length"].decimal();
    if (!number || number->sign() < 0) {
      context.complaints.add(below(place, "max_length"), "must be a whole number");
    } else {
      comparison.length = std::stoull(number->to_string(0));
    }
  } else if (value.has("differs_from")) {
    comparison.kind = Kind::differs_from;
    comparison.other = compile(value["differs_from"], below(place, "differs_from"), context);
  } else if (value.has("present")) {
    comparison.wanted = flag_member(value, "present", place, context.complaints);
  } else {
    return false;
  }
  return true;
}

}  // namespace

ConditionPtr compile_condition(const json::Value& value, const std::string& place, CompileContext& context) {
  if (!value.is_object()) {
    context.complaints.add(place, "must be a condition (an object)");
    return nullptr;
  }
  for (const std::string_view name : {"all", "any", "not"}) {
    if (value.has(name)) return compile_group(value, name, place, context);
  }
  if (value.has("known")) return compile_known(value, place, context);
  if (value.has("some")) return compile_some(value, place, context);
  check_members(value, {"path", "value", "equals", "in", "present", "contains", "max_length", "differs_from"}, place, context.complaints);
  auto comparison = std::make_unique<Comparison>();
  if (value.has("path") == value.has("value")) context.complaints.add(place, "needs either path or value");
  if (value.has("value")) {
    comparison->value = compile(value["value"], below(place, "value"), context);
  } else {
    const std::string path = text_member(value, "path", true, place, context.complaints);
    Finish finish;
    finish.field = path;
    comparison->value = std::make_unique<PathNode>(Path(path), std::move(finish), true);
  }
  if (!read_operand(value, place, *comparison, context)) {
    context.complaints.add(place, "needs one of equals, in, present, contains, max_length, differs_from");
  }
  return comparison;
}

}  // namespace q2o::mapper::language
