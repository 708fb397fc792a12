#pragma once

#include "common/pg/pg.h"
#include "q2o/connector/v1/connector.grpc.pb.h"
#include "services/connector/adapters/postgres_assessments.h"
#include "services/connector/app/connections.h"
#include "services/connector/app/files.h"

namespace q2o::connector {

/// q2o.connector.v1.ConnectorService. The tenant comes from the metadata; ids of other tenants are not found.
class GrpcService final : public v1::ConnectorService::Service {
 public:
  GrpcService(Connections& connections, Files& files, PostgresAssessments& assessments, pg::Pool& pool, std::stop_token stop)
      : connections_(connections), files_(files), assessments_(assessments), pool_(pool), stop_(std::move(stop)) {}
  grpc::Status SaveConnection(grpc::ServerContext*, const v1::SaveConnectionRequest*, v1::SaveConnectionResponse*) override;
  grpc::Status VerifyConnection(grpc::ServerContext*, const v1::VerifyConnectionRequest*, v1::VerifyConnectionResponse*) override;
  grpc::Status ListConnections(grpc::ServerContext*, const v1::ListConnectionsRequest*, v1::ListConnectionsResponse*) override;
  grpc::Status GetReports(grpc::ServerContext*, const v1::GetReportsRequest*, grpc::ServerWriter<v1::GetReportsResponse>*) override;
  grpc::Status GetExtraction(grpc::ServerContext*, const v1::GetExtractionRequest*, v1::GetExtractionResponse*) override;
  grpc::Status GetFile(grpc::ServerContext*, const v1::GetFileRequest*, grpc::ServerWriter<v1::GetFileResponse>*) override;
  grpc::Status StartAssessment(grpc::ServerContext*, const v1::StartAssessmentRequest*, v1::StartAssessmentResponse*) override;
  grpc::Status GetAssessment(grpc::ServerContext*, const v1::GetAssessmentRequest*, v1::GetAssessmentResponse*) override;
  grpc::Status ListChanges(grpc::ServerContext*, const v1::ListChangesRequest*, v1::ListChangesResponse*) override;

 private:
  Connections& connections_;
  Files& files_;
  PostgresAssessments& assessments_;
  pg::Pool& pool_;
  const std::stop_token stop_;
};

}  // namespace q2o::connector
