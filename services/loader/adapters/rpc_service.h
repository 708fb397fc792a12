#pragma once

#include "common/http/http.h"
#include "common/rpc/rpc.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "services/loader/adapters/target_checks.h"
#include "services/loader/app/run_store.h"

namespace q2o::loader {

/// q2o.loader.v1.LoaderService.
class RpcService final : public v1::LoaderService::Service {
 public:
  RpcService(pg::Pool& pool, Targets& targets, OpenBooks open, RunStore& runs, const TargetChecks& checks)
      : pool_(pool), targets_(targets), open_(std::move(open)), runs_(runs), checks_(checks) {}
  grpc::Status SaveTarget(grpc::ServerContext* context, const v1::SaveTargetRequest* request, v1::SaveTargetResponse* response) override;
  grpc::Status CheckTarget(grpc::ServerContext* context, const v1::CheckTargetRequest* request, v1::CheckTargetResponse* response) override;
  grpc::Status ListTargets(grpc::ServerContext* context, const v1::ListTargetsRequest* request, v1::ListTargetsResponse* response) override;
  grpc::Status ReadTarget(grpc::ServerContext* context, const v1::ReadTargetRequest* request, v1::ReadTargetResponse* response) override;
  grpc::Status ListRejects(grpc::ServerContext* context, const v1::ListRejectsRequest* request, v1::ListRejectsResponse* response) override;
  grpc::Status ListLeftSettings(grpc::ServerContext* context, const v1::ListLeftSettingsRequest* request,
                                v1::ListLeftSettingsResponse* response) override;
  grpc::Status GetUndo(grpc::ServerContext* context, const v1::GetUndoRequest* request, v1::GetUndoResponse* response) override;
  grpc::Status GetRun(grpc::ServerContext* context, const v1::GetRunRequest* request, v1::GetRunResponse* response) override;
  grpc::Status FindRecords(grpc::ServerContext* context, const v1::FindRecordsRequest* request, v1::FindRecordsResponse* response) override;
  grpc::Status LockBooks(grpc::ServerContext* context, const v1::LockBooksRequest* request, v1::LockBooksResponse* response) override;

 private:
  void remember(const std::string& tenant_id, Target& target, const Readiness& readiness);
  Status check(const std::string& tenant_id, const v1::CheckTargetRequest& request, v1::CheckTargetResponse& response);
  Status read(const std::string& tenant_id, std::chrono::milliseconds deadline, const v1::ReadTargetRequest& request,
              v1::ReadTargetResponse& response);
  /// The payment or statement line behind a journal entry, as FindRecords answers about it; empty: it is none of this migration's.
  Result<v1::FindRecordsResponse> find_owner(const rpc::Caller& caller, const v1::FindRecordsRequest& request);
  Result<std::shared_ptr<Books>> books(const std::string& tenant_id, const std::string& target_id);
  pg::Pool& pool_;
  Targets& targets_;
  OpenBooks open_;
  RunStore& runs_;
  const TargetChecks& checks_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Books>> opened_;  ///< by tenant and target; dropped when the credentials are saved again
};

}  // namespace q2o::loader
