#pragma once

#include "common/http/http.h"
#include "common/liveness/pause.h"
#include "services/connector/app/ports.h"

namespace q2o::connector {

class SystemClock : public Clock {
 public:
  std::chrono::system_clock::time_point now() override { return std::chrono::system_clock::now(); }
  bool wait(milliseconds time, std::stop_token stop) override {
    liveness::pause(time, stop);
    return !stop.stop_requested();
  }
};

/// The real source: libcurl behind the port.
class HttpSource : public SourceApi {
 public:
  explicit HttpSource(http::Client& client) : client_(client) {}
  Result<http::Response> send(const http::Request& request, milliseconds deadline) override { return client_.send(request, deadline); }

 private:
  http::Client& client_;
};

}  // namespace q2o::connector
