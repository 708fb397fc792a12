// The steps towards a run: those that nobody has to ask for, and the one that a person asks for.
#include <fmt/format.h>

#include "services/billing/app/commands.h"
#include "services/billing/app/one_extent.h"
#include "services/billing/app/run_order.h"
#include "services/billing/domain/extent.h"

namespace q2o::billing {
namespace {

tl::unexpected<Error> target_not_ready(const Peers::Target& target) {
  return fail(Code::failed_precondition, "the target is not ready: " + target.message, "TARGET_NOT_READY",
              "Check the target; its findings say what to mend.");
}

Status both_chosen(const v1::Migration& migration) {
  if (migration.source_connection_id().empty())
    return fail(Code::failed_precondition, "no source connection is chosen", "SOURCE_MISSING",
                "Connect the accounting system, then choose the connection for this migration.");
  if (migration.target_id().empty())
    return fail(Code::failed_precondition, "no target is chosen", "TARGET_MISSING",
                "Save the Odoo target, then choose it for this migration.");
  return {};
}

const std::string& target_of(const v1::Migration& migration, const v1::RunOrder& order) {
  return order.target_id().empty() ? migration.target_id() : order.target_id();
}

/// What is true when the run begins counts: another migration may have written since this one was made.
Status may_write(Migrations& migrations, const v1::Migration& migration, const v1::RunOrder& order) {
  if (order.dry_run() || order.kind() == v1::RUN_KIND_UNDO) return {};
  return may_write_into(migrations, migration, target_of(migration, order));
}

State state_of(const v1::Migration& migration) {
  return static_cast<State>(migration.state());
}

}  // namespace

Result<v1::RunOrder> Commands::ordered(const Caller& caller, const v1::Migration& migration, const v1::RunOrder& wanted) {
  const auto known = runs(caller, migration.migration_id());
  if (!known) return fail(known.error());
  auto order = complete(wanted, migration, *known);
  if (!order) return order;
  const auto mapping = peers_.mapping(caller.tenant, migration.platform(), order->mapping_version());
  if (!mapping) return fail(mapping.error());
  order->set_mapping_version(*mapping);
  if (order->target_id() == migration.target_id()) order->clear_target_id();
  if (!order->target_id().empty()) {
    const auto target = peers_.target(caller.tenant, order->target_id());
    if (!target) return fail(target.error());
    if (!target->verified) return target_not_ready(*target);
  }
  return order;
}

Result<v1::Migration> Commands::start(const Caller& caller, const v1::StartRequest& request) {
  if (auto again = answered(caller)) return *again;
  const auto& id = request.migration_id();
  auto known = get(caller, id);
  if (!known) return known;
  if (state_of(*known) == State::paid || state_of(*known) == State::connecting) {
    // Only to READY: the run is begun below, as it was ordered and with the caller's key.
    if (auto done = advance(caller.tenant, id, false); !done) return fail(done.error());
    known = get(caller, id);
    if (!known) return known;
  }
  const auto order = ordered(caller, *known, request.order());
  if (!order) return fail(order.error());
  return change(
      caller, id,
      [&](Aggregate& migration, Migrations& migrations) -> Status {
        const bool again = migration.state() == State::completed || migration.state() == State::failed || migration.waits_for_acceptance();
        if (again) {
          if (auto done = migration.step(Trigger::new_run_requested, caller.actor, "", now_()); !done) return done;
        }
        if (auto begun = migration.start_run(*order, caller.actor, request.reason(), now_()); !begun) return begun;
        return may_write(migrations, migration.get(), *order);
      },
      Alone::yes);
}

/// CONNECTING → READY when both are verified. The extent's first day is fixed here at the latest, from the day on which it was chosen.
Result<v1::Migration> Commands::connected(const Caller& self, const v1::Migration& known) {
  if (auto chosen = both_chosen(known); !chosen) return fail(chosen.error());
  const auto source = peers_.source(self.tenant, known.source_connection_id());
  if (!source) return fail(source.error());
  const auto target = peers_.target(self.tenant, known.target_id());
  if (!target) return fail(target.error());
  if (!source->verified) {
    return fail(Code::failed_precondition, "the source connection is not verified: " + source->message, "SOURCE_NOT_VERIFIED",
                "Verify the source connection.");
  }
  if (!target->verified) return target_not_ready(*target);
  return change(self, known.migration_id(), [&](Aggregate& migration, Migrations&) -> Status {
    auto& now = migration.edit();
    const bool same_ones = now.source_connection_id() == known.source_connection_id() && now.target_id() == known.target_id();
    if (migration.state() != State::connecting || !same_ones) return {};
    now.set_connection_slug(source->slug);
    if (waits_for_day(now.extent())) {
      const auto extent = complete(now.extent(), source->fiscal_year_first_month, now.extent_chosen_on());
      if (!extent) return fail(extent.error());
      if (waits_for_day(*extent))
        return fail(Code::failed_precondition, "the month in which the company's fiscal year begins is not known yet",
                    "FISCAL_YEAR_UNKNOWN", "Verify the source connection.");
      *now.mutable_extent() = *extent;
    }
    return migration.step(Trigger::connections_verified, "billing", "", now_());
  });
}

Result<v1::Migration> Commands::start_first_run(const Caller& self, const v1::Migration& known) {
  const auto order = ordered(self, known, {});
  if (!order) return fail(order.error());
  return change(
      self, known.migration_id(),
      [&](Aggregate& migration, Migrations& migrations) -> Status {
        if (migration.state() != State::ready || migration.get().run() != 0) return {};
        if (auto allowed = may_write(migrations, migration.get(), *order); !allowed) return allowed;
        return migration.start_run(*order, "billing", "", now_());
      },
      Alone::yes);
}

Status Commands::advance(const std::string& tenant, const std::string& id, bool may_start) {
  const Caller self{tenant, "billing", {}};
  auto known = get(self, id);
  if (!known) return fail(known.error());
  if (state_of(*known) == State::paid) {
    known = change(self, id, [&](Aggregate& migration, Migrations&) -> Status {
      if (migration.state() != State::paid) return {};
      return migration.step(Trigger::connections_asked, "billing", "", now_());
    });
    if (!known) return fail(known.error());
  }
  if (state_of(*known) == State::connecting) known = connected(self, *known);
  if (!known) return fail(known.error());
  if (!may_start) return {};
  // The first run only: a later one is always asked for by somebody.
  if (state_of(*known) != State::ready || !known->automatic_start() || known->run() != 0) return {};
  if (!known->payment_hold().empty()) return {};
  known = start_first_run(self, *known);
  if (!known) return fail(known.error());
  return {};
}

}  // namespace q2o::billing
