#pragma once

#include "q2o/billing/v1/migration.grpc.pb.h"
#include "services/billing/app/commands.h"

namespace q2o::billing {

/// MigrationService on the wire: caller in, command, status out.
class Service final : public v1::MigrationService::Service {
 public:
  explicit Service(Commands& commands) : commands_(commands) {}
  grpc::Status CreateMigration(grpc::ServerContext*, const v1::CreateMigrationRequest*, v1::CreateMigrationResponse*) override;
  grpc::Status GetMigration(grpc::ServerContext*, const v1::GetMigrationRequest*, v1::GetMigrationResponse*) override;
  grpc::Status ListMigrations(grpc::ServerContext*, const v1::ListMigrationsRequest*, v1::ListMigrationsResponse*) override;
  grpc::Status SetConnections(grpc::ServerContext*, const v1::SetConnectionsRequest*, v1::SetConnectionsResponse*) override;
  grpc::Status MarkPaid(grpc::ServerContext*, const v1::MarkPaidRequest*, v1::MarkPaidResponse*) override;
  grpc::Status Start(grpc::ServerContext*, const v1::StartRequest*, v1::StartResponse*) override;
  grpc::Status Pause(grpc::ServerContext*, const v1::PauseRequest*, v1::PauseResponse*) override;
  grpc::Status Resume(grpc::ServerContext*, const v1::ResumeRequest*, v1::ResumeResponse*) override;
  grpc::Status Stop(grpc::ServerContext*, const v1::StopRequest*, v1::StopResponse*) override;
  grpc::Status AcceptDifferences(grpc::ServerContext*, const v1::AcceptDifferencesRequest*, v1::AcceptDifferencesResponse*) override;
  grpc::Status History(grpc::ServerContext*, const v1::HistoryRequest*, v1::HistoryResponse*) override;
  grpc::Status ListRuns(grpc::ServerContext*, const v1::ListRunsRequest*, v1::ListRunsResponse*) override;

 private:
  Commands& commands_;
};

}  // namespace q2o::billing
