#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"
#include "common/result/result.h"
#include "sandbox/http/message.h"

namespace q2o::sandbox {

enum class FaultKind {
  too_many_requests,  ///< 429; with Retry-After when `retry_after_s` is set
  server_error,       ///< `status` (500, 502, 503, 504 ...)
  slow,               ///< answers correctly after `delay_ms`
  hang,               ///< takes the request and never answers (until the client or the server gives up)
  cut_before,         ///< the connection is reset before the request has any effect
  cut_after,          ///< the request takes effect, then the connection is reset without an answer
  token_expired,      ///< the server's own way to say that the access token is too old
  revoked,            ///< the server's own way to say that the connection was withdrawn, from now on
};

/// One rule: which requests, what, how often.
struct Fault {
  FaultKind kind = FaultKind::server_error;
  std::string route = {};    ///< part of the route's text ("GET /v3/company/1/query", "account.move.create"); empty = every request
  int count = 1;             ///< how many requests it strikes; -1 = no end
  int skip = 0;              ///< matching requests to let pass first
  double probability = 1.0;  ///< chance of each matching request
  int status = 500;
  int delay_ms = 1000;
  int retry_after_s = 0;  ///< 0 = no Retry-After header
};

/// The switchboard of faults of one server. Thread-safe; the same seed and the same requests strike the same way.
class Faults {
 public:
  explicit Faults(std::uint64_t seed = 1) : random_(seed) {}

  void add(Fault fault);
  void clear();
  void reseed(std::uint64_t seed);
  /// The rule that strikes this request, if any (the first that matches); uses up one of its count.
  std::optional<Fault> strike(std::string_view route);
  /// How many requests were struck since the start or the last clear.
  int struck() const;

  /// {"faults":[{"kind":"too_many_requests","route":"query","count":3,...}], "clear":true?, "seed":7?}. All or nothing.
  Status apply(const json::Value& body);
  std::string describe() const;  ///< the rules that are left, as JSON

 private:
  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  std::vector<Fault> rules_;
  int struck_ = 0;
};

std::string_view to_text(FaultKind kind);
std::optional<FaultKind> fault_kind(std::string_view text);

}  // namespace q2o::sandbox
