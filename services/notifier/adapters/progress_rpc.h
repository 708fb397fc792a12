#pragma once

#include <stop_token>

#include "common/pg/pg.h"
#include "q2o/notifier/v1/progress.grpc.pb.h"
#include "services/notifier/adapters/changes.h"
#include "services/notifier/adapters/places.h"

namespace q2o::notifier {

/// GetProgress and the resumable stream WatchProgress.
class ProgressRpc final : public v1::ProgressService::Service {
 public:
  struct Options {
    std::chrono::milliseconds heartbeat = std::chrono::seconds(15);
  };
  /// One more watcher than `places` has for all, for the tenant or for the person gets RESOURCE_EXHAUSTED.
  ProgressRpc(pg::Pool& pool, const Changes& changes, Places& places, std::stop_token stop, Options options);
  grpc::Status GetProgress(grpc::ServerContext* context, const v1::GetProgressRequest* request, v1::GetProgressResponse* response) override;
  grpc::Status WatchProgress(grpc::ServerContext* context, const v1::WatchProgressRequest* request,
                             grpc::ServerWriter<v1::WatchProgressResponse>* writer) override;

 private:
  Status watch(const grpc::ServerContext& context, const std::string& tenant, const v1::WatchProgressRequest& request,
               grpc::ServerWriter<v1::WatchProgressResponse>& writer);
  pg::Pool& pool_;
  std::stop_token stop_;
  Options options_;
  const Changes& changes_;
  Places& places_;
};

}  // namespace q2o::notifier
