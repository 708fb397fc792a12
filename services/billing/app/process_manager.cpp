#include "services/billing/app/process_manager.h"

#include <fmt/format.h>

namespace q2o::billing {
namespace {

constexpr std::string_view kRunLoaded = "RUN_LOADED";

/// "312 removed, 2 reversed, 5 kept"; of a dry run in the conditional.
std::string words(const loader::v1::RunUndone& undone) {
  std::uint64_t removed = 0, reversed = 0, kept = 0;
  for (const auto& count : undone.counts()) {
    removed += count.removed();
    reversed += count.reversed();
    kept += count.kept();
  }
  if (removed + reversed + undone.restored() == 0) return kept == 0 ? "nothing to undo" : fmt::format("nothing to undo, {} kept", kept);
  return fmt::format("{}{} removed, {} reversed, {} kept", undone.dry_run() ? "would be: " : "", removed, reversed, kept);
}

template <class Failure>
std::string words(std::string_view who, const Failure& failure) {
  return fmt::format("{}: {}{}{}", who, failure.message(), failure.hint().empty() ? "" : " ", failure.hint());
}

}  // namespace

std::optional<Aggregate> ProcessManager::current(Migrations& migrations, const common::v1::Scope& scope) const {
  auto migration = migrations.find(scope.tenant_id(), scope.migration_id());
  if (!migration || migration->get().run() != scope.run()) return std::nullopt;
  return migration;
}

void ProcessManager::connection_lost(Migrations& migrations, const std::string& tenant, const std::string& id, const std::string& actor,
                                     const std::string& why) {
  for (auto& migration : migrations.using_connection(tenant, id)) {
    if (migration.state() == State::ready) {
      if (!migration.step(Trigger::connection_lost, actor, why, now_())) continue;
    } else if (migration.state() == State::running && migration.get().directive() == v1::DIRECTIVE_GO) {
      migration.direct(v1::DIRECTIVE_PAUSE, actor, why, now_());
    }
    if (migration.changed()) migrations.save(migration);
  }
}

void ProcessManager::pause(Migrations& migrations, const common::v1::Scope& scope, const std::string& actor, const std::string& why) {
  auto migration = current(migrations, scope);
  if (!migration || (migration->state() != State::running && migration->state() != State::validating)) return;
  if (migration->get().directive() != v1::DIRECTIVE_GO) return;  // the first reason is the one to mend
  migration->direct(v1::DIRECTIVE_PAUSE, actor, why, now_());
  migrations.save(*migration);
}

void ProcessManager::apply(Migrations& migrations, const connector::v1::StatusFact& fact) {
  const auto& scope = fact.scope();
  if (fact.has_connection_broken()) {
    const auto& broken = fact.connection_broken();
    connection_lost(migrations, scope.tenant_id(), broken.connection_id(), "connector", words("connector", broken));
  } else if (fact.has_run_failed()) {
    pause(migrations, scope, "connector", words("connector", fact.run_failed()));
  } else if (fact.has_run_extracted()) {
    migrations.set_run_fact(scope.migration_id(), scope.run(), std::string(kRunExtracted));
  } else if (fact.has_entity_progress() && fact.entity_progress().done()) {
    migrations.count_extracted(scope.migration_id(), scope.run(), fact.entity_progress().entity(), fact.entity_progress().extracted());
    try_validate(migrations, scope.tenant_id(), scope.migration_id());
  }
}

void ProcessManager::apply(Migrations& migrations, const mapper::v1::StatusFact& fact) {
  const auto& scope = fact.scope();
  if (fact.has_run_failed()) {
    // A run keeps its mapping: another mapping needs another run.
    auto migration = current(migrations, scope);
    if (!migration || !migration->step(Trigger::run_failed, "mapper", words("mapper", fact.run_failed()), now_())) return;
    migrations.save(*migration);
  } else if (fact.has_run_mapped()) {
    auto migration = current(migrations, scope);
    if (!migration || !migration->get().order().dry_run()) return;
    const auto what = fmt::format("{} target {}, nothing was written", fact.run_mapped().targets(),
                                  fact.run_mapped().targets() == 1 ? "record" : "records");
    if (migration->step(Trigger::dry_run_ended, "mapper", what, now_())) migrations.save(*migration);
  } else if (fact.has_entity_progress() && fact.entity_progress().done()) {
    const auto& n = fact.entity_progress();
    migrations.count_mapped(scope.migration_id(), scope.run(), n.entity(), {n.mapped(), n.merged(), n.rejected(), n.excluded()});
    try_validate(migrations, scope.tenant_id(), scope.migration_id());
  }
}

void ProcessManager::apply(Migrations& migrations, const loader::v1::StatusFact& fact) {
  const auto& scope = fact.scope();
  if (fact.has_target_blocked()) {
    std::string why = "loader: the target is blocked";
    for (const auto& finding : fact.target_blocked().blockers()) why += "; " + finding.message() + " " + finding.remedy();
    connection_lost(migrations, scope.tenant_id(), fact.target_blocked().target_id(), "loader", why);
  } else if (fact.has_run_failed()) {
    pause(migrations, scope, "loader", words("loader", fact.run_failed()));
  } else if (fact.has_run_undone()) {
    auto migration = current(migrations, scope);
    if (!migration) return;
    const auto trigger = fact.run_undone().dry_run() ? Trigger::dry_run_ended : Trigger::run_undone;
    if (migration->step(trigger, "loader", words(fact.run_undone()), now_())) migrations.save(*migration);
  } else if (fact.has_run_loaded()) {
    for (const auto& n : fact.run_loaded().entities()) {
      migrations.count_loaded(scope.migration_id(), scope.run(), n.entity(), {n.loaded(), n.rejected(), n.parked()});
    }
    migrations.set_run_fact(scope.migration_id(), scope.run(), std::string(kRunLoaded));
    try_validate(migrations, scope.tenant_id(), scope.migration_id());
  }
}

void ProcessManager::apply(Migrations& migrations, const validator::v1::ValidationCompleted& fact) {
  auto migration = current(migrations, fact.scope());
  if (!migration || migration->state() != State::validating) return;
  if (!fact.failure().empty()) {
    migration->direct(v1::DIRECTIVE_PAUSE, "validator", "the proof could not be made: " + fact.failure(), now_());
  } else {
    migration->edit().set_verdict(fact.verdict());
    migration->edit().set_report_id(fact.report_id());
    if (fact.verdict() == "MATCHED" || fact.verdict() == "MATCHED WITH EXCEPTIONS") {
      if (!migration->step(Trigger::books_proven, "validator", fact.sentence(), now_())) return;
    } else {
      // Stays in VALIDATING: a person accepts the differences, starts a repair run, or stops.
      migration->direct(v1::DIRECTIVE_PAUSE, "validator", fact.sentence(), now_());
    }
  }
  if (migration->changed()) migrations.save(*migration);
}

void ProcessManager::try_validate(Migrations& migrations, const std::string& tenant, const std::string& migration_id) {
  auto migration = migrations.find(tenant, migration_id);
  if (!migration || migration->state() != State::running || migration->get().directive() != v1::DIRECTIVE_GO) return;
  const auto run = migration->get().run();
  if (!migrations.has_run_fact(migration_id, run, std::string(kRunLoaded))) return;
  const auto law = conservation(migrations.counts(migration_id, run));
  if (law.verdict == Conservation::unknown && !migrations.run_fact_is_old(migration_id, run, std::string(kRunLoaded))) return;
  if (law.verdict != Conservation::holds) {
    std::string why = law.verdict == Conservation::broken ? "records have vanished: " : "loaded, but the counts do not arrive: ";
    for (std::size_t i = 0; i < law.notes.size() && i < 5; ++i) why += (i == 0 ? "" : "; ") + law.notes[i];
    migration->direct(v1::DIRECTIVE_PAUSE, "billing", why, now_());
  } else if (!migration->step(Trigger::run_loaded, "loader", "", now_())) {
    return;
  }
  migrations.save(*migration);
}

}  // namespace q2o::billing
