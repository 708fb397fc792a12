#pragma once

#include "common/config/config.h"
#include "common/runtime/runtime.h"
#include "services/identity/edge/access_log.h"
#include "services/identity/edge/authorization.h"

namespace q2o::identity::edge {

GateOptions read_options(config::Reader& config);  ///< edge.{origins,fresh_minutes}

/// What identity does for the edge: answers about calls, and counts them.
class Module {
 public:
  /// `askers` lives longer.
  Module(pg::Pool& pool, Askers& askers, Rules rules, GateOptions options, runtime::Runtime& runtime);

 private:
  const Gate gate_;
  UsageBook usage_;

 public:
  Authorization authorization;
  AccessLog access_log;
};

}  // namespace q2o::identity::edge
