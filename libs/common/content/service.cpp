#include "common/content/service.h"

#include "common/acting/acting.h"
#include "common/content/purge.h"
#include "common/ids/ids.h"
#include "common/rpc/serve.h"

namespace q2o::content {

grpc::Status ContentService::PurgeContent(grpc::ServerContext* context, const identity::v1::PurgeContentRequest* request,
                                          identity::v1::PurgeContentResponse* response) {
  if (const auto known = sealing::is_service(*context, token_); !known) return rpc::to_status(known.error());
  return rpc::serve(*context, "service", [&](const rpc::Caller&) -> Status {
    if (!ids::is_uuid(request->tenant_id()) || (!request->migration_id().empty() && !ids::is_uuid(request->migration_id())))
      return fail(Code::invalid_argument, "a purge needs the UUID of a tenant and, if of one, of a migration", "BAD_OWNER");
    const acting::Scope theirs(acting::tenant(request->tenant_id()));
    for (const auto& [table, rows] : purge(pool_, request->tenant_id(), request->migration_id())) {
      auto& count = *response->add_tables();
      count.set_table(table);
      count.set_rows(rows);
    }
    return {};
  });
}

void start_sweeper(runtime::Runtime& runtime, pg::Pool& pool, const std::string& config_dir) {
  auto rules = read_rules(config_dir + "/retention.toml", runtime.service());
  if (!rules) throw std::runtime_error(rules.error().message);
  auto& sweeper = runtime.own(std::make_unique<Sweeper>(pool, std::move(*rules), runtime.instance(), runtime.metrics()));
  runtime.loop("retention", [&sweeper](std::stop_token stop) { sweeper.run(stop); });
}

grpc::Service& start(runtime::Runtime& runtime, pg::Pool& pool, const sealing::Options& options, const std::string& config_dir) {
  if (!config_dir.empty()) start_sweeper(runtime, pool, config_dir);
  return runtime.own(std::make_unique<ContentService>(pool, options.token));
}

}  // namespace q2o::content
