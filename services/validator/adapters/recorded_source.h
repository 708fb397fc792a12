#pragma once

#include <memory>

#include "common/bus/bus.h"
#include "common/pg/pg.h"
#include "q2o/connector/v1/connector.grpc.pb.h"
#include "services/validator/app/ports.h"

namespace q2o::validator {

/// Reports from the connector, records from the replay log (the range that the connector announced with RunExtracted).
class RecordedSource final : public SourceSide {
 public:
  RecordedSource(pg::Pool& pool, bus::Options bus, const std::string& connector);
  Result<SourceBooks> read(const Run& run, std::stop_token stop) override;

 private:
  pg::Pool& pool_;
  bus::Options bus_;
  std::unique_ptr<connector::v1::ConnectorService::Stub> connector_;
};

}  // namespace q2o::validator
