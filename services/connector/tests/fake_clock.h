#pragma once

#include <mutex>

#include "services/connector/app/ports.h"

namespace q2o::connector::testing {

/// Time that passes only when somebody waits, and then at once.
class FakeClock : public Clock {
 public:
  std::chrono::system_clock::time_point now() override {
    std::lock_guard lock(mutex_);
    return now_;
  }
  bool wait(milliseconds time, std::stop_token stop) override {
    std::lock_guard lock(mutex_);
    now_ += time;
    waited_ += time;
    return !stop.stop_requested();
  }
  milliseconds waited() {
    std::lock_guard lock(mutex_);
    return waited_;
  }
  void set(std::chrono::system_clock::time_point now) {
    std::lock_guard lock(mutex_);
    now_ = now;
  }
  void advance(milliseconds time) {
    std::lock_guard lock(mutex_);
    now_ += time;
  }

 private:
  std::mutex mutex_;
  std::chrono::system_clock::time_point now_{std::chrono::seconds(1'770'000'000)};
  milliseconds waited_{0};
};

}  // namespace q2o::connector::testing
