#pragma once

#include "services/connector/app/run_context.h"

namespace q2o::connector {

/// Publishes one listed entity from where the run's state says, and closes it with an EntityEnd whose counts agree or are explained.
class EntityExtractor {
 public:
  EntityExtractor(RunContext& run, const EntityRule& rule) : run_(run), rule_(rule) {}
  Step run();

 private:
  Step once(EntityState state);
  Step paged(EntityState state);
  Step pass(EntityState& state, const std::string& where, std::set<std::string>& sent, std::set<std::string>& listed);
  Step close(EntityState state);
  Step absent_or_halt(EntityState state, const Trouble& trouble);
  tl::expected<std::uint64_t, Trouble> count(const std::string& where);
  RunContext& run_;
  const EntityRule& rule_;
};

}  // namespace q2o::connector
