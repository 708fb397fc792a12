#pragma once

#include <stdexcept>

#include "common/rpc/rpc.h"

namespace q2o::rpc {

/// "the connector cannot answer now", reason CONNECTOR_UNAVAILABLE; the cause goes to the log.
grpc::Status cannot_answer(std::string_view service, const std::exception& cause);

/// Answers one call of whoever it is: `work` says how it went. Surprises (the database is gone) end the call, never the server.
template <class Work>
grpc::Status serve_anybody(std::string_view service, const Work& work) {
  try {
    const Status done = work();
    return done ? grpc::Status::OK : to_status(done.error());
  } catch (const std::exception& surprise) {
    return cannot_answer(service, surprise);
  }
}

/// The same for a call in a tenant: `work` gets the caller.
template <class Work>
grpc::Status serve(const grpc::ServerContext& context, std::string_view service, const Work& work) {
  const auto known = caller(context);
  if (!known) return to_status(known.error());
  return serve_anybody(service, [&] { return work(*known); });
}

}  // namespace q2o::rpc
