#pragma once

#include <stop_token>

#include "common/pg/pg.h"
#include "q2o/notifier/v1/progress.grpc.pb.h"

namespace q2o::notifier {

/// GetProgress and the resumable stream WatchProgress.
class ProgressRpc final : public v1::ProgressService::Service {
 public:
  ProgressRpc(pg::Pool& pool, std::stop_token stop, std::chrono::milliseconds heartbeat = std::chrono::seconds(15));
  grpc::Status GetProgress(grpc::ServerContext* context, const v1::GetProgressRequest* request, v1::GetProgressResponse* response) override;
  grpc::Status WatchProgress(grpc::ServerContext* context, const v1::WatchProgressRequest* request,
                             grpc::ServerWriter<v1::WatchProgressResponse>* writer) override;

 private:
  pg::Pool& pool_;
  std::stop_token stop_;
  std::chrono::milliseconds heartbeat_;
};

}  // namespace q2o::notifier
