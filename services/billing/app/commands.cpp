#include "services/billing/app/commands.h"

#include <fmt/format.h>

#include "common/ids/ids.h"
#include "services/billing/app/run_order.h"
#include "services/billing/domain/extent.h"

namespace q2o::billing {
namespace {

tl::unexpected<Error> not_found(const std::string& id) {
  return fail(Code::not_found, fmt::format("there is no migration '{}'", id), "MIGRATION_NOT_FOUND",
              "List the migrations to see their ids.");
}

tl::unexpected<Error> nothing_runs(const Aggregate& migration, std::string_view what) {
  return fail(Code::failed_precondition, fmt::format("the migration is {}; there is no run to {}", name(migration.state()), what), "NO_RUN",
              std::string(what_is_missing(migration.state(), Trigger::run_started)));
}

bool is_running(const Aggregate& migration) {
  return migration.state() == State::running || migration.state() == State::validating;
}

tl::unexpected<Error> target_not_ready(const Peers::Target& target) {
  return fail(Code::failed_precondition, "the target is not ready: " + target.message, "TARGET_NOT_READY",
              "Check the target; its findings say what to mend.");
}

bool waits_for_acceptance(const Aggregate& migration) {
  return migration.state() == State::validating && migration.get().verdict() == "DIFFERENT";
}

/// The mapper ended the run before any transaction: its choice was none (FIRST_DAY_BEFORE_BOOKS).
bool had_no_choice(const v1::Run& run) {
  return run.state() == v1::STATE_FAILED && run.reason().rfind("mapper: Nothing was posted before", 0) == 0;
}

/// Whether transactions that the migration wrote may be in the target.
bool has_written(Migrations& migrations, const v1::Migration& migration) {
  const auto runs = migrations.runs(migration.migration_id());
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (run->order().dry_run() || had_no_choice(*run)) continue;
    return run->order().kind() != v1::RUN_KIND_UNDO || run->state() != v1::STATE_READY;
  }
  return false;
}

/// One company's books arrive in one target in one way only: what another choice brought would be there twice.
Status allows(Migrations& migrations, const std::string& tenant, const v1::Migration& wanted) {
  std::string after;
  for (auto page = migrations.list(tenant, after, rpc::kPageMax); !page.empty(); page = migrations.list(tenant, after, rpc::kPageMax)) {
    for (const auto& known : page) {
      after = known.migration_id();
      if (known.source_connection_id() != wanted.source_connection_id() || known.target_id() != wanted.target_id()) continue;
      if (same(known.extent(), wanted.extent()) || !has_written(migrations, known)) continue;
      return fail(Code::failed_precondition,
                  fmt::format("migration {} has brought {} into this Odoo; now {} is wanted", known.migration_id(),
                              in_words(known.extent()), in_words(wanted.extent())),
                  "EXTENT_CHANGED",
                  "Run it again without another choice, or take it back first (q2o undo), or choose another Odoo database.");
    }
  }
  return {};
}

}  // namespace

Result<v1::Migration> Commands::change(const Caller& caller, const std::string& id, const Change& what) {
  Result<v1::Migration> out = not_found(id);
  transact_([&](Migrations& migrations) {
    auto migration = migrations.find(caller.tenant, id);
    if (!migration) {
      out = not_found(id);
      return;
    }
    if (!caller.idempotency_key.empty() && migrations.seen(caller.tenant, caller.idempotency_key)) {
      out = migration->get();
      return;
    }
    if (auto done = what(*migration, migrations); !done) {
      out = fail(done.error());
      return;
    }
    if (!caller.idempotency_key.empty()) migrations.remember(caller.tenant, caller.idempotency_key, id);
    if (migration->changed()) migrations.save(*migration);
    out = migration->get();
  });
  return out;
}

Result<v1::Migration> Commands::create(const Caller& caller, const v1::CreateMigrationRequest& request) {
  if (request.platform().empty() || request.source_connection_id().empty() || request.target_id().empty()) {
    return fail(Code::invalid_argument, "platform, source connection and target are needed", "FIELD_MISSING",
                "Save the source connection and the target first; they give the ids.");
  }
  const auto source = peers_.source(caller.tenant, request.source_connection_id());
  if (!source) return fail(source.error());
  if (const auto target = peers_.target(caller.tenant, request.target_id()); !target) return fail(target.error());
  if (may_ask_for_) {
    if (auto allowed = may_ask_for_(caller.tenant, request.first_year(), request.last_year()); !allowed) return fail(allowed.error());
  }
  const auto extent = complete(request.extent(), source->fiscal_year_first_month, now_().substr(0, 10));
  if (!extent) return fail(extent.error());
  Result<v1::Migration> out;
  transact_([&](Migrations& migrations) {
    if (!caller.idempotency_key.empty()) {
      if (const auto id = migrations.seen(caller.tenant, caller.idempotency_key)) {
        const auto known = migrations.find(caller.tenant, *id);
        if (known)
          out = known->get();
        else
          out = not_found(*id);
        return;
      }
    }
    v1::Migration migration;
    migration.set_tenant_id(caller.tenant);
    migration.set_migration_id(ids::uuid_v7());
    migration.set_version(1);
    migration.set_state(v1::STATE_DRAFT);
    migration.set_directive(v1::DIRECTIVE_GO);
    migration.set_platform(request.platform());
    migration.set_source_connection_id(request.source_connection_id());
    migration.set_connection_slug(source->slug);
    migration.set_target_id(request.target_id());
    *migration.mutable_entities() = request.entities();
    migration.set_first_year(request.first_year());
    migration.set_last_year(request.last_year());
    migration.set_created_at(now_());
    migration.set_updated_at(migration.created_at());
    migration.set_name(request.name());
    migration.set_automatic_start(request.automatic_start());
    if (!extent->first_day().empty()) *migration.mutable_extent() = *extent;
    if (auto allowed = allows(migrations, caller.tenant, migration); !allowed) {
      out = fail(allowed.error());
      return;
    }
    Aggregate aggregate(std::move(migration));
    migrations.insert(aggregate);
    if (!caller.idempotency_key.empty()) migrations.remember(caller.tenant, caller.idempotency_key, aggregate.get().migration_id());
    out = aggregate.get();
  });
  return out;
}

Result<v1::Migration> Commands::get(const Caller& caller, const std::string& id) {
  return change(Caller{caller.tenant, caller.actor, {}}, id, [](Aggregate&, Migrations&) { return Status(); });
}

std::vector<v1::Migration> Commands::list(const Caller& caller, const std::string& after, std::uint32_t most) {
  std::vector<v1::Migration> out;
  transact_([&](Migrations& migrations) { out = migrations.list(caller.tenant, after, most); });
  return out;
}

Result<v1::Migration> Commands::mark_paid(const Caller& caller, const std::string& id, const std::string& reason) {
  if (caller.actor != "operator" && caller.actor.rfind("operator:", 0) != 0) {
    return fail(Code::permission_denied, "only an operator may mark a migration as paid", "OPERATORS_ONLY", "Ask an operator.");
  }
  auto paid = change(caller, id, [&](Aggregate& migration, Migrations&) -> Status {
    if (!migration.get().payment_hold().empty() && !next(migration.state(), Trigger::marked_paid)) {
      migration.edit().clear_payment_hold();
      migration.note("PAYMENT_HOLD_LIFTED", caller.actor, reason, now_());
      return {};
    }
    migration.edit().clear_payment_hold();
    migration.edit().clear_payment_id();
    migration.edit().set_paid_by("operator");
    if (auto done = migration.step(Trigger::marked_paid, caller.actor, reason, now_()); !done) return done;
    return migration.step(Trigger::connections_asked, "billing", "", now_());
  });
  if (!paid) return paid;
  // A neighbour that cannot be asked right now is no reason to refuse: the advancing loop tries again.
  static_cast<void>(advance(caller.tenant, id));
  return get(caller, id);
}

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
  const auto& id = request.migration_id();
  auto known = get(caller, id);
  if (!known) return known;
  if (static_cast<State>(known->state()) == State::paid || static_cast<State>(known->state()) == State::connecting) {
    if (auto done = advance(caller.tenant, id); !done) return fail(done.error());
    // With automatic start the run has begun by now.
    if (auto now = get(caller, id); !now || static_cast<State>(now->state()) == State::running) return now;
  }
  const auto order = ordered(caller, *known, request.order());
  if (!order) return fail(order.error());
  return change(caller, id, [&](Aggregate& migration, Migrations&) -> Status {
    const bool again = migration.state() == State::completed || migration.state() == State::failed || waits_for_acceptance(migration);
    if (again) {
      if (auto done = migration.step(Trigger::new_run_requested, caller.actor, "", now_()); !done) return done;
    }
    return migration.start_run(*order, caller.actor, request.reason(), now_());
  });
}

Result<std::vector<v1::Run>> Commands::runs(const Caller& caller, const std::string& id) {
  Result<std::vector<v1::Run>> out = not_found(id);
  transact_([&](Migrations& migrations) {
    if (migrations.find(caller.tenant, id))
      out = migrations.runs(id);
    else
      out = not_found(id);
  });
  return out;
}

Result<v1::Migration> Commands::pause(const Caller& caller, const std::string& id, const std::string& reason) {
  return change(caller, id, [&](Aggregate& migration, Migrations&) -> Status {
    if (!is_running(migration)) return nothing_runs(migration, "pause");
    migration.direct(v1::DIRECTIVE_PAUSE, caller.actor, reason.empty() ? "paused by " + caller.actor : reason, now_());
    return {};
  });
}

Result<v1::Migration> Commands::resume(const Caller& caller, const std::string& id) {
  return change(caller, id, [&](Aggregate& migration, Migrations&) -> Status {
    if (!is_running(migration)) return nothing_runs(migration, "resume");
    if (migration.get().directive() != v1::DIRECTIVE_PAUSE) return {};
    if (auto held = migration.may_run(); !held) return held;
    // The books are proven again: until then there is nothing to accept, and no reason for another run.
    if (migration.state() == State::validating) {
      migration.edit().clear_verdict();
      migration.edit().clear_report_id();
    }
    migration.direct(v1::DIRECTIVE_GO, caller.actor, "", now_());
    return {};
  });
}

Result<v1::Migration> Commands::stop(const Caller& caller, const std::string& id, const std::string& reason) {
  return change(caller, id, [&](Aggregate& migration, Migrations&) -> Status {
    if (!is_running(migration)) return nothing_runs(migration, "stop");
    return migration.step(Trigger::run_cancelled, caller.actor, reason.empty() ? "CANCELLED" : "CANCELLED: " + reason, now_());
  });
}

Result<v1::Migration> Commands::accept_differences(const Caller& caller, const std::string& id, const std::string& reason) {
  if (reason.empty()) {
    return fail(Code::invalid_argument, "a reason is needed to accept differences", "REASON_MISSING", "Say why the differences are right.");
  }
  return change(caller, id, [&](Aggregate& migration, Migrations&) -> Status {
    if (!waits_for_acceptance(migration)) {
      return fail(Code::failed_precondition, fmt::format("the migration is {} and has no proof with differences", name(migration.state())),
                  "NO_DIFFERENCES", std::string(what_is_missing(migration.state(), Trigger::differences_accepted)));
    }
    const auto at = now_();
    if (auto done = migration.step(Trigger::differences_accepted, caller.actor, reason, at); !done) return done;
    auto& accepted = *migration.edit().add_acceptances();
    accepted.set_run(migration.get().run());
    accepted.set_report_id(migration.get().report_id());
    accepted.set_actor(caller.actor);
    accepted.set_reason(reason);
    accepted.set_at(at);
    migration.edit().set_verdict("MATCHED WITH EXCEPTIONS");
    return {};
  });
}

Result<std::vector<v1::Event>> Commands::history(const Caller& caller, const std::string& id, std::uint64_t after, std::uint32_t most) {
  Result<std::vector<v1::Event>> out = not_found(id);
  transact_([&](Migrations& migrations) {
    if (migrations.find(caller.tenant, id))
      out = migrations.history(id, after, most);
    else
      out = not_found(id);
  });
  return out;
}

Status Commands::advance(const std::string& tenant, const std::string& id) {
  const Caller self{tenant, "billing", {}};
  auto known = get(self, id);
  if (!known) return fail(known.error());
  if (static_cast<State>(known->state()) == State::paid) {
    known = change(self, id, [&](Aggregate& migration, Migrations&) -> Status {
      if (migration.state() != State::paid) return {};
      return migration.step(Trigger::connections_asked, "billing", "", now_());
    });
    if (!known) return fail(known.error());
  }
  if (static_cast<State>(known->state()) == State::connecting) {
    const auto source = peers_.source(tenant, known->source_connection_id());
    if (!source) return fail(source.error());
    const auto target = peers_.target(tenant, known->target_id());
    if (!target) return fail(target.error());
    if (!source->verified) {
      return fail(Code::failed_precondition, "the source connection is not verified: " + source->message, "SOURCE_NOT_VERIFIED",
                  "Verify the source connection.");
    }
    if (!target->verified) return target_not_ready(*target);
    known = change(self, id, [&](Aggregate& migration, Migrations&) -> Status {
      if (migration.state() != State::connecting) return {};
      migration.edit().set_connection_slug(source->slug);
      return migration.step(Trigger::connections_verified, "billing", "", now_());
    });
    if (!known) return fail(known.error());
  }
  // The first run only: a later one is always asked for by somebody.
  if (static_cast<State>(known->state()) != State::ready || !known->automatic_start() || known->run() != 0) return {};
  if (!known->payment_hold().empty()) return {};
  const auto order = ordered(self, *known, {});
  if (!order) return fail(order.error());
  known = change(self, id, [&](Aggregate& migration, Migrations&) -> Status {
    if (migration.state() != State::ready || migration.get().run() != 0) return {};
    return migration.start_run(*order, "billing", "", now_());
  });
  if (!known) return fail(known.error());
  return {};
}

}  // namespace q2o::billing
