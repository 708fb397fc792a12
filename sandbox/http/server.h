#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sandbox/http/faults.h"
#include "sandbox/http/message.h"

namespace q2o::sandbox {

/// What a server needs to know about the program that it carries.
struct ServerOptions {
  std::uint16_t port = 0;  ///< 0 = any free one
  std::size_t connections_max = 256;
  std::size_t body_bytes_max = 256u << 20;
  /// Name of a request for fault rules. Default: "GET /path".
  std::function<std::string(const Request&)> route_of = {};
  /// The answer of a fault in the server's own words (429, 5xx, token_expired, revoked). Default: an empty JSON object.
  std::function<Response(const Fault&, const Request&)> fault_answer = {};
};

/// HTTP/1.1 on 127.0.0.1, keep-alive, one thread per connection. Besides the handler it answers
/// POST /control/faults (Faults::apply), GET /control/faults, DELETE /control/faults and GET /control/health itself.
/// Starts in the constructor (throws std::runtime_error that names the port when it is taken), stops in the destructor:
/// hanging and slow answers are cut, requests in work are finished.
class Server {
 public:
  Server(ServerOptions options, Handler handler, std::shared_ptr<Faults> faults = std::make_shared<Faults>());
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  std::string url() const;  ///< "http://127.0.0.1:<port>"
  Faults& faults() { return *faults_; }
  void stop();

 private:
  struct State;
  std::shared_ptr<Faults> faults_;
  std::unique_ptr<State> state_;
};

}  // namespace q2o::sandbox
