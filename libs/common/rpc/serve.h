#pragma once

#include <stdexcept>

#include "common/rpc/rpc.h"

namespace q2o::rpc {

/// "the connector cannot answer now", reason CONNECTOR_UNAVAILABLE; the cause goes to the log.
grpc::Status cannot_answer(std::string_view service, const std::exception& cause);

/// Answers one call: `work` gets the caller and says how it went. Surprises (the database is gone) end the call, never the server.
template <class Work>
grpc::Status serve(const grpc::ServerContext& context, std::string_view service, const Work& work) {
  const auto known = caller(context);
  if (!known) return to_status(known.error());
  try {
    const Status done = work(*known);
    return done ? grpc::Status::OK : to_status(done.error());
  } catch (const std::exception& surprise) {
    return cannot_answer(service, surprise);
  }
}

}  // namespace q2o::rpc
