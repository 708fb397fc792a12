#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>

/// Expected trouble is a value: every port returns Result<T>. Surprises are exceptions.
namespace q2o {

/// The canonical gRPC status codes that we use; the values equal grpc::StatusCode.
enum class Code {
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

/// Whether the same call may succeed later.
enum class Retry { never, after_backoff, after_reauthentication };

/// Whether the effect of the call may have happened. After `unknown`: look before you leap.
enum class Effect { none, unknown };

/// Says what happened and what to do next. `reason` is a stable machine word in UPPER_SNAKE_CASE
/// (google.rpc.ErrorInfo), `hint` a sentence that a person can act on.
struct Error {
  Code code = Code::unknown;
  std::string message;
  Retry retry = Retry::never;
  Effect effect = Effect::none;
  std::string reason;
  std::string hint;
  std::chrono::milliseconds retry_after{0};  ///< 0 = not said
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}
inline tl::unexpected<Error> fail(Code code, std::string message, std::string reason = {}, std::string hint = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), Retry::never, Effect::none, std::move(reason), std::move(hint), {}});
}

}  // namespace q2o
