#pragma once

#include "q2o/connector/v1/assessment.pb.h"
#include "services/connector/app/source_caller.h"
#include "services/connector/domain/calendar.h"
#include "services/connector/domain/query.h"

namespace q2o::connector {

/// One entity as an assessment sees it, and between which days its records lie.
struct Assessed {
  v1::AssessedEntity entity;
  std::optional<Period> span;
};

/// Counts one entity, by years where it has dates, and looks at a sample of it. Called from several threads at once.
class EntityAssessor {
 public:
  EntityAssessor(const Manifest& manifest, SourceCaller& caller, std::stop_token stop)
      : manifest_(manifest), caller_(caller), stop_(std::move(stop)) {}

  /// What the source refuses about this entity alone is in the answer (absence, explanation). Trouble: nothing more can be asked now.
  SourceCaller::Asked<Assessed> assess(const EntityRule& rule);

 private:
  std::optional<Trouble> look(const EntityRule& rule, Assessed& out);
  std::optional<Trouble> count_years(const EntityRule& rule, Assessed& out);
  std::optional<Trouble> sample(const EntityRule& rule, const std::string& where, v1::AssessedEntity& out);
  SourceCaller::Asked<std::uint64_t> count(const EntityRule& rule, const std::string& where);
  SourceCaller::Asked<std::vector<Row>> rows(const EntityRule& rule, const std::string& statement);
  SourceCaller::Asked<std::optional<Day>> edge(const EntityRule& rule, bool first);
  SourceCaller::Asked<std::vector<std::string>> captured(const std::string& name);
  const Manifest& manifest_;
  SourceCaller& caller_;
  const std::stop_token stop_;
};

/// Entities that an assessment looks at, in the order of the manifest. The ledger is no list of records.
std::vector<const EntityRule*> assessed_entities(const Manifest& manifest);

}  // namespace q2o::connector
