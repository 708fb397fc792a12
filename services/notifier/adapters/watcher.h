#pragma once

#include <string>

#include "common/rpc/serve.h"

namespace q2o::notifier {

/// The person or API key that watches, as the edge has verified it; empty: from inside.
inline std::string watcher_of(const grpc::ServerContext& context) {
  auto person = rpc::metadata(context, "q2o-person");
  return person.empty() ? rpc::metadata(context, "q2o-key") : person;
}

}  // namespace q2o::notifier
