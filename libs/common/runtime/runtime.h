#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/config/config.h"
#include "common/metrics/metrics.h"

/// What every service binary does the same way: configuration, log, metrics, signals, health, graceful stop in 10 s.
namespace q2o::runtime {

/// Handed to a service's wiring. `loop` starts a named thread that gets the stop token; an exception that leaves it stops the process
/// with exit code 1 (a restart is cheap, wrong books are not).
class Runtime {
 public:
  explicit Runtime(std::string service);
  ~Runtime();
  metrics::Registry& metrics() { return metrics_; }
  const std::string& service() const { return service_; }
  const std::string& instance() const { return instance_; }  ///< unique per process: lease owner
  void loop(std::string name, std::function<void(std::stop_token)> body);
  /// Readiness: all probes must say true. Served at http://127.0.0.1:<admin port>/ready (liveness /live, metrics /metrics).
  void ready_when(std::string what, std::function<bool()> probe);
  bool ready() const { return waits_for().empty(); }
  /// The first probe that says no, or what else it is; empty: ready.
  std::string waits_for() const;
  std::stop_token stop_token() const { return stop_.get_token(); }
  void request_stop() { stop_.request_stop(); }
  /// Keeps an object alive until all loops have ended, destroyed in reverse order.
  template <class T>
  T& own(std::unique_ptr<T> object) {
    T& reference = *object;
    owned_.push_back(std::shared_ptr<void>(object.release(), [](void* p) { delete static_cast<T*>(p); }));
    return reference;
  }
  int wait();  ///< until stop was requested and all loops ended; the exit code

 private:
  std::string service_, instance_;
  metrics::Registry metrics_;
  std::stop_source stop_;
  struct State;
  std::unique_ptr<State> state_;
  std::vector<std::shared_ptr<void>> owned_;
};

/// main() of a service: `--config FILE` (default: none), `--check` (read configuration, print it, leave). Signals TERM and INT stop.
/// `wire` builds everything and returns; configuration complaints are printed together and give exit code 2.
int run(int argc, char** argv, const std::string& service, const std::function<void(config::Reader&, Runtime&)>& wire);

}  // namespace q2o::runtime
