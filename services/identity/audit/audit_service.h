#pragma once

#include "q2o/identity/v1/audit.grpc.pb.h"
#include "services/identity/audit/audit.h"

namespace q2o::identity::audit {

class AuditService final : public v1::AuditService::Service {
 public:
  explicit AuditService(const Audit& audit) : audit_(audit) {}
  grpc::Status ListAudit(grpc::ServerContext* context, const v1::ListAuditRequest* request, v1::ListAuditResponse* response) override;
  grpc::Status VerifyAudit(grpc::ServerContext* context, const v1::VerifyAuditRequest* request, v1::VerifyAuditResponse* response) override;

 private:
  const Audit& audit_;
};

}  // namespace q2o::identity::audit
