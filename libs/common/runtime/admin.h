#pragma once

#include <functional>
#include <string>
#include <thread>

namespace q2o::runtime {

struct AdminAnswer {
  int status = 200;
  std::string body;
};

/// Answers GET requests on 127.0.0.1 for probes and Prometheus, one at a time. Not for the world.
class AdminServer {
 public:
  /// Port 0 picks one. Throws when the port is taken, naming it.
  AdminServer(int port, std::function<AdminAnswer(const std::string& path)> answer);
  ~AdminServer();
  int port() const { return port_; }

 private:
  void serve();
  std::function<AdminAnswer(const std::string&)> answer_;
  int listener_ = -1;
  int wake_[2]{-1, -1};
  int port_ = 0;
  std::thread thread_;
};

}  // namespace q2o::runtime
