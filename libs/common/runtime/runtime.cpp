#include "common/runtime/runtime.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <condition_variable>
#include <iostream>
#include <mutex>

#include "common/failpoint/failpoint.h"
#include "common/liveness/liveness.h"
#include "common/log/log.h"
#include "common/runtime/admin.h"
#include "common/runtime/version.h"

namespace q2o::runtime {
namespace {

constexpr auto kGrace = std::chrono::seconds(10);

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

/// Batches of a megabyte come and go all the time. By default every one costs the kernel's page faults again: parsing was measured
/// three times as fast with the memory kept.
void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
}

struct Arguments {
  std::string config;
  bool check = false;
  bool failpoints = false;
  bool good = true;
};
Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--config" && i + 1 < argc)
      arguments.config = argv[++i];
    else if (word == "--check")
      arguments.check = true;
    else if (word == "--failpoints")
      arguments.failpoints = true;
    else
      arguments.good = false;
  }
  return arguments;
}

int complain(const std::string& service, const std::vector<std::string>& complaints) {
  std::cerr << service << ": the configuration is not usable:\n";
  for (const auto& complaint : complaints) std::cerr << "  - " << complaint << '\n';
  return 2;
}

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

namespace {

/// The local stack writes one form of file for all services: what one of them does not need there is no mistake.
constexpr std::string_view kSharedKeys[] = {"config.dir",   "crypto.key_file", "peers.billing",  "peers.connector",
                                            "peers.loader", "peers.mapper",    "peers.notifier", "peers.validator"};

/// "NAME HITS" lines.
std::string failpoint_lines() {
  std::string out;
  for (const auto& point : failpoint::points()) out += point.name + " " + std::to_string(point.hits) + "\n";
  return out;
}

/// /failpoints: the counts; /failpoints/SPECIFICATION: arms it. Only served where the environment asked for fail points.
AdminAnswer failpoint_answer(const std::string& path) {
  constexpr std::string_view kPrefix = "/failpoints/";
  if (!path.starts_with(kPrefix)) return {200, failpoint_lines()};
  try {
    failpoint::arm(std::string_view(path).substr(kPrefix.size()));
    return {200, "armed\n"};
  } catch (const std::invalid_argument& mistake) {
    return {400, std::string(mistake.what()) + "\n"};
  }
}

}  // namespace

int run(int argc, char** argv, const std::string& service, const std::function<void(config::Reader&, Runtime&)>& wire) {
  const Arguments arguments = parse(argc, argv);
  if (!arguments.good) {
    std::cerr << "usage: q2o-" << service << " [--config FILE] [--check] [--failpoints]\n";
    return 2;
  }
  if (arguments.failpoints) {
    std::cout << failpoint_lines();
    return 0;
  }
  keep_freed_memory();
  // Blocked before any thread starts: all threads inherit it, one thread waits for them.
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  auto config = config::Reader::open(arguments.config, config::Reader::process_environment());
  if (!config) return complain(service, {config.error().message});
  const std::string level = config->text("log.level", "info");
  log::configure(service, level == "debug"   ? log::Level::debug
                          : level == "warn"  ? log::Level::warn
                          : level == "error" ? log::Level::error
                                             : log::Level::info);
  for (const auto key : kSharedKeys) config->text(key, "");
  const auto admin_port = static_cast<int>(config->integer("admin.port", 0, 0, 65535));

  std::thread signal_thread;
  int code = 1;
  try {
    Runtime runtime(service);
    signal_thread = std::thread([&runtime, signals] {
      int number = 0;
      sigwait(&signals, &number);
      runtime.request_stop();
    });
    try {
      failpoint::arm_from_environment();
      wire(*config, runtime);
      if (const auto complaints = config->complaints(); !complaints.empty()) {
        code = complain(service, complaints);
      } else if (arguments.check) {
        std::cout << config->printable();
        code = 0;
      } else {
        AdminServer admin(admin_port, [&runtime](const std::string& path) -> AdminAnswer {
          if (path == "/live") return {200, "live\n"};
          if (path == "/ready") {
            const std::string waits_for = runtime.waits_for();
            return waits_for.empty() ? AdminAnswer{200, "ready\n"} : AdminAnswer{503, "not ready, waits for: " + waits_for + "\n"};
          }
          if (path == "/metrics") return {200, runtime.metrics().text()};
          if (failpoint::active() && path.starts_with("/failpoints")) return failpoint_answer(path);
          return {404, "paths: /live /ready /metrics\n"};
        });
        log::info("started", {{"instance", runtime.instance()}, {"admin_port", admin.port()}});
        code = runtime.wait();
      }
    } catch (const std::exception& error) {
      log::error("cannot start", {{"error", error.what()}});
      code = 1;
    }
    runtime.request_stop();
    pthread_kill(signal_thread.native_handle(), SIGTERM);  // wakes sigwait
    signal_thread.join();
  } catch (const std::exception& error) {
    log::error("did not end well", {{"error", error.what()}});
    code = 1;
  }
  log::info("stopped", {{"exit_code", code}});
  return code;
}

}  // namespace q2o::runtime
