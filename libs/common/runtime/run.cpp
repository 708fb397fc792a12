#include <malloc.h>
#include <pthread.h>
#include <signal.h>

#include <iostream>

#include "common/failpoint/failpoint.h"
#include "common/log/log.h"
#include "common/runtime/admin.h"
#include "common/runtime/runtime.h"

namespace q2o::runtime {
namespace {

/// The local stack writes one form of file for all services: what one of them does not need there is no mistake.
constexpr std::string_view kSharedKeys[] = {"config.dir",   "crypto.key_file", "peers.billing",  "peers.connector", "peers.identity",
                                            "peers.loader", "peers.mapper",    "peers.notifier", "peers.validator", "service.mode"};

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

/// What the probes ask.
AdminAnswer answer(Runtime& runtime, const std::string& path) {
  if (path == "/live") return {200, "live\n"};
  if (path == "/ready") {
    const std::string waits_for = runtime.waits_for();
    return waits_for.empty() ? AdminAnswer{200, "ready\n"} : AdminAnswer{503, "not ready, waits for: " + waits_for + "\n"};
  }
  if (path == "/metrics") return {200, runtime.metrics().text()};
  if (failpoint::active() && path.starts_with("/failpoints")) return failpoint_answer(path);
  return {404, "paths: /live /ready /metrics\n"};
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

/// A signal asks the runtime to stop. The signals are blocked in all threads; this one waits for them.
class SignalWatch {
 public:
  explicit SignalWatch(Runtime& runtime)
      : thread_([&runtime, signals = stop_signals()] {
          int number = 0;
          sigwait(&signals, &number);
          runtime.request_stop();
        }) {}
  ~SignalWatch() {
    pthread_kill(thread_.native_handle(), SIGTERM);  // wakes sigwait
    thread_.join();
  }

 private:
  std::thread thread_;
};

/// Batches of a megabyte come and go all the time. By default every one costs the kernel's page faults again: parsing was measured
/// three times as fast with the memory kept. But threads come by the dozen (Kafka, gRPC, fetching), and every arena keeps what its largest
/// moment took: a few arenas are enough for all of them, and what is far larger than a batch goes back at once. (Where a program links
/// another allocator, as the mapper does, this changes nothing.)
void keep_freed_memory() {
  mallopt(M_ARENA_MAX, 4);
  mallopt(M_MMAP_THRESHOLD, 2 << 20);
  mallopt(M_TRIM_THRESHOLD, 16 << 20);
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

void configure_log(const std::string& service, config::Reader& config) {
  const std::string level = config.text("log.level", "info");
  log::configure(service, level == "debug"   ? log::Level::debug
                          : level == "warn"  ? log::Level::warn
                          : level == "error" ? log::Level::error
                                             : log::Level::info);
}

/// Builds the service and keeps it until it is stopped; the exit code.
int serve(Runtime& runtime, config::Reader& config, bool check, const std::function<void(config::Reader&, Runtime&)>& wire) {
  try {
    for (const auto key : kSharedKeys) config.text(key, "");
    const auto admin_port = static_cast<int>(config.integer("admin.port", 0, 0, 65535));
    failpoint::arm_from_environment();
    wire(config, runtime);
    if (const auto complaints = config.complaints(); !complaints.empty()) return complain(runtime.service(), complaints);
    if (check) {
      std::cout << config.printable();
      return 0;
    }
    AdminServer admin(admin_port, [&runtime](const std::string& path) { return answer(runtime, path); });
    log::info("started", {{"instance", runtime.instance()}, {"admin_port", admin.port()}});
    return runtime.wait();
  } catch (const std::exception& error) {
    log::error("cannot start", {{"error", error.what()}});
    return 1;
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
  const sigset_t signals = stop_signals();  // before any thread starts: all inherit it
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  auto config = config::Reader::open(arguments.config, config::Reader::process_environment());
  if (!config) return complain(service, {config.error().message});
  configure_log(service, *config);
  int code = 1;
  try {
    Runtime runtime(service);
    const SignalWatch watch(runtime);
    code = serve(runtime, *config, arguments.check, wire);
    runtime.request_stop();
  } catch (const std::exception& error) {
    log::error("did not end well", {{"error", error.what()}});
    code = 1;
  }
  log::info("stopped", {{"exit_code", code}});
  return code;
}

}  // namespace q2o::runtime
