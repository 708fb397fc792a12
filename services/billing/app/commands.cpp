#include "services/billing/app/commands.h"

#include <fmt/format.h>

#include "common/acting/acting.h"
#include "common/ids/ids.h"
#include "services/billing/app/one_extent.h"
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

void choose(v1::Migration& migration, const v1::Extent& extent, const std::string& today) {
  if (is_all(extent)) return;
  *migration.mutable_extent() = extent;
  migration.set_extent_chosen_on(today);
}

Result<Peers::Source> source_of(Peers& peers, const std::string& tenant, const std::string& id, const std::string& platform) {
  auto source = peers.source(tenant, id);
  if (!source || source->platform.empty() || source->platform == platform) return source;
  return fail(Code::failed_precondition, fmt::format("the connection is to {}, the migration is from {}", source->platform, platform),
              "PLATFORM_DIFFERS", "Choose a connection of the migration's platform.");
}

}  // namespace

Result<v1::Migration> Commands::change(const Caller& caller, const std::string& id, const Change& what, Alone alone) {
  Result<v1::Migration> out = not_found(id);
  transact_([&](Migrations& migrations) {
    if (const auto known = answered_before_with<v1::Migration>(migrations, caller)) {
      out = *known;
      return;
    }
    if (alone == Alone::yes) migrations.one_at_a_time(caller.tenant);
    auto migration = migrations.find(caller.tenant, id);
    if (!migration) {
      out = not_found(id);
      return;
    }
    if (auto done = what(*migration, migrations); !done) {
      out = fail(done.error());
      return;
    }
    if (migration->changed()) migrations.save(*migration);
    remember_answer(migrations, caller, id, migration->get().SerializeAsString());
    out = migration->get();
  });
  return out;
}

std::optional<Result<v1::Migration>> Commands::answered(const Caller& caller) {
  std::optional<Result<v1::Migration>> out;
  if (caller.idempotency_key.empty()) return out;
  transact_([&](Migrations& migrations) { out = answered_before_with<v1::Migration>(migrations, caller); });
  return out;
}

Result<v1::Migration> Commands::final_answer(const Caller& caller, const std::string& id) {
  Result<v1::Migration> out = not_found(id);
  transact_([&](Migrations& migrations) {
    const auto migration = migrations.find(caller.tenant, id);
    if (!migration) return;
    remember_answer(migrations, caller, id, migration->get().SerializeAsString());
    out = migration->get();
  });
  return out;
}

Result<v1::Migration> Commands::create(const Caller& caller, const v1::CreateMigrationRequest& request) {
  // Before neighbours and plan are asked: what they say may have changed since the key was answered.
  if (auto known = answered(caller)) return *known;
  if (request.platform().empty())
    return fail(Code::invalid_argument, "the platform is needed", "FIELD_MISSING", "Say where the books are, e.g. quickbooks_online.");
  Peers::Source source;
  if (!request.source_connection_id().empty()) {
    auto known = source_of(peers_, caller.tenant, request.source_connection_id(), request.platform());
    if (!known) return fail(known.error());
    source = std::move(*known);
  }
  if (!request.target_id().empty()) {
    if (const auto target = peers_.target(caller.tenant, request.target_id()); !target) return fail(target.error());
  }
  const auto now = now_();
  const auto today = now.substr(0, 10);
  const auto extent = complete(request.extent(), source.fiscal_year_first_month, today);
  if (!extent) return fail(extent.error());
  if (may_ask_for_) {
    if (auto allowed = may_ask_for_(caller.tenant, years_of(*extent, today)); !allowed) return fail(allowed.error());
  }
  Result<v1::Migration> out;
  transact_([&](Migrations& migrations) {
    if (const auto known = answered_before_with<v1::Migration>(migrations, caller)) {
      out = *known;
      return;
    }
    migrations.one_at_a_time(caller.tenant);
    if (migrations.purge_goes_on(caller.tenant)) {
      out = fail(Code::failed_precondition, "everything of this tenant is being destroyed; a migration made now would be destroyed too",
                 "PURGE_GOES_ON", "Wait until the certificate is there (q2o purge --list), then create it.");
      return;
    }
    v1::Migration migration;
    migration.set_tenant_id(caller.tenant);
    migration.set_migration_id(ids::uuid_v7());
    migration.set_version(1);
    migration.set_state(v1::STATE_DRAFT);
    migration.set_directive(v1::DIRECTIVE_GO);
    migration.set_platform(request.platform());
    migration.set_source_connection_id(request.source_connection_id());
    migration.set_connection_slug(source.slug);
    migration.set_target_id(request.target_id());
    *migration.mutable_entities() = request.entities();
    migration.set_created_at(now);
    migration.set_updated_at(now);
    migration.set_name(request.name());
    migration.set_created_by_key(caller.key_id);
    migration.set_automatic_start(request.automatic_start());
    choose(migration, *extent, today);
    if (auto allowed = may_write_into(migrations, migration, migration.target_id()); !allowed) {
      out = fail(allowed.error());
      return;
    }
    acting::about("migration", migration.migration_id());
    Aggregate aggregate(std::move(migration));
    migrations.insert(aggregate);
    out = aggregate.get();
    remember_answer(migrations, caller, out->migration_id(), out->SerializeAsString());
  });
  return out;
}

Result<v1::Migration> Commands::set_connections(const Caller& caller, const v1::SetConnectionsRequest& request) {
  if (auto known = answered(caller)) return *known;
  const auto before = get(caller, request.migration_id());
  if (!before) return before;
  if (request.source_connection_id().empty() && request.target_id().empty())
    return fail(Code::invalid_argument, "neither a source nor a target is named", "FIELD_MISSING",
                "Save the connection and the target first; they give the ids.");
  Peers::Source source;
  if (!request.source_connection_id().empty()) {
    auto known = source_of(peers_, caller.tenant, request.source_connection_id(), before->platform());
    if (!known) return fail(known.error());
    source = std::move(*known);
  }
  if (!request.target_id().empty()) {
    if (const auto target = peers_.target(caller.tenant, request.target_id()); !target) return fail(target.error());
  }
  const auto changed = change(
      caller, request.migration_id(),
      [&](Aggregate& migration, Migrations& migrations) -> Status {
        auto& now = migration.edit();
        const auto from = request.source_connection_id().empty() ? now.source_connection_id() : request.source_connection_id();
        const auto to = request.target_id().empty() ? now.target_id() : request.target_id();
        if (from == now.source_connection_id() && to == now.target_id()) return {};
        if (now.run() != 0)
          return fail(Code::failed_precondition, "a run of this migration has begun; its connections stay as they are", "RUN_HAS_BEGUN",
                      "Create another migration, or replay into another target.");
        if (from != now.source_connection_id() && now.has_counted() && migration.state() != State::draft)
          return fail(Code::failed_precondition, "the price is of what was counted in the source that was chosen before",
                      "PRICE_IS_OF_THIS_SOURCE", "Edit the scope first, which takes the price back; when it is paid, ask an operator.");
        if (from != now.source_connection_id()) {
          // The count stays with the source that it is of: with another one there is no price before that was counted, too.
          if (now.has_counted() && now.counted().connection_id().empty())
            now.mutable_counted()->set_connection_id(now.source_connection_id());
          now.set_source_connection_id(from);
          now.set_connection_slug(source.slug);
          // The first day was that of the other source's fiscal year.
          if (now.extent().years() != 0) {
            now.mutable_extent()->clear_first_day();
            const auto chosen = now.extent_chosen_on().empty() ? now_().substr(0, 10) : now.extent_chosen_on();
            const auto extent = complete(now.extent(), source.fiscal_year_first_month, chosen);
            if (!extent) return fail(extent.error());
            *now.mutable_extent() = *extent;
          }
        }
        now.set_target_id(to);
        if (auto allowed = may_write_into(migrations, now, to); !allowed) return allowed;
        if (migration.state() == State::ready) return migration.step(Trigger::connection_lost, caller.actor, "other connections", now_());
        migration.note("CONNECTIONS_CHOSEN", caller.actor, "", now_());
        return {};
      },
      Alone::yes);
  if (!changed) return changed;
  // A neighbour that cannot be asked right now is no reason to refuse: the advancing loop tries again.
  static_cast<void>(advance(caller.tenant, request.migration_id()));
  return final_answer(caller, request.migration_id());
}

template <class Answer, class Ask>
Result<Answer> Commands::about(const Caller& caller, const std::string& id, const Ask& ask) {
  Result<Answer> out = not_found(id);
  transact_([&](Migrations& migrations) {
    const auto migration = migrations.read(caller.tenant, id);
    out = migration ? Result<Answer>(ask(*migration, migrations)) : not_found(id);
  });
  return out;
}

Result<v1::Migration> Commands::get(const Caller& caller, const std::string& id) {
  return about<v1::Migration>(caller, id, [](const v1::Migration& migration, Migrations&) { return migration; });
}

std::vector<v1::Migration> Commands::list(const Caller& caller, const std::string& after, std::uint32_t most) {
  std::vector<v1::Migration> out;
  transact_([&](Migrations& migrations) { out = migrations.list(caller.tenant, after, most); });
  return out;
}

Result<v1::Migration> Commands::mark_paid(const Caller& caller, const std::string& id, const std::string& reason) {
  if (!is_operator(caller)) {
    return fail(Code::permission_denied, "only an operator may mark a migration as paid", "OPERATORS_ONLY", "Ask an operator.");
  }
  if (auto known = answered(caller)) return *known;
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
  return final_answer(caller, id);
}

Result<std::vector<v1::Run>> Commands::runs(const Caller& caller, const std::string& id) {
  return about<std::vector<v1::Run>>(caller, id, [&](const v1::Migration&, Migrations& migrations) { return migrations.runs(id); });
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
    if (!migration.waits_for_acceptance()) {
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
  return about<std::vector<v1::Event>>(caller, id,
                                       [&](const v1::Migration&, Migrations& migrations) { return migrations.history(id, after, most); });
}

}  // namespace q2o::billing
