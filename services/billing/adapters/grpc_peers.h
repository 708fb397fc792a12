#pragma once

#include <memory>

#include "q2o/connector/v1/connector.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "q2o/mapper/v1/mapper.grpc.pb.h"
#include "services/billing/app/ports.h"

namespace q2o::billing {

class GrpcPeers final : public Peers {
 public:
  GrpcPeers(const std::string& connector, const std::string& mapper, const std::string& loader);
  Result<Source> source(const std::string& tenant, const std::string& connection_id) override;
  Result<Target> target(const std::string& tenant, const std::string& target_id) override;
  Result<std::string> mapping(const std::string& tenant, const std::string& platform, const std::string& version) override;

 private:
  std::unique_ptr<connector::v1::ConnectorService::Stub> connector_;
  std::unique_ptr<mapper::v1::MapperService::Stub> mapper_;
  std::unique_ptr<loader::v1::LoaderService::Stub> loader_;
};

}  // namespace q2o::billing
