#include "common/runtime/runtime.h"

#include <pthread.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>

#include "common/liveness/liveness.h"
#include "common/log/log.h"
#include "common/runtime/version.h"

namespace q2o::runtime {
namespace {

constexpr auto kGrace = std::chrono::seconds(10);

}  // namespace

struct Runtime::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::thread> threads;
  std::size_t running = 0;
  std::vector<std::pair<std::string, std::function<bool()>>> probes;
  bool failed = false;
  bool wired = false;
};

Runtime::Runtime(std::string service)
    : service_(std::move(service)), instance_(liveness::make_name(service_)), state_(std::make_unique<State>()) {
  metrics_.gauge("q2o_build_info", "Always 1; the label says which build this is", {{"version", std::string(version())}}).set(1);
}

Runtime::~Runtime() {
  stop_.request_stop();
  for (auto& thread : state_->threads) {
    if (thread.joinable()) thread.join();
  }
  while (!owned_.empty()) owned_.pop_back();
}

void Runtime::loop(std::string name, std::function<void(std::stop_token)> body) {
  std::lock_guard lock(state_->mutex);
  ++state_->running;
  state_->threads.emplace_back([this, name = std::move(name), body = std::move(body)] {
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
    bool failed = false;
    try {
      body(stop_.get_token());
    } catch (const std::exception& error) {
      failed = true;
      log::error("a loop ended with an exception: the process stops", {{"loop", name}, {"error", error.what()}});
    }
    {
      std::lock_guard guard(state_->mutex);
      state_->failed = state_->failed || failed;
      --state_->running;
    }
    if (failed) stop_.request_stop();
    state_->changed.notify_all();
  });
}

void Runtime::ready_when(std::string what, std::function<bool()> probe) {
  std::lock_guard lock(state_->mutex);
  state_->probes.emplace_back(std::move(what), std::move(probe));
}

std::string Runtime::waits_for() const {
  std::vector<std::pair<std::string, std::function<bool()>>> probes;
  {
    std::lock_guard lock(state_->mutex);
    if (!state_->wired) return "its start";
    if (stop_.stop_requested()) return "its end";
    probes = state_->probes;
  }
  for (const auto& [what, probe] : probes) {
    if (!probe()) return what;
  }
  return {};
}

int Runtime::wait() {
  std::unique_lock lock(state_->mutex);
  state_->wired = true;
  std::stop_callback wake(stop_.get_token(), [this] { state_->changed.notify_all(); });
  // wait_for guards against a stop between the check and the wait (the callback cannot take the mutex).
  while (!stop_.stop_requested()) state_->changed.wait_for(lock, std::chrono::milliseconds(200));
  if (!state_->changed.wait_for(lock, kGrace, [this] { return state_->running == 0; })) {
    log::error("loops did not end in 10 s: leaving without them", {{"loops", state_->running}});
    _exit(1);
  }
  return state_->failed ? 1 : 0;
}

}  // namespace q2o::runtime
