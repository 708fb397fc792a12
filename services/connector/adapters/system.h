#pragma once

#include <condition_variable>
#include <mutex>

#include "common/http/http.h"
#include "services/connector/app/ports.h"

namespace q2o::connector {

class SystemClock : public Clock {
 public:
  std::chrono::system_clock::time_point now() override { return std::chrono::system_clock::now(); }
  bool wait(milliseconds time, std::stop_token stop) override {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, stop, time, [] { return false; });
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
