#pragma once

#include <google/protobuf/repeated_field.h>

#include "common/http/guard.h"
#include "q2o/loader/v1/targets.grpc.pb.h"
#include "services/loader/adapters/targets.h"
#include "services/loader/app/target_check.h"

namespace q2o::loader {

/// A look at a target for people, from its address and credentials; what may be connected to is the guard's matter.
class TargetChecks {
 public:
  using Modules = google::protobuf::RepeatedPtrField<common::v1::TargetModule>;
  TargetChecks(const http::Guard& guard, OpenBooks open) : guard_(guard), open_(std::move(open)) {}
  /// Over by the caller's `deadline`, with a moment left to answer.
  TargetCheck look(TargetAccess access, const std::string& home_currency, const Modules& modules,
                   std::chrono::system_clock::time_point deadline) const;

 private:
  const http::Guard& guard_;
  OpenBooks open_;
};

v1::TargetCheck to_proto(const TargetCheck& check);

/// q2o.loader.v1.TargetService.
class TargetService final : public v1::TargetService::Service {
 public:
  TargetService(const TargetChecks& checks, Targets& targets) : checks_(checks), targets_(targets) {}
  grpc::Status TestTarget(grpc::ServerContext* context, const v1::TestTargetRequest* request, v1::TestTargetResponse* response) override;

 private:
  Result<TargetAccess> access(const std::string& tenant_id, const v1::TestTargetRequest& request);
  const TargetChecks& checks_;
  Targets& targets_;
};

}  // namespace q2o::loader
