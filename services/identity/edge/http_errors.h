#pragma once

#include <string>

#include "common/result/result.h"

namespace q2o::identity::edge {

/// The HTTP status of an error, as Envoy's transcoder maps the errors of services.
int http_status(Code code);
/// google.rpc.Status as JSON: {"code", "message", "details": [{"@type": …ErrorInfo, "reason", "metadata": {"hint" …}}]}; the shape in
/// which the transcoder shows the errors of services.
std::string error_json(const Error& error);

}  // namespace q2o::identity::edge
