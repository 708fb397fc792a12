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

struct Options {
  std::size_t body_bytes_max = 64u << 20;
  std::chrono::milliseconds connect_timeout{10000};
  int connections_per_host_max = 16;
  bool verify_tls = true;
};

/// libcurl multi on one thread: connections are reused, any number of callers wait at once. Thread-safe.
/// No redirects. Error: unavailable (connection refused or cut; effect unknown once the request was sent), deadline_exceeded (effect
/// unknown), resource_exhausted (body too large). An HTTP status of any kind is a Response, not an Error.
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
std::string base64(std::string_view bytes);

}  // namespace q2o::http
