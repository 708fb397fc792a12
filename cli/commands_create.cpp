#include <iostream>

#include "cli/commands.h"
#include "cli/ids.h"
#include "cli/json_out.h"
#include "cli/progress_view.h"
#include "cli/terminal.h"
#include "q2o/billing/v1/migration.grpc.pb.h"
#include "q2o/billing/v1/pricing.grpc.pb.h"

namespace q2o::cli {
namespace {

using billing::v1::MigrationService;

/// The whole id of what a word means; empty stays empty.
template <class All, class IdOf>
Result<std::string> whole_id(const Result<All>& all, const std::string& word, const char* what, const IdOf& id_of) {
  if (word.empty()) return word;
  if (!all) return fail(all.error());
  std::vector<std::string> meant;
  for (const auto& one : *all)
    if (is_meant(id_of(one), word)) meant.push_back(id_of(one));
  if (meant.size() == 1) return meant.front();
  return fail(meant.empty() ? Code::not_found : Code::invalid_argument,
              std::string(meant.empty() ? "there is no " : "more than one ") + what + " '" + word + "'", "AMBIGUOUS_ID",
              "`q2o connections` lists them.");
}

/// Puts the ids of both connections into a request.
template <class Request>
Status fill(const Session& session, const CreateOptions& options, Request& request) {
  const auto source = whole_id(options.source.empty() ? Result<std::vector<connector::v1::Connection>>() : source_connections(session),
                               options.source, "source connection", [](const auto& one) { return one.connection_id(); });
  if (!source) return fail(source.error());
  const auto target = whole_id(options.target.empty() ? Result<std::vector<loader::v1::Target>>() : targets(session), options.target,
                               "target", [](const auto& one) { return one.target_id(); });
  if (!target) return fail(target.error());
  request.set_source_connection_id(*source);
  request.set_target_id(*target);
  return {};
}

int print(const Session& session, const billing::v1::Migration& migration, const char* next) {
  if (session.json)
    print_json(migration);
  else
    std::cout << migration.migration_id() << "  " << state_word(migration.state()) << '\n' << next;
  return kDone;
}

}  // namespace

int create(const Session& session, const CreateOptions& options) {
  const auto stub = MigrationService::NewStub(session.channel("billing"));
  billing::v1::CreateMigrationRequest request;
  request.set_name(options.name);
  request.set_platform(options.platform);
  if (auto filled = fill(session, options, request); !filled) return report_error(session, filled.error());
  request.set_automatic_start(!options.by_hand);
  request.mutable_extent()->set_years(options.years);
  request.mutable_extent()->set_first_day(options.from);
  const auto made = session.call("billing", *stub, &MigrationService::Stub::CreateMigration, request);
  if (!made) return report_error(session, made.error());
  return print(session, made->migration(), "A binding price: q2o quote (or q2o analyze, once its source is connected)\n");
}

int choose(const Session& session, const CreateOptions& options) {
  const auto migration = choose_migration(session, options.migration_id);
  if (!migration) return report_error(session, migration.error());
  const auto& id = migration->migration_id();
  if (options.years != 0 || !options.from.empty()) {
    const auto stub = billing::v1::PricingService::NewStub(session.channel("billing"));
    billing::v1::EditScopeRequest request;
    request.set_migration_id(id);
    request.mutable_extent()->set_years(options.years);
    request.mutable_extent()->set_first_day(options.from);
    const auto edited = session.call("billing", *stub, &billing::v1::PricingService::Stub::EditScope, request);
    if (!edited) return report_error(session, edited.error());
  }
  const auto stub = MigrationService::NewStub(session.channel("billing"));
  if (!options.source.empty() || !options.target.empty()) {
    billing::v1::SetConnectionsRequest request;
    request.set_migration_id(id);
    if (auto filled = fill(session, options, request); !filled) return report_error(session, filled.error());
    const auto set = session.call("billing", *stub, &MigrationService::Stub::SetConnections, request);
    if (!set) return report_error(session, set.error());
  }
  billing::v1::GetMigrationRequest request;
  request.set_migration_id(id);
  const auto now = session.call("billing", *stub, &MigrationService::Stub::GetMigration, request);
  if (!now) return report_error(session, now.error());
  return print(session, now->migration(), "How it goes on: q2o status\n");
}

}  // namespace q2o::cli
