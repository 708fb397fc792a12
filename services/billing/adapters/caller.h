#pragma once

#include <google/protobuf/message.h>

#include "common/ids/ids.h"
#include "common/rpc/serve.h"
#include "services/billing/app/once.h"

namespace q2o::billing {

inline constexpr std::size_t kKeyBytesMax = 255;

/// The caller with the fingerprint of what he asks for. Error invalid_argument: the idempotency key is too long.
inline Result<Caller> caller_of(const grpc::ServerContext& context, const rpc::Caller& caller, const google::protobuf::Message& request) {
  if (caller.idempotency_key.size() > kKeyBytesMax)
    return fail(Code::invalid_argument, "the idempotency key is longer than 255 bytes", "IDEMPOTENCY_KEY_INVALID", "Take a UUID.");
  Caller out{caller.tenant, caller.actor, caller.idempotency_key};
  if (!out.idempotency_key.empty()) out.request = ids::sha256_hex(request.GetTypeName() + "\n" + request.SerializeAsString());
  out.key_id = rpc::metadata(context, "q2o-key");
  // The edge always says from where a call comes; without a role it is nobody's.
  if (context.client_metadata().contains("q2o-address")) out.role = "none";
  if (auto role = rpc::metadata(context, "q2o-role"); !role.empty()) out.role = std::move(role);
  return out;
}

/// Answers one call of billing.
template <class Work>
grpc::Status serve(const grpc::ServerContext* context, const google::protobuf::Message& request, const Work& work) {
  return rpc::serve(*context, "billing", [&](const rpc::Caller& known) -> Status {
    const auto caller = caller_of(*context, known, request);
    if (!caller) return fail(caller.error());
    return work(*caller);
  });
}

}  // namespace q2o::billing
