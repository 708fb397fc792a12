#include <iostream>

#include "cli/changes_view.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "common/calendar/calendar.h"
#include "q2o/billing/v1/migration.grpc.pb.h"
#include "q2o/connector/v1/connector.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"

namespace q2o::cli {
namespace {

/// All pages, of the changes those in closed books.
Result<connector::v1::ListChangesResponse> changes_of(const Session& session, const std::string& migration_id, std::uint32_t run) {
  const auto stub = connector::v1::ConnectorService::NewStub(session.channel("connector"));
  connector::v1::ListChangesRequest request;
  request.set_migration_id(migration_id);
  request.set_run(run);
  request.set_closed_only(true);
  connector::v1::ListChangesResponse all;
  do {
    auto page = session.call("connector", *stub, &connector::v1::ConnectorService::Stub::ListChanges, request);
    if (!page) return page;
    all.set_base_run(page->base_run());
    *all.mutable_entities() = page->entities();
    all.mutable_changes()->MergeFrom(page->changes());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

Result<std::string> lock(const Session& session, const std::string& migration_id, const std::string& until) {
  const auto stub = loader::v1::LoaderService::NewStub(session.channel("loader"));
  loader::v1::LockBooksRequest request;
  request.set_migration_id(migration_id);
  request.set_until(until);
  auto locked = session.call("loader", *stub, &loader::v1::LoaderService::Stub::LockBooks, request);
  if (!locked) return fail(locked.error());
  return locked->until();
}

Status check(const DeltaOptions& options) {
  if (options.lock_until.empty()) return {};
  if (options.dry_run)
    return fail(Code::invalid_argument, "a dry run closes no books", "DRY_RUN_LOCKS_NOTHING", "Leave out --lock-until or --dry-run.");
  if (!calendar::read_day(options.lock_until))
    return fail(Code::invalid_argument, "'" + options.lock_until + "' is no date", "DATE_INVALID", "Write it like 2026-03-31.");
  return {};
}

}  // namespace

int delta(const Session& session, const DeltaOptions& options) {
  if (const auto fine = check(options); !fine) return report_error(session, fine.error()), kUsage;
  const auto migration = choose_migration(session, options.migration_id);
  if (!migration) return report_error(session, migration.error());
  if (!options.lock_until.empty() && !options.yes &&
      !confirmed("When the books are proven, nobody can book in Odoo until " + options.lock_until + " any more.", "lock")) {
    std::cerr << "Nothing was done.\n";
    return kUsage;
  }
  billing::v1::StartRequest request;
  request.set_migration_id(migration->migration_id());
  request.set_reason(options.reason);
  request.mutable_order()->set_kind(billing::v1::RUN_KIND_DELTA);
  request.mutable_order()->set_dry_run(options.dry_run);
  const auto stub = billing::v1::MigrationService::NewStub(session.channel("billing"));
  const auto started = session.call("billing", *stub, &billing::v1::MigrationService::Stub::Start, request);
  if (!started) return report_error(session, started.error());
  const auto& running = started->migration();
  std::cerr << "Migration " << running.migration_id() << ", run " << running.run() << ": what changed in the source since run "
            << running.order().source_run() << ". Ctrl-C is safe: the run goes on; `q2o watch` comes back to it.\n";
  Status trouble;
  const int code = follow(session, running, [&](json::Writer* out) {
    const auto changes = changes_of(session, running.migration_id(), running.run());
    if (!changes) {
      trouble = fail(changes.error());
    } else if (out != nullptr) {
      add_changes(*out, *changes);
    } else {
      for (const auto& line : changes_lines(*changes)) std::cout << line << '\n';
    }
  });
  if (!trouble) return report_error(session, trouble.error());
  if (options.lock_until.empty() || (code != kDone && code != kDifferences)) return code;
  const auto locked = lock(session, running.migration_id(), options.lock_until);
  if (!locked) return report_error(session, locked.error());
  std::cerr << "Odoo's books are closed until " << *locked << ". `q2o undo` opens them again.\n";
  return code;
}

}  // namespace q2o::cli
