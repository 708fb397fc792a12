#pragma once

#include <stop_token>

#include "common/crypto/signed_token.h"
#include "common/pg/pg.h"
#include "q2o/notifier/v1/live.grpc.pb.h"
#include "services/notifier/adapters/changes.h"
#include "services/notifier/adapters/places.h"

namespace q2o::notifier {

/// What goes on in a tenant: the stream of server-sent events, lists of jobs and problems.
///
/// The id of an event is the oldest transaction that was still open when its row was read: whoever goes on behind it gets what was changed
/// by that transaction or a later one, so nothing is missed; what comes twice is the whole present state again.
class LiveRpc final : public v1::LiveService::Service {
 public:
  struct Options {
    config::Secret key;  ///< signs tokens
    std::chrono::milliseconds heartbeat = std::chrono::seconds(15);
    std::chrono::milliseconds at_least = std::chrono::milliseconds(200);  ///< between two looks: bounds how often a job is told
    std::chrono::seconds token_life = std::chrono::minutes(15);
  };
  LiveRpc(pg::Pool& pool, const Changes& changes, Places& places, std::stop_token stop, Options options);
  grpc::Status CreateStreamToken(grpc::ServerContext* context, const v1::CreateStreamTokenRequest* request,
                                 v1::CreateStreamTokenResponse* response) override;
  grpc::Status Stream(grpc::ServerContext* context, const v1::StreamRequest* request,
                      grpc::ServerWriter<google::api::HttpBody>* writer) override;
  grpc::Status ListJobs(grpc::ServerContext* context, const v1::ListJobsRequest* request, v1::ListJobsResponse* response) override;
  grpc::Status ListErrors(grpc::ServerContext* context, const v1::ListErrorsRequest* request, v1::ListErrorsResponse* response) override;

 private:
  Status stream(const grpc::ServerContext& context, const std::string& tenant, crypto::Moment until,
                grpc::ServerWriter<google::api::HttpBody>& writer);
  pg::Pool& pool_;
  const Changes& changes_;
  Places& places_;
  const std::stop_token stop_;
  const Options options_;
};

}  // namespace q2o::notifier
