#include "services/notifier/adapters/progress_rpc.h"

#include "common/ids/ids.h"
#include "common/rpc/serve.h"
#include "services/notifier/adapters/store.h"
#include "services/notifier/adapters/watcher.h"

namespace q2o::notifier {
namespace {

using Clock = std::chrono::steady_clock;
/// How late a caller's leaving may be noticed.
constexpr auto kSlice = std::chrono::milliseconds(250);
/// Looked at without a wake-up too: a notification may get lost with its connection.
constexpr auto kLookAnyway = std::chrono::seconds(5);

Error unknown_migration(const std::string& id) {
  return Error{
      Code::not_found, "there is no migration " + id, Retry::never, Effect::none, "NO_MIGRATION", "List them with ListMigrations.", {}};
}

}  // namespace

ProgressRpc::ProgressRpc(pg::Pool& pool, const Changes& changes, Places& places, std::stop_token stop, Options options)
    : pool_(pool), stop_(std::move(stop)), options_(options), changes_(changes), places_(places) {}

grpc::Status ProgressRpc::GetProgress(grpc::ServerContext* context, const v1::GetProgressRequest* request,
                                      v1::GetProgressResponse* response) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    if (!ids::is_uuid(request->migration_id())) return fail(unknown_migration(request->migration_id()));
    auto progress = pool_.transact([&](pg::Tx& tx) { return find(tx, caller.tenant, request->migration_id()); });
    if (!progress) return fail(unknown_migration(request->migration_id()));
    *response->mutable_progress() = std::move(*progress);
    return {};
  });
}

grpc::Status ProgressRpc::WatchProgress(grpc::ServerContext* context, const v1::WatchProgressRequest* request,
                                        grpc::ServerWriter<v1::WatchProgressResponse>* writer) {
  return rpc::serve(*context, "notifier", [&](const rpc::Caller& caller) -> Status {
    if (!ids::is_uuid(request->migration_id())) return fail(unknown_migration(request->migration_id()));
    const Place place(places_, caller.tenant, watcher_of(*context));
    if (place.refusal()) return fail(*place.refusal());
    return watch(*context, caller.tenant, *request, *writer);
  });
}

Status ProgressRpc::watch(const grpc::ServerContext& context, const std::string& tenant, const v1::WatchProgressRequest& request,
                          grpc::ServerWriter<v1::WatchProgressResponse>& writer) {
  std::uint64_t sent = request.after_version();
  auto last_word = Clock::now();
  while (!context.IsCancelled() && !stop_.stop_requested()) {
    const auto heard = changes_.heard();  // before the look: a change in between wakes at once
    auto progress = pool_.transact([&](pg::Tx& tx) { return find(tx, tenant, request.migration_id()); });
    if (!progress) return fail(unknown_migration(request.migration_id()));
    v1::WatchProgressResponse response;
    if (progress->version() > sent) {
      sent = progress->version();
      *response.mutable_progress() = std::move(*progress);
    } else if (Clock::now() - last_word >= options_.heartbeat) {
      response.set_heartbeat(true);
      *response.mutable_progress() = std::move(*progress);  // the clock alone changes rate and ETA
    } else {
      const auto until = std::min(last_word + options_.heartbeat, Clock::now() + kLookAnyway);
      while (!changes_.wait(heard, kSlice) && Clock::now() < until && !context.IsCancelled() && !stop_.stop_requested()) {
      }
      continue;
    }
    if (!writer.Write(response)) break;
    last_word = Clock::now();
  }
  if (!stop_.stop_requested()) return {};
  return fail(
      Error{Code::unavailable, "the notifier is stopping; call again with after_version", Retry::after_backoff, Effect::none, "", "", {}});
}

}  // namespace q2o::notifier
