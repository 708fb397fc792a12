#pragma once

#include <functional>
#include <string>
#include <thread>

namespace q2o::testing {

/// Accepts connections on 127.0.0.1 one after another, reads a request's head (and body by Content-Length) and sends back the bytes
/// that `answer` returns, as they are; then closes. For tests of clients with well-behaved and hostile servers. With `keep` a connection
/// stays until there is an answer of no bytes or the client leaves, several of them at once; clients end before the server.
class RawHttpServer {
 public:
  explicit RawHttpServer(std::function<std::string(const std::string& request)> answer, bool keep = false);
  ~RawHttpServer();
  RawHttpServer(const RawHttpServer&) = delete;
  RawHttpServer& operator=(const RawHttpServer&) = delete;
  int port() const { return port_; }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }

 private:
  void serve();
  void talk(int client) const;
  std::function<std::string(const std::string&)> answer_;
  bool keep_;
  int listener_ = -1;
  int port_ = 0;
  std::jthread thread_;
};

}  // namespace q2o::testing
