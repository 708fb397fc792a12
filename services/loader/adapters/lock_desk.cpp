#include "services/loader/adapters/lock_desk.h"

#include <fmt/format.h>

#include "common/calendar/calendar.h"
#include "common/migrations/migrations.h"
#include "services/loader/app/target_settings.h"

namespace q2o::loader {
namespace {

Result<RunInfo> proven_run(pg::Tx& tx, const std::string& tenant_id, const std::string& migration_id) {
  const auto migration = migrations::find(tx, migration_id);
  if (!migration || migration->tenant_id() != tenant_id) return fail(Code::not_found, "no such migration", "NOT_FOUND");
  if (migration->state() != billing::v1::STATE_COMPLETED)
    return fail(Code::failed_precondition, "the books are closed only when they are proven, and this migration is not completed",
                "NOT_PROVEN", "Bring the run to its end (q2o watch, q2o report), then close the books.");
  RunInfo run;
  run.key = {migration_id, migration->run()};
  run.tenant_id = tenant_id;
  run.connection = migration->connection_slug();
  run.target_id = migrations::target_of(*migration);
  return run;
}

}  // namespace

Result<v1::LockBooksResponse> lock_books(pg::Pool& pool, RunStore& runs,
                                         const std::function<Result<std::shared_ptr<Books>>(const std::string& target_id)>& open,
                                         const std::string& tenant_id, const v1::LockBooksRequest& request) {
  if (!calendar::read_day(request.until()))
    return fail(Code::invalid_argument, fmt::format("'{}' is no date", request.until()), "DATE_INVALID", "Write it like 2026-03-31.");
  const auto run = pool.transact([&](pg::Tx& tx) { return proven_run(tx, tenant_id, request.migration_id()); });
  if (!run) return fail(run.error());
  const auto books = open(run->target_id);
  if (!books) return fail(books.error());
  const auto hold = runs.hold(run->target_id);
  if (!hold)
    return fail(Error{Code::unavailable,
                      "a run works on this target",
                      Retry::after_backoff,
                      Effect::none,
                      "TARGET_BUSY",
                      "Wait for its end, then close the books.",
                      {}});
  const auto done = TargetSettings(**books, runs, *run, *hold).lock_until(request.until(), "closed on request at go-live");
  runs.release(*hold);
  if (!done) return fail(done.error());
  v1::LockBooksResponse out;
  out.set_until(request.until());
  return out;
}

}  // namespace q2o::loader
