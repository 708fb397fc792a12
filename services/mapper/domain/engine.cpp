#include "services/mapper/domain/engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/mapper/domain/language/scalar.h"

namespace q2o::mapper {

using language::Evaluated;
using language::Evaluation;
using language::Scalar;

namespace {

Evaluation evaluation(const Source& source, const RunContext& run, const Lookups& lookups) {
  return {source, run, lookups, source.body, {}, {}, {}, true, false};
}

/// {"values": …, "adopt": …} of a target.
Evaluated write_values(const TargetRule& rule, Evaluation& at, std::string& out) {
  out = "{";
  if (rule.record) {
    out += "\"record\":";
    if (rule.record->write(at, out) == Evaluated::rejected) return Evaluated::rejected;
    out += ",";
  }
  out += "\"values\":";
  if (rule.values->write(at, out) == Evaluated::rejected) return Evaluated::rejected;
  for (const auto& [name, node] :
       {std::pair{"adopt", rule.adopt.get()}, std::pair{"then", rule.then.get()}, std::pair{"context", rule.context.get()}}) {
    if (node == nullptr) continue;
    out += fmt::format(",\"{}\":", name);
    if (node->write(at, out) == Evaluated::rejected) return Evaluated::rejected;
  }
  if (rule.sudo) out += ",\"sudo\":true";
  out += "}";
  return Evaluated::good;
}

Evaluated external_id(const TargetRule& rule, Evaluation& at, std::string& out) {
  Scalar key, part;
  if (rule.id_key && rule.id_key->read(at, key) == Evaluated::rejected) return Evaluated::rejected;
  if (rule.part && rule.part->read(at, part) == Evaluated::rejected) return Evaluated::rejected;
  out = at.run.external_id(rule.id_entity, rule.id_key ? key.text : std::string_view(at.source.id),
                           rule.dynamic_part ? part.text : std::string_view(rule.part_text));
  return Evaluated::good;
}

Evaluated read_file(const FileRule& rule, Evaluation& at, FileOf& out) {
  for (const auto& [node, text] :
       {std::pair{rule.id.get(), &out.id}, std::pair{rule.bytes.get(), &out.bytes}, std::pair{rule.changed.get(), &out.changed}}) {
    Scalar value;
    if (node->read(at, value) == Evaluated::rejected) return Evaluated::rejected;
    if (!value.empty()) *text = value.text;
  }
  return Evaluated::good;
}

Evaluated build(const TargetRule& rule, Evaluation& at, const Lookups& lookups, std::vector<Target>& targets,
                std::vector<std::string>& shared) {
  bool wanted = true;
  if (rule.when && rule.when->holds(at, wanted) == Evaluated::rejected) return Evaluated::rejected;
  if (!wanted) return Evaluated::good;
  Target target;
  if (external_id(rule, at, target.external_id) == Evaluated::rejected) return Evaluated::rejected;
  if (rule.once && lookups.find("shared_record", target.external_id) != nullptr) return Evaluated::good;
  at.references.clear();
  if (write_values(rule, at, target.values_json) == Evaluated::rejected) return Evaluated::rejected;
  if (rule.file && read_file(*rule.file, at, target.file.emplace()) == Evaluated::rejected) return Evaluated::rejected;
  target.model = rule.model;
  target.operation = rule.operation;
  target.wave = rule.wave;
  target.post = rule.post;
  std::sort(at.references.begin(), at.references.end());
  at.references.erase(std::unique(at.references.begin(), at.references.end()), at.references.end());
  target.references = std::move(at.references);
  if (rule.once) shared.push_back(target.external_id);
  targets.push_back(std::move(target));
  return Evaluated::good;
}

/// Runs `work` at the record, or at each element of the list.
template <class Work>
Evaluated at_each(const std::optional<language::Path>& each, Evaluation& at, Work work) {
  if (!each) return work();
  const json::Value* outer = at.here;
  const auto* list = each->find(at);
  Evaluated done = Evaluated::good;
  for (std::size_t i = 0; list != nullptr && i < list->items().size() && done == Evaluated::good; ++i) {
    at.here = &list->items()[i];
    done = work();
  }
  at.here = outer;
  return done;
}

Evaluated first_reason(const std::vector<ReasonRule>& rules, Evaluation& at, std::string& reason) {
  for (const auto& rule : rules) {
    bool holds = true;
    if (rule.when && rule.when->holds(at, holds) == Evaluated::rejected) return Evaluated::rejected;
    if (!holds) continue;
    reason = rule.reason;
    break;
  }
  return Evaluated::good;
}

Evaluated apply(const EntityRule& rule, Evaluation& at, Lookups& lookups, Outcome& outcome) {
  if (rule.label) {
    Scalar label;
    if (rule.label->read(at, label) == Evaluated::rejected) return Evaluated::rejected;
    outcome.label = label.text.substr(0, 200);
  }
  if (first_reason(rule.excluded, at, outcome.excluded) == Evaluated::rejected) return Evaluated::rejected;
  if (!outcome.excluded.empty()) return Evaluated::good;
  std::string merged;
  std::vector<std::string> shared;
  if (first_reason(rule.merged, at, merged) == Evaluated::rejected) return Evaluated::rejected;
  if (merged.empty() || !rule.targets.empty()) {
    for (const auto& target : rule.targets) {
      const auto one = [&] { return build(target, at, lookups, outcome.targets, shared); };
      if (at_each(target.each, at, one) == Evaluated::rejected) return Evaluated::rejected;
    }
  }
  if (at.waits) {
    outcome = {};
    outcome.waits = true;
    return Evaluated::good;
  }
  outcome.losses = std::move(at.losses);
  // Only now: a shared record of a rejected source must still be made by the next one.
  for (const auto& id : shared) lookups.put("shared_record", id, "true");
  if (outcome.targets.empty()) outcome.merged = merged.empty() ? "Is represented by other records" : merged;
  return Evaluated::good;
}

/// What the mapping itself says about a record that was taken over.
Evaluated list_loss(const LossRule& loss, Evaluation& at, Outcome& outcome) {
  bool holds = true;
  if (loss.when && loss.when->holds(at, holds) == Evaluated::rejected) return Evaluated::rejected;
  if (!holds) return Evaluated::good;
  Scalar reason;
  if (loss.reason->read(at, reason) == Evaluated::rejected) return Evaluated::rejected;
  outcome.losses.push_back({loss.field, std::string(at.here->at(loss.field).text()), std::string(reason.text)});
  return Evaluated::good;
}

Evaluated list_losses(const EntityRule& rule, Evaluation& at, Outcome& outcome) {
  for (const auto& loss : rule.losses)
    if (at_each(loss.each, at, [&] { return list_loss(loss, at, outcome); }) == Evaluated::rejected) return Evaluated::rejected;
  return Evaluated::good;
}

/// The builder's records, with the note that the mapping writes beside them.
Evaluated apply_builder(const EntityRule& rule, Evaluation& at, Lookups& lookups, Outcome& outcome) {
  Source source = at.source;
  Scalar note;
  if (rule.note && source.body != nullptr && rule.note->read(at, note) == Evaluated::rejected) return Evaluated::rejected;
  source.note = note.text;
  outcome = rule.builder->build(source, rule.parameters.root(), at.run, lookups);
  return Evaluated::good;
}

Outcome rejected(Reject reject, std::string label = {}) {
  Outcome outcome;
  outcome.reject = std::move(reject);
  outcome.label = std::move(label);
  return outcome;
}

}  // namespace

Outcome Engine::map(const Source& source, const RunContext& run, Lookups& lookups, Pass pass) const {
  const EntityRule* rule = mapping_.find(source.entity);
  if (rule == nullptr) {
    return rejected(language::refusal(
        "", "", "UNMAPPED_ENTITY", fmt::format("The mapping says nothing about {}", source.entity),
        fmt::format("Add a rule for {} to the mapping (targets, merged or excluded), store it and run again.", source.entity)));
  }
  if (source.body != nullptr && !source.body->is_object()) {
    return rejected(language::refusal("", source.body->raw().substr(0, 200), "WRONG_TYPE", "The record is no JSON object",
                                      "Extract the record again."));
  }
  if (rule->votes_tax_accounts && source.body != nullptr) vote_tax_accounts(source, lookups);
  auto at = evaluation(source, run, lookups);
  at.last_pass = pass == Pass::last;
  Outcome outcome;
  const Evaluated done = rule->builder != nullptr ? apply_builder(*rule, at, lookups, outcome) : apply(*rule, at, lookups, outcome);
  if (done == Evaluated::rejected) return rejected(std::move(at.reject), std::move(outcome.label));
  if (outcome.targets.empty() || source.body == nullptr) return outcome;
  if (list_losses(*rule, at, outcome) == Evaluated::rejected) return rejected(std::move(at.reject), std::move(outcome.label));
  return outcome;
}

std::optional<Reject> Engine::remember(const Source& source, const RunContext& run, Lookups& lookups) const {
  const EntityRule* rule = mapping_.find(source.entity);
  if (rule == nullptr || source.body == nullptr || !source.body->is_object()) return std::nullopt;
  for (const auto& remember : rule->remember) {
    auto at = evaluation(source, run, lookups);
    Scalar key;
    key.view(Scalar::Kind::text, source.id);
    if (remember.key && remember.key->read(at, key) == Evaluated::rejected) return at.reject;
    std::string text = "{";
    for (const auto& [kept_as, member] : remember.fields) {
      const auto& value = (*source.body)[member];
      if (value.is_null()) continue;
      if (text.size() > 1) text.push_back(',');
      json::append_text(text, kept_as);
      text.append(":").append(value.raw());
    }
    lookups.put(remember.kind, key.text, text + "}");
  }
  return std::nullopt;
}

Result<std::string> Engine::settings(const RunContext& run, const Lookups& lookups) const {
  const Source nothing{"", "", nullptr};
  auto at = evaluation(nothing, run, lookups);
  std::string out;
  if (mapping_.settings().write(at, out) == Evaluated::rejected) {
    return fail(Code::failed_precondition, fmt::format("{}: {}", at.reject.field, at.reject.message), at.reject.reason, at.reject.hint);
  }
  return out;
}

}  // namespace q2o::mapper
