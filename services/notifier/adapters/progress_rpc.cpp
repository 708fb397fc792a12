#include "services/notifier/adapters/progress_rpc.h"

#include "common/ids/ids.h"
#include "common/rpc/rpc.h"
#include "services/notifier/adapters/store.h"

namespace q2o::notifier {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kLook = std::chrono::milliseconds(250);

Error unknown_migration(const std::string& id) {
  return Error{Code::not_found, "there is no migration " + id, Retry::never, Effect::none, "NO_MIGRATION", "List them with ListMigrations.", {}};
}

}  // namespace

ProgressRpc::ProgressRpc(pg::Pool& pool, std::stop_token stop, std::chrono::milliseconds heartbeat)
    : pool_(pool), stop_(std::move(stop)), heartbeat_(heartbeat) {}

grpc::Status ProgressRpc::GetProgress(grpc::ServerContext* context, const v1::GetProgressRequest* request, v1::GetProgressResponse* response) {
  const auto caller = rpc::caller(*context);
  if (!caller) return rpc::to_status(caller.error());
  if (!ids::is_uuid(request->migration_id())) return rpc::to_status(unknown_migration(request->migration_id()));
  auto progress = pool_.transact([&](pg::Tx& tx) { return find(tx, caller->tenant, request->migration_id()); });
  if (!progress) return rpc::to_status(unknown_migration(request->migration_id()));
  *response->mutable_progress() = std::move(*progress);
  return grpc::Status::OK;
}

grpc::Status ProgressRpc::WatchProgress(grpc::ServerContext* context, const v1::WatchProgressRequest* request,
                                        grpc::ServerWriter<v1::WatchProgressResponse>* writer) {
  const auto caller = rpc::caller(*context);
  if (!caller) return rpc::to_status(caller.error());
  const std::string& id = request->migration_id();
  if (!ids::is_uuid(id)) return rpc::to_status(unknown_migration(id));
  pg::Listener changes(pool_.options(), kChangedChannel);
  std::uint64_t sent = request->after_version();
  auto last_word = Clock::now();
  while (!context->IsCancelled() && !stop_.stop_requested()) {
    auto progress = pool_.transact([&](pg::Tx& tx) { return find(tx, caller->tenant, id); });
    if (!progress) return rpc::to_status(unknown_migration(id));
    v1::WatchProgressResponse response;
    if (progress->version() > sent) {
      sent = progress->version();
      *response.mutable_progress() = std::move(*progress);
    } else if (Clock::now() - last_word >= heartbeat_) {
      response.set_heartbeat(true);
    } else {
      changes.wait(kLook, stop_);
      continue;
    }
    if (!writer->Write(response)) break;
    last_word = Clock::now();
  }
  return stop_.stop_requested() ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "the notifier is stopping; call again with after_version") : grpc::Status::OK;
}

}  // namespace q2o::notifier
