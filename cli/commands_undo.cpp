#include <fmt/format.h>

#include <iostream>

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/ids.h"
#include "cli/terminal.h"
#include "cli/undo_view.h"
#include "cli/watch.h"
#include "q2o/billing/v1/migration.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"

namespace q2o::cli {
namespace {

/// All pages.
Result<loader::v1::GetUndoResponse> undo_report(const Session& session, const billing::v1::Migration& migration) {
  const auto stub = loader::v1::LoaderService::NewStub(session.channel("loader"));
  loader::v1::GetUndoRequest request;
  request.set_migration_id(migration.migration_id());
  request.set_run(migration.run());
  loader::v1::GetUndoResponse all;
  do {
    auto page = ask_patiently([&] { return session.call("loader", *stub, &loader::v1::LoaderService::Stub::GetUndo, request); });
    if (!page) return page;
    *all.mutable_undone() = page->undone();
    all.mutable_kept()->MergeFrom(page->kept());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

Result<billing::v1::Migration> start(const Session& session, const UndoOptions& options, const billing::v1::Migration& migration) {
  billing::v1::StartRequest request;
  request.set_migration_id(migration.migration_id());
  request.set_reason(options.reason);
  auto& order = *request.mutable_order();
  order.set_kind(billing::v1::RUN_KIND_UNDO);
  order.set_dry_run(options.dry_run);
  if (!options.target.empty()) {
    const auto target = choose_target(session, options.target);
    if (!target) return fail(target.error());
    order.set_target_id(*target);
  }
  const auto stub = billing::v1::MigrationService::NewStub(session.channel("billing"));
  auto started = session.call("billing", *stub, &billing::v1::MigrationService::Stub::Start, request);
  if (!started) return fail(started.error());
  return started->migration();
}

}  // namespace

int undo(const Session& session, const UndoOptions& options) {
  const auto migration = choose_migration(session, options.migration_id);
  if (!migration) return report_error(session, migration.error());
  const std::string effect = "An undo removes from Odoo what " + (migration->name().empty() ? "the migration" : migration->name()) + " (" +
                             short_id(migration->migration_id()) +
                             ") has created there, and keeps what has been worked with since. `--dry-run` shows it first.";
  if (!options.dry_run && !options.yes && !confirmed(effect, "undo")) {
    std::cerr << "Nothing was undone.\n";
    return kUsage;
  }
  const auto running = start(session, options, *migration);
  if (!running) return report_error(session, running.error());
  std::cerr << "Migration " << running->migration_id() << ", run " << running->run()
            << ": undo. Ctrl-C is safe: the run goes on; `q2o watch` comes back to it.\n";
  const auto last = watch_until_over(session, running->migration_id(), running->run(), running->version());
  if (!last) return report_error(session, last.error());
  const auto& end = last->migration();
  if (end.state() != billing::v1::STATE_READY) {
    const auto waits = needs_person(end);
    return report_error(session, Error{Code::failed_precondition,
                                       waits.empty() ? "the undo ended early: " + end.reason() : "the undo waits for you: " + waits,
                                       Retry::never,
                                       Effect::none,
                                       "UNDO_NOT_COMPLETED",
                                       "`q2o history` says why; go on with `q2o resume`, or undo again: what is gone is not missed.",
                                       {}}),
           waits.empty() ? kError : kWaitsForPerson;
  }
  const auto report = undo_report(session, end);
  if (!report) return report_error(session, report.error());
  if (session.json) {
    std::cout << undo_json(end, *report) << '\n';
    return kDone;
  }
  for (const auto& line : undo_lines(*report)) std::cout << line << '\n';
  if (options.dry_run)
    std::cout << "\nRun " << end.run() << " was a dry run: nothing was written. Next: q2o undo " << short_id(end.migration_id()) << '\n';
  return kDone;
}

}  // namespace q2o::cli
