#include "common/rpc/serve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "common/log/log.h"

namespace q2o::rpc {

grpc::Status cannot_answer(std::string_view service, const std::exception& cause) {
  log::error("call failed", {{"error", cause.what()}});
  std::string reason(service);
  std::ranges::transform(reason, reason.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return to_status(Error{Code::unavailable,
                         fmt::format("the {} cannot answer now", service),
                         Retry::after_backoff,
                         Effect::unknown,
                         reason + "_UNAVAILABLE",
                         fmt::format("Try again in a moment; the log of the {} has the cause.", service),
                         {}});
}

}  // namespace q2o::rpc
