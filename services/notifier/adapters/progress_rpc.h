#pragma once

#include <atomic>
#include <stop_token>

#include "common/pg/pg.h"
#include "q2o/notifier/v1/progress.grpc.pb.h"
#include "services/notifier/adapters/changes.h"

namespace q2o::notifier {

/// GetProgress and the resumable stream WatchProgress.
class ProgressRpc final : public v1::ProgressService::Service {
 public:
  struct Options {
    std::chrono::milliseconds heartbeat = std::chrono::seconds(15);
    int watchers_most = 48;  ///< each holds a thread of the server; one more gets RESOURCE_EXHAUSTED
  };
  ProgressRpc(pg::Pool& pool, std::stop_token stop, Options options);
  grpc::Status GetProgress(grpc::ServerContext* context, const v1::GetProgressRequest* request, v1::GetProgressResponse* response) override;
  grpc::Status WatchProgress(grpc::ServerContext* context, const v1::WatchProgressRequest* request,
                             grpc::ServerWriter<v1::WatchProgressResponse>* writer) override;

 private:
  Status watch(const grpc::ServerContext& context, const std::string& tenant, const v1::WatchProgressRequest& request,
               grpc::ServerWriter<v1::WatchProgressResponse>& writer);
  pg::Pool& pool_;
  std::stop_token stop_;
  Options options_;
  Changes changes_;
  std::atomic<int> watchers_ = 0;
};

}  // namespace q2o::notifier
