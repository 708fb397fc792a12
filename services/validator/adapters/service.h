#pragma once

#include "q2o/validator/v1/report.grpc.pb.h"
#include "services/validator/adapters/store.h"
#include "services/validator/app/prover.h"

namespace q2o::validator {

class Service final : public v1::ValidatorService::Service {
 public:
  Service(Store& store, Prover& prover) : store_(store), prover_(prover) {}
  grpc::Status GetReport(grpc::ServerContext*, const v1::GetReportRequest*, v1::GetReportResponse*) override;
  grpc::Status StreamReport(grpc::ServerContext*, const v1::StreamReportRequest*, grpc::ServerWriter<v1::StreamReportResponse>*) override;
  grpc::Status Validate(grpc::ServerContext*, const v1::ValidateRequest*, v1::ValidateResponse*) override;

 private:
  Store& store_;
  Prover& prover_;
};

}  // namespace q2o::validator
