#include <iostream>

#include "cli/commands.h"
#include "cli/ids.h"
#include "q2o/billing/v1/migration.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"

namespace q2o::cli {

Result<std::string> choose_target(const Session& session, const std::string& id) {
  const auto list = targets(session);
  if (!list) return fail(list.error());
  std::string found;
  for (const auto& target : *list) {
    if (!is_meant(target.target_id(), id)) continue;
    if (!found.empty())
      return fail(Code::invalid_argument, "more than one target begins or ends with " + id, "AMBIGUOUS_ID",
                  "Give more of the id; `q2o connections` lists them.");
    found = target.target_id();
  }
  if (found.empty())
    return fail(Code::not_found, "there is no target " + id, "TARGET_NOT_FOUND",
                "`q2o connections` lists them; `q2o connect-odoo` adds one.");
  return found;
}

int replay(const Session& session, const ReplayOptions& options) {
  const auto migration = choose_migration(session, options.migration_id);
  if (!migration) return report_error(session, migration.error());
  billing::v1::StartRequest request;
  request.set_migration_id(migration->migration_id());
  request.set_reason(options.reason);
  auto& order = *request.mutable_order();
  order.set_kind(billing::v1::RUN_KIND_REPLAY);
  order.set_source_run(options.run);
  order.set_mapping_version(options.mapping);
  order.set_dry_run(options.dry_run);
  for (const auto& entity : options.entities) order.add_entities(entity);
  if (!options.into.empty()) {
    const auto target = choose_target(session, options.into);
    if (!target) return report_error(session, target.error());
    order.set_target_id(*target);
  }
  const auto stub = billing::v1::MigrationService::NewStub(session.channel("billing"));
  const auto started = session.call("billing", *stub, &billing::v1::MigrationService::Stub::Start, request);
  if (!started) return report_error(session, started.error());
  const auto& running = started->migration();
  std::cerr << "Migration " << running.migration_id() << ", run " << running.run() << ": replay of run " << running.order().source_run()
            << " with mapping " << running.mapping_version().substr(0, 12)
            << ". The source is not called. Ctrl-C is safe: the run goes on; `q2o watch` comes back to it.\n";
  return follow(session, running);
}

}  // namespace q2o::cli
