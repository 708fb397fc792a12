#include "services/billing/payments/adapters/grpc_counters.h"

#include "common/rpc/rpc.h"

namespace q2o::billing::payments {
namespace {

constexpr std::chrono::milliseconds kDeadline{10'000};

}  // namespace

GrpcCounters::GrpcCounters(const std::string& connector) : connector_(connector::v1::ConnectorService::NewStub(rpc::channel(connector))) {}

Result<std::optional<connector::v1::Assessment>> GrpcCounters::newest(const std::string& tenant, const std::string& connection_id) {
  const auto context = rpc::context(tenant, "billing", kDeadline);
  connector::v1::GetAssessmentRequest request;
  request.set_connection_id(connection_id);
  connector::v1::GetAssessmentResponse answer;
  const auto status = connector_->GetAssessment(context.get(), request, &answer);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) return std::nullopt;
  if (!status.ok()) return fail(rpc::to_error(status));
  return std::move(*answer.mutable_assessment());
}

Result<connector::v1::Assessment> GrpcCounters::begin(const std::string& tenant, const std::string& connection_id) {
  const auto context = rpc::context(tenant, "billing", kDeadline);
  connector::v1::StartAssessmentRequest request;
  request.set_connection_id(connection_id);
  connector::v1::StartAssessmentResponse answer;
  if (const auto status = connector_->StartAssessment(context.get(), request, &answer); !status.ok()) return fail(rpc::to_error(status));
  return std::move(*answer.mutable_assessment());
}

}  // namespace q2o::billing::payments
