#pragma once

#include <map>
#include <optional>

#include "services/connector/app/page_fetcher.h"

namespace q2o::connector {

/// What has been asked about an entity before its turn.
struct Early {
  tl::expected<std::uint64_t, Trouble> count;
  std::optional<tl::expected<Page, Trouble>> first;  ///< its first page; nothing where there are no rows
};

/// Asks for the count and the first page of the next entities while an earlier one is published: the source's budget is there to be used.
/// An entity whose question depends on what is not read yet waits for its turn.
class Lookahead {
 public:
  Lookahead(RunContext& run, const std::vector<const EntityRule*>& plan) : run_(run), plan_(plan) {}
  /// Before the turn of entity number `turn` of the plan.
  void before(std::size_t turn);
  std::optional<Early> take(const EntityRule& rule);

 private:
  bool can_ask(const EntityRule& rule) const;
  RunContext& run_;
  const std::vector<const EntityRule*>& plan_;
  std::size_t asked_ = 0;
  std::map<std::string, Pending<Early>> under_way_;
};

/// Publishes one listed entity from where the run's state says, and closes it with an EntityEnd whose counts agree or are explained.
class EntityExtractor {
 public:
  EntityExtractor(RunContext& run, const EntityRule& rule, std::optional<Early> early = {})
      : run_(run), rule_(rule), early_(std::move(early)) {}
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
  std::optional<Early> early_;
  int pages_ = 0;  ///< of the last pass
};

}  // namespace q2o::connector
