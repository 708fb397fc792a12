#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/result/result.h"

namespace q2o::http {

struct Header {
  std::string name, value;
};
struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers;
  std::string body;
  std::size_t body_bytes_max = 0;  ///< of the answer; 0 = the client's
};
struct Response {
  int status = 0;
  std::vector<Header> headers;
  std::string body;
  std::string_view header(std::string_view name) const;  ///< case-insensitive; empty when absent
  std::chrono::milliseconds retry_after() const;         ///< of Retry-After (seconds or date); 0 when absent
};

class Guard;

struct Options {
  std::size_t body_bytes_max = 64u << 20;
  std::chrono::milliseconds connect_timeout{10000};
  int connections_per_host_max = 16;
  bool verify_tls = true;
  std::shared_ptr<const Guard> guard =
      {};                    ///< for addresses of strangers (guard.h): TLS 1.2 or later, verified; no proxy. None: every address
  std::string ca_file = {};  ///< certificates that are trusted instead of the system's
  std::vector<std::string> resolve = {};  ///< "host:port:address", instead of the name server's answer: for tests
};

/// libcurl multi on one thread: connections are reused, any number of callers wait at once. Thread-safe.
/// No redirects. Error: unavailable (HOST_UNKNOWN, CONNECTION_REFUSED, TLS_FAILED: never sent; NO_ANSWER: cut, effect unknown),
/// deadline_exceeded (CONNECT_TIMEOUT: never sent; TIMEOUT: effect unknown), resource_exhausted (head or body too large), invalid_argument
/// (BAD_URL, and what the guard refuses). An HTTP status of any kind is a Response, not an Error.
class Client {
 public:
  explicit Client(Options options = {});
  ~Client();
  Result<Response> send(const Request& request, std::chrono::milliseconds deadline);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string percent_encode(std::string_view text);

}  // namespace q2o::http
