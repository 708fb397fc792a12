#include "services/connector/app/ledger_extractor.h"

#include <fmt/format.h>

#include "services/connector/domain/query.h"

namespace q2o::connector {
namespace {

using std::chrono::days;

/// Of an answer that tells dates only (some 40,000 postings): to know where the ledger begins and ends, a larger one is not worth its
/// memory.
constexpr std::size_t kProbeBytesMax = 4u << 20;
/// Of a slice: several are under way at once.
constexpr std::size_t kSliceBytesMax = 6u << 20;

Day today(Clock& clock) {
  return std::chrono::floor<days>(clock.now());
}

void widen(std::optional<Period>& span, const std::optional<Period>& more) {
  if (!more) return;
  span = span ? Period{std::min(span->first, more->first), std::max(span->last, more->last)} : *more;
}

}  // namespace

unsigned LedgerExtractor::fiscal_first_month() const {
  const unsigned month = month_number(run_.captured("fiscal_year_first_month"));
  return month == 0 ? 1 : month;
}

/// Dates that the ledger itself names in a period. Too big an answer comes back as `split`.
tl::expected<std::optional<Period>, Trouble> LedgerExtractor::probe(const Period& period) {
  auto answer = run_.caller.report(ledger_request(run_.manifest, period, false, true), true, run_.stop, kProbeBytesMax);
  if (!answer) return tl::unexpected(std::move(answer.error()));
  if (truncated(run_.manifest, answer->root().raw()))
    return tl::unexpected(
        Trouble{FaultAction::split, Error{Code::resource_exhausted,
                                          "the ledger is too big for one answer",
                                          Retry::never,
                                          Effect::none,
                                          "TRUNCATED",
                                          "Tell support: this company's ledger has too many entries outside of the dates of its documents.",
                                          {}}});
  auto dates = dates_in(answer->root(), run_.manifest.ledger.date_column);
  if (!dates) return tl::unexpected(Trouble{FaultAction::permanent, dates.error()});
  return *dates;
}

tl::expected<std::optional<Day>, Trouble> LedgerExtractor::edge(const EntityRule& entity, bool first) {
  auto answer = run_.caller.query(edge_statement(run_.manifest, entity, entity.date_field, first), run_.stop);
  if (!answer) {
    const auto action = answer.error().action;
    if (action == FaultAction::absent || (action == FaultAction::absent_if_optional && entity.optional)) return std::nullopt;
    return tl::unexpected(std::move(answer.error()));
  }
  auto rows = rows_in(run_.manifest, entity, answer->root());
  if (!rows) return tl::unexpected(Trouble{FaultAction::permanent, rows.error()});
  if (rows->empty()) return std::nullopt;
  const auto document = json::Document::parse(rows->front().body);
  const auto day = document ? parse_day(document->root().at(entity.date_field).text()) : Result<Day>(fail(document.error()));
  if (!day) return tl::unexpected(Trouble{FaultAction::permanent, day.error()});
  return *day;
}

tl::expected<std::optional<Period>, Trouble> LedgerExtractor::edges(std::span<const EntityRule* const> entities) {
  std::deque<Pending<tl::expected<std::optional<Day>, Trouble>>> asked;
  for (const auto* entity : entities)
    for (const bool first : {true, false}) asked.push_back(run_.pool.submit([this, entity, first] { return edge(*entity, first); }));
  std::optional<Period> span;
  for (auto& future : asked) {
    auto day = future.get();
    if (!day) return tl::unexpected(std::move(day.error()));
    if (*day) widen(span, Period{**day, **day});
  }
  return span;
}

/// The span, and what the ledger has before and after it.
tl::expected<std::optional<Period>, Trouble> LedgerExtractor::around(Period span) {
  const Day widest_first = *parse_day(run_.manifest.ledger.widest_first), widest_last = *parse_day(run_.manifest.ledger.widest_last);
  const Day before = month_first(span.first) - days{1}, after = month_last(span.last) + days{1};
  std::optional<Period> whole = span;
  for (const Period& outside : {Period{widest_first, before}, Period{after, widest_last}}) {
    auto more = probe(outside);
    if (!more) return more;
    widen(whole, *more);
  }
  return whole;
}

/// For ledgers too big for one answer. The dates of any documents will do, as long as the ledger has few postings before and after them:
/// the fewer are asked for, the better.
tl::expected<std::optional<Period>, Trouble> LedgerExtractor::span_by_documents(Trouble too_big) {
  std::vector<const EntityRule*> dated;
  for (const auto& entity : run_.manifest.entities)
    if (!entity.date_field.empty()) dated.push_back(&entity);
  std::optional<Period> span;
  for (std::size_t asked = 0, lot = 1; asked < dated.size(); asked += lot, lot *= 2) {
    lot = std::min(lot, dated.size() - asked);
    const auto more = edges(std::span(dated).subspan(asked, lot));
    if (!more) return tl::unexpected(more.error());
    widen(span, *more);
    if (!span) continue;
    auto whole = around(*span);
    if (whole || whole.error().action != FaultAction::split) return whole;
    too_big = std::move(whole.error());
  }
  return tl::unexpected(std::move(too_big));
}

Stepped<Period> LedgerExtractor::span() {
  if (run_.state.span) return *run_.state.span;
  const Day widest_first = *parse_day(run_.manifest.ledger.widest_first), widest_last = *parse_day(run_.manifest.ledger.widest_last);
  auto found = probe({widest_first, widest_last});
  if (!found && found.error().action != FaultAction::permanent && found.error().action != FaultAction::stop && !run_.stop.stop_requested())
    found = span_by_documents(std::move(found.error()));
  if (!found) return tl::unexpected(run_.halt(run_.manifest.ledger.report, found.error()));
  run_.state.span = found->value_or(Period{today(run_.clock), today(run_.clock)});
  return *run_.state.span;
}

LedgerExtractor::Slices LedgerExtractor::fetch(const Period& period) {
  const bool divisible = period.first < period.last;
  const bool several = run_.captured("multicurrency") == "true";
  auto answer =
      run_.caller.report_text(ledger_request(run_.manifest, period, several), divisible, run_.stop, divisible ? kSliceBytesMax : 0);
  const bool cut_short = answer && (truncated(run_.manifest, *answer) || answer->size() > run_.options.limits.record_bytes_max);
  if (answer && !cut_short) return std::vector<Slice>{{period, std::move(*answer)}};
  if (!answer && answer.error().action != FaultAction::split) return tl::unexpected(std::move(answer.error()));
  if (!divisible)
    return tl::unexpected(
        Trouble{FaultAction::permanent, Error{Code::resource_exhausted,
                                              fmt::format("the ledger of {} alone is too big for one answer", to_text(period.first)),
                                              Retry::never,
                                              Effect::none,
                                              "LEDGER_DAY_TOO_BIG",
                                              "Tell support: this company needs a finer cut of its ledger.",
                                              {}}});
  const auto [left_half, right_half] = halves(period);
  auto left = fetch(left_half);
  if (!left) return left;
  auto right = fetch(right_half);
  if (!right) return right;
  std::move(right->begin(), right->end(), std::back_inserter(*left));
  return left;
}

Step LedgerExtractor::publish(EntityState& state, std::vector<Slice> ready, std::uint64_t position) {
  std::vector<Row> rows;
  std::vector<std::string> ids;
  std::vector<StoredReport> kept;
  for (auto& slice : ready) {
    ids.push_back(run_.manifest.ledger.report + "/" + period_name(slice.period));
    kept.push_back({run_.manifest.ledger.report, to_text(slice.period.first), to_text(slice.period.last), slice.body});
    rows.push_back({ids.back(), std::move(slice.body)});
  }
  EntityState next = state;
  next.position = position;
  auto messages = run_.batches(std::move(rows), next);
  if (auto done = run_.publish(std::move(messages), next, std::move(ids), std::move(kept)); !done) return done;
  state = std::move(next);
  return {};
}

Step LedgerExtractor::slices(EntityState& state, const std::vector<Period>& periods) {
  std::deque<Pending<Slices>> ahead;
  std::vector<Slice> ready;
  std::size_t bytes = 0, submitted = state.position - 1;
  for (std::size_t i = state.position - 1; i < periods.size(); ++i) {
    for (; submitted < periods.size() && ahead.size() < static_cast<std::size_t>(run_.options.reports_ahead); ++submitted)
      ahead.push_back(run_.pool.submit([this, period = periods[submitted]] { return fetch(period); }));
    auto got = ahead.front().get();
    ahead.pop_front();
    if (!got) return tl::unexpected(run_.halt(run_.manifest.ledger.report + " " + period_name(periods[i]), got.error()));
    for (auto& slice : *got) {
      bytes += slice.body.size();
      ready.push_back(std::move(slice));
    }
    if (bytes < run_.options.limits.batch_bytes_max / 2 && i + 1 < periods.size()) continue;
    if (auto done = publish(state, std::exchange(ready, {}), i + 2); !done) return done;
    bytes = 0;
  }
  return {};
}

Step LedgerExtractor::reports(const Period& span) {
  const auto stored = run_.journal.reports();
  std::deque<std::pair<ReportRequest, Pending<SourceCaller::Asked<std::string>>>> ahead;
  std::vector<ReportRequest> wanted;
  for (auto& request : plan_reports(run_.manifest, span, fiscal_first_month()))
    if (!stored.contains({request.name, request.start_date, request.end_date})) wanted.push_back(std::move(request));
  std::size_t submitted = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    for (; submitted < wanted.size() && ahead.size() < static_cast<std::size_t>(run_.options.reports_ahead); ++submitted)
      ahead.emplace_back(wanted[submitted], run_.pool.submit([this, request = wanted[submitted]] {
        return run_.caller.report_text(request, false, run_.stop);
      }));
    auto [request, future] = std::move(ahead.front());
    ahead.pop_front();
    auto answer = future.get();
    if (!answer) return tl::unexpected(run_.halt(fmt::format("{} to {}", request.name, request.end_date), answer.error()));
    std::vector<StoredReport> kept{{request.name, request.start_date, request.end_date, std::move(*answer)}};
    if (auto done = run_.commit(nullptr, std::move(kept)); !done) return done;
  }
  return {};
}

Step LedgerExtractor::run() {
  EntityState state = run_.state.entities[rule_.name];
  state.entity = rule_.name;
  if (state.done) return {};
  const auto dates = span();
  if (!dates) return tl::unexpected(dates.error());
  const auto periods = months(*dates);
  if (!state.counted) {
    state.counted = true;
    state.counted_before = state.counted_after = periods.size();
    if (auto done = run_.commit(&state); !done) return done;
  }
  if (auto done = slices(state, periods); !done) return done;
  if (auto done = reports(*dates); !done) return done;
  state.counted_before = state.counted_after = state.extracted;
  state.done = true;
  const auto end = run_.entity_end(state);
  return run_.publish({end}, std::move(state), {});
}

}  // namespace q2o::connector
