#pragma once

#include "services/connector/app/run_context.h"

namespace q2o::connector {

/// The source's own ledger, cut by months (and smaller where an answer would be too big), published as records and kept; then the
/// other reports over the same span, kept only.
class LedgerExtractor {
 public:
  LedgerExtractor(RunContext& run, const EntityRule& rule) : run_(run), rule_(rule) {}
  Step run();

 private:
  struct Slice {
    Period period;
    std::string body;
  };
  using Slices = tl::expected<std::vector<Slice>, Trouble>;

  Stepped<Period> span();
  tl::expected<std::optional<Period>, Trouble> probe(const Period& period);
  tl::expected<std::optional<Period>, Trouble> span_by_documents(Trouble too_big);
  tl::expected<std::optional<Period>, Trouble> edges(std::span<const EntityRule* const> entities);
  tl::expected<std::optional<Period>, Trouble> around(Period span);
  tl::expected<std::optional<Day>, Trouble> edge(const EntityRule& entity, bool first);
  Slices fetch(const Period& period);
  Step slices(EntityState& state, const std::vector<Period>& periods);
  Step publish(EntityState& state, std::vector<Slice> ready, std::uint64_t position);
  Step reports(const Period& span);
  unsigned fiscal_first_month() const;
  RunContext& run_;
  const EntityRule& rule_;
};

}  // namespace q2o::connector
