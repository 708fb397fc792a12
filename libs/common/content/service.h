#pragma once

#include "common/content/sweeper.h"
#include "common/runtime/runtime.h"
#include "common/sealing/services.h"
#include "q2o/identity/v1/content.grpc.pb.h"

namespace q2o::content {

/// ContentService over the service's schema: only services may call it.
class ContentService final : public identity::v1::ContentService::Service {
 public:
  ContentService(pg::Pool& pool, config::Secret token) : pool_(pool), token_(std::move(token)) {}
  grpc::Status PurgeContent(grpc::ServerContext* context, const identity::v1::PurgeContentRequest* request,
                            identity::v1::PurgeContentResponse* response) override;

 private:
  pg::Pool& pool_;
  const config::Secret token_;
};

/// Starts the sweeper with the service's rules of `config_dir`/retention.toml. Throws when the file is wrong.
void start_sweeper(runtime::Runtime& runtime, pg::Pool& pool, const std::string& config_dir);

/// Starts the sweeper with the service's rules of `config_dir`/retention.toml (empty folder: none) and makes the ContentService, to be put
/// among those that the server offers. Throws when the file is wrong.
grpc::Service& start(runtime::Runtime& runtime, pg::Pool& pool, const sealing::Options& options, const std::string& config_dir);

}  // namespace q2o::content
