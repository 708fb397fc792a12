#include <iostream>

#include "cli/commands.h"
#include "cli/ids.h"
#include "cli/json_out.h"
#include "cli/progress_view.h"
#include "cli/terminal.h"
#include "cli/watch.h"
#include "q2o/billing/v1/migration.grpc.pb.h"
#include "q2o/notifier/v1/progress.grpc.pb.h"

namespace q2o::cli {
namespace {

using billing::v1::Migration;
using billing::v1::MigrationService;

void print_migration(const Migration& migration) {
  std::cout << bold(migration.name()) << "  " << migration.migration_id() << '\n';
  std::cout << "  state    " << state_word(migration.state()) << (migration.run() ? ", run " + std::to_string(migration.run()) : "")
            << '\n';
  if (migration.directive() == billing::v1::DIRECTIVE_PAUSE) std::cout << "  paused   " << migration.reason() << '\n';
  if (migration.state() == billing::v1::STATE_FAILED) std::cout << "  reason   " << migration.reason() << '\n';
  if (!migration.verdict().empty()) std::cout << "  verdict  " << migration.verdict() << '\n';
}

using LeftSettings = Result<std::vector<loader::v1::LeftSetting>>;

/// The progress with one member more; null: could not be checked.
void print_json_with_left(const notifier::v1::Progress& progress, const LeftSettings& left) {
  std::string text = json_of(progress);
  text.pop_back();
  text += ",\"left_settings\":";
  if (left) {
    text += '[';
    for (const auto& setting : *left) text += (text.back() == '[' ? "" : ",") + json_of(setting);
    text += ']';
  } else {
    text += "null";
  }
  std::cout << text << "}\n";
}

/// What a run has changed in Odoo and could not put back: nobody else would say so.
void print_left(const LeftSettings& left) {
  if (!left) {
    std::cout << "\nCould not check what is left changed in Odoo: " << left.error().message << "\n";
    return;
  }
  if (left->empty()) return;
  std::cout << "\nLeft changed in Odoo\n";
  for (const auto& setting : *left) {
    std::cout << "  " << setting.name() << ": was " << (setting.before().empty() ? "empty" : setting.before()) << ", is "
              << (setting.during().empty() ? "empty" : setting.during()) << " (run " << setting.run() << ", " << setting.target().url()
              << ' ' << setting.target().database() << ")\n";
    if (!setting.note().empty()) std::cout << "    " << setting.note() << '\n';
    std::cout << "    → " << setting.remedy() << '\n';
  }
}

/// A command that answers with the changed migration.
template <class Request, class Response>
int change(const Session& session, const std::string& id,
           grpc::Status (MigrationService::Stub::*method)(grpc::ClientContext*, const Request&, Response*), const std::string& reason,
           const std::string& said) {
  auto migration = choose_migration(session, id);
  if (!migration) return report_error(session, migration.error());
  const auto stub = MigrationService::NewStub(session.channel("billing"));
  Request request;
  request.set_migration_id(migration->migration_id());
  if constexpr (requires { request.set_reason(reason); }) request.set_reason(reason);
  auto response = session.call("billing", *stub, method, request);
  if (!response) return report_error(session, response.error());
  if (session.json) {
    print_json(response->migration());
  } else {
    std::cout << said << '\n';
    print_migration(response->migration());
  }
  return kDone;
}

}  // namespace

Result<billing::v1::ListMigrationsResponse> list_migrations(const Session& session) {
  const auto stub = MigrationService::NewStub(session.channel("billing"));
  return session.pages("billing", *stub, &MigrationService::Stub::ListMigrations, {});
}

Result<Migration> choose_migration(const Session& session, const std::string& id) {
  auto list = list_migrations(session);
  if (!list) return fail(list.error());
  const Migration* found = nullptr;
  for (const auto& migration : list->migrations()) {
    if (!id.empty() && !is_meant(migration.migration_id(), id)) continue;
    if (found && !id.empty())
      return fail(Code::invalid_argument, "more than one migration begins or ends with " + id, "AMBIGUOUS_ID",
                  "Give more of the id; `q2o status` lists them.");
    if (!found || found->updated_at() < migration.updated_at()) found = &migration;
  }
  if (!found) {
    return fail(Code::not_found, id.empty() ? "there is no migration yet" : "there is no migration " + id, "NO_MIGRATION",
                "Begin one with `q2o migrate --help`.");
  }
  return *found;
}

int exit_code(const Migration& migration) {
  if (migration.verdict() == "DIFFERENT" && migration.state() == billing::v1::STATE_VALIDATING) return kDifferences;
  if (!needs_person(migration).empty()) return kWaitsForPerson;
  if (migration.state() == billing::v1::STATE_COMPLETED) return migration.verdict() == "MATCHED" ? kDone : kDifferences;
  if (migration.state() == billing::v1::STATE_FAILED) return kError;
  return kDone;
}

int status(const Session& session, const std::string& migration_id) {
  if (migration_id.empty()) {
    auto list = list_migrations(session);
    if (!list) return report_error(session, list.error());
    if (session.json) {
      print_json(*list);
      return kDone;
    }
    for (const auto& migration : list->migrations()) print_migration(migration);
    if (list->migrations().empty())
      std::cout << "No migration yet. Begin one with `q2o migrate --help`.\n";
    else
      std::cout << "\nNext: q2o watch " << short_id(list->migrations(list->migrations_size() - 1).migration_id()) << '\n';
    return kDone;
  }
  auto migration = choose_migration(session, migration_id);
  if (!migration) return report_error(session, migration.error());
  const auto progress_stub = notifier::v1::ProgressService::NewStub(session.channel("notifier"));
  notifier::v1::GetProgressRequest request;
  request.set_migration_id(migration->migration_id());
  auto progress = session.call("notifier", *progress_stub, &notifier::v1::ProgressService::Stub::GetProgress, request);
  if (!progress) return report_error(session, progress.error());
  const auto left = left_settings(session, migration->migration_id());
  if (session.json) {
    print_json_with_left(progress->progress(), left);
  } else {
    print_migration(*migration);
    for (const auto& line : progress_lines(progress->progress(), 100)) std::cout << line << '\n';
    print_left(left);
    std::cout << "\nNext: q2o report " << short_id(migration->migration_id()) << '\n';
  }
  return exit_code(*migration);
}

int watch(const Session& session, const std::string& migration_id) {
  auto migration = choose_migration(session, migration_id);
  if (!migration) return report_error(session, migration.error());
  auto last = watch_until_over(session, migration->migration_id(), migration->run(), migration->version());
  if (!last) return report_error(session, last.error());
  if (session.json)
    print_json(*last);
  else
    print_migration(last->migration());
  return exit_code(last->migration());
}

int pause(const Session& session, const std::string& migration_id, const std::string& reason) {
  return change(session, migration_id, &MigrationService::Stub::Pause, reason,
                "Pausing: each service finishes the batch it is at. Go on with `q2o resume`.");
}
int resume(const Session& session, const std::string& migration_id) {
  return change(session, migration_id, &MigrationService::Stub::Resume, "", "Going on.");
}
int stop(const Session& session, const std::string& migration_id, const std::string& reason, bool yes) {
  if (!yes && !confirmed("Stopping ends this run for good; what is in Odoo stays there.", "stop")) {
    std::cerr << "Not stopped.\n";
    return kUsage;
  }
  return change(session, migration_id, &MigrationService::Stub::Stop, reason, "Stopping: each service finishes the batch it is at.");
}

int accept(const Session& session, const std::string& migration_id, const std::string& reason, bool yes) {
  auto migration = choose_migration(session, migration_id);
  if (!migration) return report_error(session, migration.error());
  const std::string effect = "Accepting ends " + (migration->name().empty() ? "the migration" : migration->name()) + " (" +
                             migration->migration_id() +
                             ") although the books differ; the differences stay in Odoo. `q2o report` shows them.";
  if (!yes && !confirmed(effect, "accept")) {
    std::cerr << "Not accepted.\n";
    return kUsage;
  }
  return change(session, migration->migration_id(), &MigrationService::Stub::AcceptDifferences, reason,
                "Accepted; the report says who, when and why. Next: `q2o report` for the files to keep.");
}

int history(const Session& session, const std::string& migration_id) {
  auto migration = choose_migration(session, migration_id);
  if (!migration) return report_error(session, migration.error());
  const auto stub = MigrationService::NewStub(session.channel("billing"));
  billing::v1::HistoryRequest request;
  request.set_migration_id(migration->migration_id());
  const auto all = session.pages("billing", *stub, &MigrationService::Stub::History, request);
  if (!all) return report_error(session, all.error());
  if (session.json) {
    print_json(*all);
    return kDone;
  }
  for (const auto& event : all->events()) {
    std::cout << event.at() << "  " << event.kind() << "  " << state_word(event.from()) << " → " << state_word(event.to()) << "  by "
              << event.actor();
    if (!event.reason().empty()) std::cout << ": " << event.reason();
    std::cout << '\n';
  }
  return kDone;
}

}  // namespace q2o::cli
