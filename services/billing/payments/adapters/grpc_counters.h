#pragma once

#include <memory>

#include "q2o/connector/v1/connector.grpc.pb.h"
#include "services/billing/payments/app/analysis.h"

namespace q2o::billing::payments {

/// The connector's assessments.
class GrpcCounters final : public Counters {
 public:
  explicit GrpcCounters(const std::string& connector);
  Result<std::optional<connector::v1::Assessment>> newest(const std::string& tenant, const std::string& connection_id) override;
  Result<connector::v1::Assessment> begin(const std::string& tenant, const std::string& connection_id) override;

 private:
  std::unique_ptr<connector::v1::ConnectorService::Stub> connector_;
};

}  // namespace q2o::billing::payments
