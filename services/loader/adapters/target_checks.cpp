#include "services/loader/adapters/target_checks.h"

#include "common/rpc/serve.h"
#include "services/loader/app/facts.h"

namespace q2o::loader {
namespace {

constexpr std::chrono::seconds kLookMax{60};
constexpr std::chrono::milliseconds kToAnswer{500};

v1::StepState to_proto(StepState state) {
  switch (state) {
    case StepState::passed:
      return v1::STEP_STATE_PASSED;
    case StepState::warning:
      return v1::STEP_STATE_WARNING;
    case StepState::failed:
      return v1::STEP_STATE_FAILED;
    case StepState::not_reached:
      break;
  }
  return v1::STEP_STATE_NOT_REACHED;
}

}  // namespace

v1::TargetCheck to_proto(const TargetCheck& check) {
  v1::TargetCheck out;
  out.set_ready(check.ready());
  out.set_version(check.version);
  for (const auto& step : check.steps) {
    auto& one = *out.add_steps();
    one.set_name(step.name);
    one.set_state(to_proto(step.state));
    one.set_message(step.message);
    one.set_advice(step.advice);
  }
  for (const auto& finding : check.readiness.findings) *out.add_findings() = to_proto(finding);
  return out;
}

TargetCheck TargetChecks::look(TargetAccess access, const std::string& home_currency, const Modules& modules,
                               std::chrono::system_clock::time_point deadline) const {
  const auto address = checked_url(guard_, access.url);
  if (address) access.url = *address;
  const auto left = std::min<std::chrono::system_clock::duration>(deadline - std::chrono::system_clock::now() - kToAnswer, kLookMax);
  std::vector<Module> wanted;
  for (const auto& module : modules) wanted.push_back(module_of(module));
  const auto books = open_(access);
  return check_in_steps(address, *books, home_currency, wanted, std::chrono::steady_clock::now() + left);
}

Result<TargetAccess> TargetService::access(const std::string& tenant_id, const v1::TestTargetRequest& request) {
  const bool given = !request.url().empty() || !request.database().empty() || !request.user().empty() || !request.password().empty();
  if (!request.target_id().empty()) {
    auto saved = targets_.access(tenant_id, request.target_id());
    if (saved && given)
      return fail(Code::invalid_argument, "either a target_id or url, database, user and password", "MISSING_FIELDS", "Give one of both.");
    return saved;
  }
  if (request.url().empty() || request.database().empty() || request.user().empty() || request.password().empty())
    return fail(Code::invalid_argument, "url, database, user and password (or API key) are needed", "TARGET_INCOMPLETE",
                "Give all four, or the target_id of a saved target.");
  return TargetAccess{tenant_id, "", request.url(), request.database(), request.user(), config::Secret(request.password())};
}

grpc::Status TargetService::TestTarget(grpc::ServerContext* context, const v1::TestTargetRequest* request,
                                       v1::TestTargetResponse* response) {
  return rpc::serve(*context, "loader", [&](const rpc::Caller& caller) -> Status {
    auto wanted = access(caller.tenant, *request);
    if (!wanted) return fail(wanted.error());
    *response->mutable_check() = to_proto(checks_.look(std::move(*wanted), request->home_currency(), request->modules(), caller.deadline));
    return {};
  });
}

}  // namespace q2o::loader
