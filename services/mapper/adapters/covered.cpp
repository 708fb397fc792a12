#include "services/mapper/adapters/covered.h"

#include "services/mapper/domain/coverage.h"

namespace q2o::mapper {
namespace {

constexpr const char* word(Fate fate) {
  switch (fate) {
    case Fate::taken:
      return "taken";
    case Fate::not_needed:
      return "not_needed";
    case Fate::lost:
      return "lost";
    case Fate::left:
      break;
  }
  return "left";
}

/// The reason that holds for every record, where there is one.
std::string always(const std::vector<ReasonRule>& rules) {
  for (const auto& rule : rules)
    if (!rule.when) return rule.reason;
  return {};
}

void judge(const EntityRule* rule, v1::CheckCoverageResponse::Entity& out) {
  if (rule == nullptr) return out.set_fate("unmapped");
  out.set_fate("targets");
  if (!rule->targets.empty() || rule->builder != nullptr) return;
  const auto excluded = always(rule->excluded);
  out.set_fate(excluded.empty() ? "merged" : "excluded");
  out.set_reason(excluded.empty() ? always(rule->merged) : excluded);
}

}  // namespace

v1::CheckCoverageResponse covered(const Mapping& mapping, const v1::CheckCoverageRequest& request) {
  const Coverage coverage(mapping);
  v1::CheckCoverageResponse answer;
  answer.set_version(mapping.version());
  for (const auto& asked : request.entities()) {
    auto& entity = *answer.add_entities();
    entity.set_entity(asked.entity());
    judge(mapping.find(asked.entity()), entity);
    for (const auto& path : asked.paths()) {
      auto& field = *entity.add_fields();
      const auto fate = coverage.of(asked.entity(), path);
      field.set_path(path);
      field.set_fate(word(fate.fate));
      field.set_reason(fate.reason);
    }
  }
  return answer;
}

}  // namespace q2o::mapper
