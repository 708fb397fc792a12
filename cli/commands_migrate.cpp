#include <cstdlib>
#include <iostream>
#include <optional>
#include <tuple>

#include "cli/commands.h"
#include "cli/ids.h"
#include "cli/progress_view.h"
#include "cli/terminal.h"
#include "cli/watch.h"
#include "common/calendar/calendar.h"
#include "common/json/json.h"
#include "q2o/billing/v1/migration.grpc.pb.h"
#include "q2o/connector/v1/connector.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "q2o/mapper/v1/mapper.grpc.pb.h"

namespace q2o::cli {
namespace {

using billing::v1::Migration;
using billing::v1::MigrationService;
using connector::v1::ConnectorService;
using loader::v1::LoaderService;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

Result<connector::v1::Connection> connect_source(const Session& session, const MigrateOptions& options) {
  const auto stub = ConnectorService::NewStub(session.channel("connector"));
  connector::v1::SaveConnectionRequest save;
  save.set_platform("quickbooks_online");
  save.set_base_url(options.quickbooks_url);
  save.set_token_url(options.token_url);
  save.set_company_id(options.company_id);
  save.set_client_id(options.client_id);
  save.set_client_secret(environment("QUICKBOOKS_CLIENT_SECRET"));
  save.set_refresh_token(environment("QUICKBOOKS_REFRESH_TOKEN"));
  auto saved = session.call("connector", *stub, &ConnectorService::Stub::SaveConnection, save);
  if (!saved) return fail(saved.error());
  connector::v1::VerifyConnectionRequest verify;
  verify.set_connection_id(saved->connection().connection_id());
  auto verified = session.call("connector", *stub, &ConnectorService::Stub::VerifyConnection, verify, std::chrono::seconds(60));
  if (!verified) return fail(verified.error());
  return verified->connection();
}

/// The modules of the target that the current mapping writes into.
Result<google::protobuf::RepeatedPtrField<common::v1::TargetModule>> needed_modules(const Session& session) {
  const auto stub = mapper::v1::MapperService::NewStub(session.channel("mapper"));
  mapper::v1::CurrentMappingRequest request;
  request.set_platform("quickbooks_online");
  auto current = session.call("mapper", *stub, &mapper::v1::MapperService::Stub::CurrentMapping, request);
  if (!current) return fail(current.error());
  return std::move(*current->mutable_modules());
}

/// Prints the readiness list; the target, or failed_precondition when something blocks.
Result<loader::v1::Target> connect_target(const Session& session, const MigrateOptions& options, const std::string& home_currency) {
  const auto stub = LoaderService::NewStub(session.channel("loader"));
  loader::v1::SaveTargetRequest save;
  save.set_url(options.odoo_url);
  save.set_database(options.odoo_database);
  save.set_user(options.odoo_user);
  save.set_password(environment("ODOO_PASSWORD"));
  save.set_skip_check(true);  // it is looked at below, with currency and modules
  auto saved = session.call("loader", *stub, &LoaderService::Stub::SaveTarget, save);
  if (!saved) return fail(saved.error());
  loader::v1::CheckTargetRequest check;
  check.set_target_id(saved->target().target_id());
  check.set_home_currency(home_currency);
  auto modules = needed_modules(session);
  if (!modules) return fail(modules.error());
  *check.mutable_modules() = std::move(*modules);
  auto checked = session.call("loader", *stub, &LoaderService::Stub::CheckTarget, check, std::chrono::seconds(120));
  if (!checked) return fail(checked.error());
  std::string blockers;
  for (const auto& finding : checked->findings()) {
    std::cerr << "  " << finding.severity() << ": " << finding.message() << '\n';
    if (!finding.remedy().empty()) std::cerr << "           " << finding.remedy() << '\n';
    if (finding.severity() == "blocker") blockers += (blockers.empty() ? "" : "; ") + finding.message();
  }
  if (!blockers.empty())
    return fail(Code::failed_precondition, "Odoo is not ready: " + blockers, "TARGET_BLOCKED",
                "Do what is named above, then run the same command again. Nothing was written.");
  return checked->target();
}

Result<billing::v1::Extent> chosen_extent(const MigrateOptions& options) {
  billing::v1::Extent extent;
  extent.set_years(options.years);
  extent.set_first_day(options.from);
  if (!options.cut_over.empty()) {
    const auto day = calendar::read_day(options.cut_over);
    if (!day) return fail(Code::invalid_argument, "'" + options.cut_over + "' is not a date", "NOT_A_DATE", "Write it as 2026-01-31.");
    extent.set_first_day(calendar::to_text(*day + std::chrono::days(1)));
  }
  extent.set_depth(options.depth == "open"      ? billing::v1::DEPTH_OPEN
                   : options.depth == "archive" ? billing::v1::DEPTH_ARCHIVE
                   : options.depth == "full"    ? billing::v1::DEPTH_FULL
                                                : billing::v1::DEPTH_UNSPECIFIED);
  return extent;
}

/// What was chosen says the same as what the migration keeps to.
bool keeps_to(const Migration& migration, const billing::v1::Extent& chosen) {
  const auto& kept = migration.extent();
  const bool all = chosen.first_day().empty() && chosen.years() == 0;
  if (all) return kept.first_day().empty() && chosen.depth() <= billing::v1::DEPTH_FULL;
  const auto depth = chosen.depth() == billing::v1::DEPTH_UNSPECIFIED ? billing::v1::DEPTH_OPEN : chosen.depth();
  if (kept.depth() != depth) return false;
  return chosen.years() != 0 ? kept.years() == chosen.years() : kept.first_day() == chosen.first_day();
}

/// The migration of these two connections, made and marked as paid when there is none yet.
Result<Migration> prepare(const Session& session, const MigrateOptions& options, const connector::v1::Connection& source,
                          const loader::v1::Target& target) {
  const auto stub = MigrationService::NewStub(session.channel("billing"));
  auto list = list_migrations(session);
  if (!list) return fail(list.error());
  const auto extent = chosen_extent(options);
  if (!extent) return fail(extent.error());
  // Without a choice the newest one goes on as it was chosen.
  std::optional<Migration> known;
  for (const auto& migration : list->migrations()) {
    if (migration.source_connection_id() != source.connection_id() || migration.target_id() != target.target_id()) continue;
    if (!options.chooses_extent() || keeps_to(migration, *extent)) known = migration;
  }
  if (known) return *known;
  billing::v1::CreateMigrationRequest create;
  create.set_name(options.name.empty() ? source.company_name() : options.name);
  create.set_platform(source.platform());
  create.set_source_connection_id(source.connection_id());
  create.set_target_id(target.target_id());
  create.set_automatic_start(true);
  if (options.chooses_extent()) *create.mutable_extent() = *extent;
  auto created = session.call("billing", *stub, &MigrationService::Stub::CreateMigration, create);
  if (!created) return fail(created.error());
  return created->migration();
}

/// Brings the migration into a run: marks a new one as paid (it then starts by itself), starts another run of an ended or different one.
Status set_going(const Session& session, const Migration& migration) {
  const auto stub = MigrationService::NewStub(session.channel("billing"));
  if (migration.state() < billing::v1::STATE_PAID) {
    billing::v1::MarkPaidRequest paid;
    paid.set_migration_id(migration.migration_id());
    paid.set_reason("no payment yet: marked by the operator with q2o migrate");
    auto response = session.call("billing", *stub, &MigrationService::Stub::MarkPaid, paid, std::chrono::seconds(20), "operator");
    if (!response && response.error().code == Code::permission_denied)  // through the edge nobody is an operator by saying so
      return fail(Code::failed_precondition, "the migration is made; it is not paid yet", "NOT_PAID",
                  "Price and pay it: q2o quote (or q2o analyze), then q2o pay. It starts by itself when the payment is confirmed.");
    if (!response) return fail(response.error());
    return {};
  }
  const bool goes_on = run_to_watch(migration) == migration.run();
  if (migration.directive() == billing::v1::DIRECTIVE_PAUSE && goes_on) {
    billing::v1::ResumeRequest request;
    request.set_migration_id(migration.migration_id());
    auto response = session.call("billing", *stub, &MigrationService::Stub::Resume, request);
    if (!response) return fail(response.error());
    return {};
  }
  if (goes_on) return {};
  billing::v1::StartRequest start;
  start.set_migration_id(migration.migration_id());
  auto response = session.call("billing", *stub, &MigrationService::Stub::Start, start);
  if (!response) return fail(response.error());
  return {};
}

/// Waits until the run that set_going() asked for is visible, so that an old COMPLETED is not taken for the new result.
Result<Migration> wait_for_run(const Session& session, const Migration& before) {
  const auto stub = MigrationService::NewStub(session.channel("billing"));
  billing::v1::GetMigrationRequest request;
  request.set_migration_id(before.migration_id());
  for (int tries = 0; tries < 300; ++tries) {
    auto now = session.call("billing", *stub, &MigrationService::Stub::GetMigration, request);
    if (!now) return fail(now.error());
    if (now->migration().run() >= run_to_watch(before)) return now->migration();
    timespec pause{0, 100'000'000};
    nanosleep(&pause, nullptr);
  }
  return fail(Code::deadline_exceeded, "the run did not start within 30 s", "NOT_STARTED",
              "Look at `q2o history` and `make logs SERVICE=billing`.");
}

/// The numbers are the loader's own, as the proof holds them: the progress may not have heard of the run's end yet.
void print_verdict(const Migration& migration, const SavedReport& report, const MoreOfRun& more) {
  std::cout << "\nOdoo: " << report.created << " created, " << report.changed << " changed, " << report.unchanged << " unchanged"
            << (report.removed > 0 ? ", " + std::to_string(report.removed) + " taken away" : "") << "\n\n";
  if (more) more(nullptr);
  std::cout << bold(migration.verdict()) << '\n' << report.sentence << "\nReport: " << report.page << '\n';
}

void print_result(const Migration& migration, const SavedReport& report, const MoreOfRun& more) {
  const auto count = [](std::uint64_t number) { return static_cast<std::int64_t>(number); };
  json::Writer out;
  out.begin_object()
      .field("migration_id", migration.migration_id())
      .field("run", count(migration.run()))
      .field("verdict", migration.verdict());
  out.field("created", count(report.created))
      .field("changed", count(report.changed))
      .field("unchanged", count(report.unchanged))
      .field("removed", count(report.removed))
      .field("report", report.page);
  if (more) more(&out);
  out.end_object();
  std::cout << out.text() << '\n';
}

int print_dry_run(const Session& session, const notifier::v1::Progress& last, const MoreOfRun& more) {
  std::uint64_t mapped = 0, rejected = 0;
  for (const auto& entity : last.entities()) {
    mapped += entity.mapped();
    rejected += entity.rejected();
  }
  const auto& migration = last.migration();
  const auto before = run_before(session, migration);
  if (!before) return report_error(session, before.error());
  const auto diff = read_diff(session, migration.migration_id(), *before, migration.run(), false);
  if (session.json) {
    json::Writer out;
    out.begin_object().field("migration_id", migration.migration_id()).field("run", static_cast<std::int64_t>(migration.run()));
    out.field("mapped", static_cast<std::int64_t>(mapped)).field("rejected", static_cast<std::int64_t>(rejected));
    if (diff) out.key("diff").raw(diff_json(*diff));
    if (!diff) out.field("diff_missing", diff.error().message).field("hint", diff.error().hint);
    if (more) more(&out);
    out.end_object();
    std::cout << out.text() << '\n';
  } else {
    std::cout << "\nRun " << migration.run() << " was a dry run: " << mapped << (mapped == 1 ? " record" : " records") << " mapped, "
              << rejected << " rejected, nothing was written.\n\n";
    if (more) more(nullptr);
    std::cout << (diff ? diff_text(*diff) : "What it changes cannot be shown: " + diff.error().message + "\n  " + diff.error().hint + "\n");
  }
  return kDone;
}

}  // namespace

std::uint32_t run_to_watch(const Migration& migration) {
  const bool differs = migration.verdict() == "DIFFERENT";
  const bool goes_on = migration.state() == billing::v1::STATE_RUNNING || (migration.state() == billing::v1::STATE_VALIDATING && !differs);
  return migration.run() + (goes_on ? 0 : 1);
}

int follow(const Session& session, const Migration& running, const MoreOfRun& more) {
  auto last = watch_until_over(session, running.migration_id(), running.run(), running.version());
  if (!last) return report_error(session, last.error());
  const Migration& end = last->migration();
  if (end.order().dry_run() && end.state() == billing::v1::STATE_READY) return print_dry_run(session, *last, more);
  const bool proven = !end.verdict().empty() && !end.order().dry_run();  // a dry run leaves the verdict of the run before
  if (end.state() != billing::v1::STATE_COMPLETED && !proven) {
    return report_error(session,
                        Error{Code::failed_precondition,
                              needs_person(end).empty() ? "the run failed: " + end.reason() : "the run waits for you: " + needs_person(end),
                              Retry::never,
                              Effect::none,
                              "RUN_NOT_COMPLETED",
                              "See `q2o rejects`, `q2o history`; go on with `q2o resume` or the same command.",
                              {}}),
           needs_person(end).empty() ? kError : kWaitsForPerson;
  }
  const auto saved = save_report(session, end.migration_id(), end.run(), session.state_folder + "/reports/" + end.migration_id());
  if (!saved) return report_error(session, saved.error());
  if (session.json) {
    print_result(end, *saved, more);
  } else {
    print_verdict(end, *saved, more);
  }
  return exit_code(end);
}

int connect_odoo(const Session& session, const MigrateOptions& options) {
  const auto target = connect_target(session, options, {});
  if (!target) return report_error(session, target.error()), target.error().reason == "TARGET_BLOCKED" ? kWaitsForPerson : kError;
  if (session.json) {
    std::cout << json::Writer().begin_object().field("target_id", target->target_id()).field("state", target->state()).end_object().text()
              << '\n';
  } else {
    std::cout << "Target " << target->target_id() << ": " << target->url() << " " << target->database() << " (" << target->version()
              << ")\nWrite a recorded run into it: q2o replay --into " << short_id(target->target_id()) << '\n';
  }
  return kDone;
}

int connect_quickbooks(const Session& session, const MigrateOptions& options) {
  const auto source = connect_source(session, options);
  if (!source) return report_error(session, source.error());
  if (session.json) {
    json::Writer out;
    out.begin_object().field("connection_id", source->connection_id()).field("company", source->company_name());
    std::cout << out.field("state", source->state()).field("message", source->message()).end_object().text() << '\n';
  } else {
    std::cout << source->connection_id() << ": " << source->company_name() << " (" << source->home_currency() << "), " << source->state()
              << '\n'
              << (source->message().empty() ? "" : "  " + source->message() + "\n") << "What it has: q2o assess "
              << short_id(source->connection_id()) << '\n';
  }
  return source->state() == "broken" ? kWaitsForPerson : kDone;
}

int migrate(const Session& session, const MigrateOptions& options) {
  auto source = connect_source(session, options);
  if (!source) return report_error(session, source.error());
  std::cerr << "QuickBooks: " << source->company_name() << " (" << source->home_currency() << ")\n";
  auto target = connect_target(session, options, source->home_currency());
  if (!target) return report_error(session, target.error()), target.error().reason == "TARGET_BLOCKED" ? kWaitsForPerson : kError;
  std::cerr << "Odoo:       " << target->url() << " " << target->database() << " (" << target->version() << ")\n";
  if (options.dry_run) {
    std::cout << "Both sides are ready. Nothing was written. Run the same command without --dry-run.\n";
    return kDone;
  }
  auto migration = prepare(session, options, *source, *target);
  if (!migration) return report_error(session, migration.error());
  if (auto going = set_going(session, *migration); !going) return report_error(session, going.error());
  auto running = wait_for_run(session, *migration);
  if (!running) return report_error(session, running.error());
  std::cerr << "Migration " << running->migration_id() << ", run " << running->run()
            << ". Ctrl-C is safe: the run goes on; `q2o watch` comes back to it.\n";
  return follow(session, *running);
}

}  // namespace q2o::cli
