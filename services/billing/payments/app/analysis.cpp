#include "services/billing/payments/app/analysis.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/calendar/calendar.h"
#include "services/billing/domain/extent.h"
#include "services/billing/payments/domain/volume.h"

namespace q2o::billing::payments {
namespace {

/// Days: books grow slowly, and a count costs requests at the source.
bool is_fresh(const connector::v1::Assessment& assessment, const std::string& now) {
  const auto then = calendar::read_day(assessment.finished_at().substr(0, 10)), today = calendar::read_day(now.substr(0, 10));
  return then && today && *today - *then <= std::chrono::days(1);
}

/// An open quote whose price for the migration is of this count.
bool is_of(const v1::Quote& quote, const std::string& migration_id, const v1::CountedVolume& volume) {
  return quote.state() == v1::QUOTE_STATE_OPEN && std::ranges::any_of(quote.migrations(), [&](const v1::QuotedMigration& item) {
           return item.migration_id() == migration_id && item.price().counted() && item.price().records() == volume.records() &&
                  item.price().years() == volume.years();
         });
}

/// Why a migration in this state gets no other price; the same as a quote would say.
Status may_be_priced(const v1::Migration& migration) {
  const auto state = static_cast<State>(migration.state());
  if (next(state, Trigger::quoted)) return {};
  return fail(Code::failed_precondition, fmt::format("the migration is {}; it cannot be priced now", billing::name(state)), "WRONG_STATE",
              std::string(what_is_missing(state, Trigger::quoted)));
}

}  // namespace

/// The migration that is asked about; one that is none, for a connection alone.
Result<v1::Migration> Analysis::subject(const Caller& caller, const v1::AnalyzeVolumeRequest& request) {
  if (request.migration_id().empty() == request.connection_id().empty())
    return fail(Code::invalid_argument, "a migration or a connection is needed", "FIELD_MISSING", "Give one of both.");
  if (request.migration_id().empty()) {
    v1::Migration out;
    out.set_source_connection_id(request.connection_id());
    if (request.years() != 0) out.mutable_extent()->set_years(request.years());
    return out;
  }
  std::optional<v1::Migration> found;
  transact_([&](Migrations& migrations, PaymentStore&) {
    const auto migration = migrations.find(caller.tenant, request.migration_id());
    found = migration ? std::optional(migration->get()) : std::nullopt;
  });
  if (!found)
    return fail(Code::not_found, fmt::format("there is no migration '{}'", request.migration_id()), "MIGRATION_NOT_FOUND",
                "List the migrations to see their ids.");
  if (auto good = may_be_priced(*found); !good) return fail(good.error());
  if (found->source_connection_id().empty())
    return fail(Code::failed_precondition, "no source connection is chosen", "SOURCE_MISSING",
                "Connect the accounting system, then choose the connection for this migration.");
  return *found;
}

Result<connector::v1::Assessment> Analysis::counted(const std::string& tenant, const std::string& connection, bool again) {
  auto newest = counters_.newest(tenant, connection);
  if (!newest) return fail(newest.error());
  const auto& known = *newest;
  const bool use = known && (known->state() == "running" || (known->state() == "done" && !again && is_fresh(*known, now_())));
  if (use) return *known;
  if (known && known->state() == "failed" && !again)
    return fail(Code::failed_precondition, "the source could not be counted: " + known->message(), "ASSESSMENT_FAILED",
                known->hint() + (known->hint().empty() ? "" : " ") + "Then ask once more, with \"again\".");
  return counters_.begin(tenant, connection);
}

Result<bool> Analysis::keep(const Caller& caller, const v1::Migration& subject, const v1::Extent& extent, const v1::CountedVolume& volume) {
  Result<bool> out = false;
  transact_([&](Migrations& migrations, PaymentStore&) {
    const auto work = [&]() -> Result<bool> {
      auto migration = migrations.find(caller.tenant, subject.migration_id());
      // What was changed meanwhile is priced with the next call.
      if (!migration || migration->get().source_connection_id() != subject.source_connection_id() ||
          !same(migration->get().extent(), subject.extent()))
        return fail(Code::aborted, "the migration was changed meanwhile", "CHANGED_MEANWHILE", "Ask once more.");
      if (auto good = may_be_priced(migration->get()); !good) return fail(good.error());
      const auto& known = migration->get().counted();
      if (migration->get().has_counted() && known.assessment_id() == volume.assessment_id() && known.records() == volume.records() &&
          known.first_day() == volume.first_day() && known.connection_id() == volume.connection_id())
        return false;
      if (!is_all(extent)) *migration->edit().mutable_extent() = extent;
      *migration->edit().mutable_counted() = volume;
      migration->note("VOLUME_COUNTED", caller.actor, fmt::format("{} records", volume.records()), now_());
      migrations.save(*migration);
      return true;
    };
    out = work();
  });
  return out;
}

Result<v1::AnalyzeVolumeResponse> Analysis::analyze(const Caller& caller, const v1::AnalyzeVolumeRequest& request) {
  auto migration = subject(caller, request);
  if (!migration) return fail(migration.error());
  const auto source = peers_.source(caller.tenant, migration->source_connection_id());
  if (!source) return fail(source.error());
  if (request.migration_id().empty()) migration->set_platform(source->platform);
  const auto assessment = counted(caller.tenant, migration->source_connection_id(), request.again());
  if (!assessment) return fail(assessment.error());
  v1::AnalyzeVolumeResponse out;
  out.set_assessment_id(assessment->assessment_id());
  out.set_entities_done(assessment->entities_done());
  out.set_entities_total(assessment->entities_total());
  out.set_message(assessment->message());
  if (assessment->state() != "done") return out;

  const auto today = now_().substr(0, 10);
  auto extent = migration->extent();
  if (waits_for_day(extent)) {
    const auto completed =
        complete(extent, source->fiscal_year_first_month, migration->extent_chosen_on().empty() ? today : migration->extent_chosen_on());
    if (!completed) return fail(completed.error());
    extent = *completed;
  }
  const auto pricing = prices_();
  const auto* platform = pricing->platform(migration->platform());
  auto all = volume_of(*assessment, platform == nullptr ? std::set<std::string, std::less<>>{} : platform->records_not_counted);
  all.set_connection_id(migration->source_connection_id());
  all.set_fiscal_year_first_month(source->fiscal_year_first_month);
  const auto volume = within(all, extent, today);
  out.set_done(true);
  out.set_records(volume.records());
  out.set_records_of_all_years(within(std::move(all), {}, today).records());
  const auto prices = quotes_.compare(*migration, volume.years(), volume.records());
  if (!prices) return fail(prices.error());
  *out.mutable_price() = prices->price;
  *out.mutable_estimate() = prices->estimate;
  if (request.migration_id().empty()) return out;
  const auto is_new = keep(caller, *migration, extent, volume);
  if (!is_new) return fail(is_new.error());
  // Asked once more it tells of the same quote, also where it was interrupted before there was one.
  auto quote = migration->quote_id().empty() ? Result<v1::Quote>(v1::Quote()) : quotes_.get(caller, migration->quote_id());
  if (!quote || *is_new || !is_of(*quote, request.migration_id(), volume)) quote = quotes_.request_again(caller, request.migration_id());
  if (!quote) return fail(quote.error());
  *out.mutable_quote() = std::move(*quote);
  if (*is_new) probe_.step("analysis");
  return out;
}

}  // namespace q2o::billing::payments
