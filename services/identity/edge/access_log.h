#pragma once

#include "envoy/service/accesslog/v3/als.grpc.pb.h"
#include "services/identity/edge/usage.h"

namespace q2o::identity::edge {

/// Receives Envoy's access log: one stream per Envoy worker, entries about once a second.
class AccessLog final : public envoy::service::accesslog::v3::AccessLogService::Service {
 public:
  explicit AccessLog(UsageBook& usage) : usage_(usage) {}
  grpc::Status StreamAccessLogs(grpc::ServerContext* context,
                                grpc::ServerReader<envoy::service::accesslog::v3::StreamAccessLogsMessage>* reader,
                                envoy::service::accesslog::v3::StreamAccessLogsResponse* response) override;

 private:
  UsageBook& usage_;
};

/// What an entry says. The tenant is empty for calls that nobody signed in has made.
Call call_of(const envoy::data::accesslog::v3::HTTPAccessLogEntry& entry);

}  // namespace q2o::identity::edge
