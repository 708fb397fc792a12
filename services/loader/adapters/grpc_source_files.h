#pragma once

#include <memory>

#include "q2o/connector/v1/connector.grpc.pb.h"
#include "services/loader/app/source_files.h"

namespace q2o::loader {

/// Asks the connector, who has the way to the source. The bytes come in pieces over one call and are nowhere else.
class GrpcSourceFiles final : public SourceFiles {
 public:
  explicit GrpcSourceFiles(const std::string& connector);
  Result<std::string> fetch(const RunInfo& run, const Item& item) override;

 private:
  std::unique_ptr<connector::v1::ConnectorService::Stub> connector_;
};

}  // namespace q2o::loader
