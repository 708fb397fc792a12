#include <iostream>

#include "cli/commands.h"
#include "cli/diff_view.h"
#include "q2o/billing/v1/migration.grpc.pb.h"
#include "q2o/mapper/v1/mapper.grpc.pb.h"

namespace q2o::cli {

Result<Diff> read_diff(const Session& session, const std::string& migration_id, std::uint32_t before, std::uint32_t after, bool by_month) {
  const auto stub = mapper::v1::MapperService::NewStub(session.channel("mapper"));
  auto context = rpc::context(session.tenant, session.actor, std::chrono::minutes(15));
  mapper::v1::DiffRunsRequest request;
  request.set_migration_id(migration_id);
  request.set_run_before(before);
  request.set_run_after(after);
  request.set_by_month(by_month);
  const auto stream = stub->DiffRuns(context.get(), request);
  Diff diff;
  mapper::v1::DiffRunsResponse part;
  while (stream->Read(&part)) {
    if (part.has_summary()) diff.summary = part.summary();
    if (part.has_account()) diff.accounts.push_back(part.account());
    if (part.has_record()) diff.records.push_back(part.record());
  }
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return fail(session.explain("mapper", rpc::to_error(status)));
  return diff;
}

Result<std::uint32_t> run_before(const Session& session, const billing::v1::Migration& migration) {
  const auto stub = billing::v1::MigrationService::NewStub(session.channel("billing"));
  billing::v1::ListRunsRequest request;
  request.set_migration_id(migration.migration_id());
  const auto runs = session.call("billing", *stub, &billing::v1::MigrationService::Stub::ListRuns, request);
  if (!runs) return fail(runs.error());
  std::uint32_t newest = migration.order().source_run();
  for (const auto& run : runs->runs())
    if (run.run() < migration.run() && run.state() == billing::v1::STATE_COMPLETED && !run.order().dry_run() &&
        run.order().kind() != billing::v1::RUN_KIND_UNDO)
      newest = std::max(newest, run.run());
  return newest;
}

int diff(const Session& session, const DiffOptions& options) {
  const auto migration = choose_migration(session, options.migration_id);
  if (!migration) return report_error(session, migration.error());
  const auto found = read_diff(session, migration->migration_id(), options.before, options.after, options.by_month);
  if (!found) return report_error(session, found.error());
  std::cout << (session.json ? diff_json(*found) + "\n" : options.csv ? diff_csv(*found) : diff_text(*found));
  return kDone;
}

}  // namespace q2o::cli
