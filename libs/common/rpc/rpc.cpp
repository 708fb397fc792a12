#include "common/rpc/rpc.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>

#include <cstdlib>

namespace q2o::rpc {
namespace {

// Where no call is waiting (they fail at once while a peer is away), gRPC 1.51 looks at a connection that is being made only every 5 s.
// Read once when gRPC starts, so it is set before main().
[[maybe_unused]] const int kLookOften = setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "200", 0);

constexpr const char* kDomain = "q2o";
constexpr const char* kRetryKey = "retry";
constexpr const char* kEffectKey = "effect";
constexpr const char* kHintKey = "hint";

const char* retry_word(Retry retry) {
  switch (retry) {
    case Retry::after_backoff:
      return "after_backoff";
    case Retry::after_reauthentication:
      return "after_reauthentication";
    case Retry::never:
      break;
  }
  return "never";
}
Retry retry_of(const std::string& word) {
  if (word == "after_backoff") return Retry::after_backoff;
  if (word == "after_reauthentication") return Retry::after_reauthentication;
  return Retry::never;
}

}  // namespace

std::string metadata(const grpc::ServerContext& context, const char* key) {
  const auto& all = context.client_metadata();
  const auto at = all.find(key);
  return at == all.end() ? std::string() : std::string(at->second.data(), at->second.size());
}

grpc::Status to_status(const Error& error) {
  google::rpc::ErrorInfo info;
  info.set_domain(kDomain);
  info.set_reason(error.reason);
  auto& details = *info.mutable_metadata();
  details[kRetryKey] = retry_word(error.retry);
  details[kEffectKey] = error.effect == Effect::unknown ? "unknown" : "none";
  details[kHintKey] = error.hint;
  google::rpc::Status status;
  status.set_code(static_cast<int>(error.code));
  status.set_message(error.message);
  status.add_details()->PackFrom(info);
  if (error.retry_after.count() > 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(error.retry_after.count() / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(error.retry_after.count() % 1000 * 1'000'000));
    status.add_details()->PackFrom(retry);
  }
  return grpc::Status(static_cast<grpc::StatusCode>(error.code), error.message, status.SerializeAsString());
}

Error to_error(const grpc::Status& status) {
  Error error;
  error.code = static_cast<Code>(status.error_code());
  error.message = status.error_message();
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) error.retry = Retry::after_backoff;
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    error.retry = Retry::after_backoff;
    error.effect = Effect::unknown;
  }
  google::rpc::Status details;
  if (status.error_details().empty() || !details.ParseFromString(status.error_details())) return error;
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info)) {
      error.reason = info.reason();
      const auto value = [&](const char* key) {
        const auto at = info.metadata().find(key);
        return at == info.metadata().end() ? std::string() : at->second;
      };
      error.hint = value(kHintKey);
      error.retry = retry_of(value(kRetryKey));
      error.effect = value(kEffectKey) == "unknown" ? Effect::unknown : Effect::none;
    } else if (any.UnpackTo(&retry)) {
      error.retry_after = std::chrono::milliseconds(retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1'000'000);
    }
  }
  return error;
}

Result<Caller> caller(const grpc::ServerContext& context) {
  Caller caller;
  caller.tenant = metadata(context, "q2o-tenant");
  caller.actor = metadata(context, "q2o-actor");
  caller.idempotency_key = metadata(context, "idempotency-key");
  caller.deadline = context.deadline();
  if (caller.tenant.empty())
    return fail(Code::unauthenticated, "the call names no tenant", "NO_TENANT", "Send the tenant's UUID as metadata q2o-tenant.");
  if (caller.deadline == std::chrono::system_clock::time_point::max()) {
    return fail(Code::invalid_argument, "the call has no deadline", "NO_DEADLINE", "Set a deadline on every call.");
  }
  return caller;
}

std::shared_ptr<grpc::Channel> channel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(64 << 20);
  // A peer that restarts is found again within a second, not within gRPC's default of up to two minutes.
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // Also the time a single attempt to connect may take: short ones fail on a busy machine.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

std::unique_ptr<grpc::ClientContext> context(std::string_view tenant, std::string_view actor, std::chrono::milliseconds deadline) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + deadline);
  if (!tenant.empty()) context->AddMetadata("q2o-tenant", std::string(tenant));
  if (!actor.empty()) context->AddMetadata("q2o-actor", std::string(actor));
  return context;
}

}  // namespace q2o::rpc
