#include "common/log/log.h"
#include "common/pg/connection.h"

namespace q2o::pg {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kSlice{100};  // how late a stop may be noticed
constexpr std::chrono::milliseconds kReconnectPause{500};

class Receiver final : public pqxx::notification_receiver {
 public:
  Receiver(pqxx::connection_base& connection, const std::string& channel) : pqxx::notification_receiver(connection, channel) {}
  void operator()(const std::string&, int) override { notified = true; }
  bool notified = false;
};

struct Session {
  Session(const Options& options, const std::string& channel) : connection(options), receiver(connection.raw(), channel) {}
  Connection connection;
  Receiver receiver;
};

}  // namespace

struct Listener::State {
  Options options;
  std::string channel;
  std::unique_ptr<Session> session;
  std::string last_error;

  /// True when a new session was made: what was said in between is lost, so the waiter has to look.
  bool connect() {
    if (session) return false;
    session = std::make_unique<Session>(options, channel);
    last_error.clear();
    return true;
  }

  bool poll_once(std::chrono::milliseconds at_most) {
    session->connection.raw().await_notification(0, static_cast<long>(at_most.count()) * 1000);
    return std::exchange(session->receiver.notified, false);
  }

  void lost(const std::exception& problem) {
    session.reset();
    if (last_error != problem.what()) log::warn("listener lost its connection", {{"channel", channel}, {"error", problem.what()}});
    last_error = problem.what();
  }
};

Listener::Listener(const Options& options, std::string channel) : state_(std::make_unique<State>()) {
  state_->options = options;
  state_->channel = std::move(channel);
}
Listener::~Listener() = default;

bool Listener::wait(std::chrono::milliseconds at_most, std::stop_token stop) {
  const auto until = Clock::now() + at_most;
  bool first = true;
  while (!stop.stop_requested() && (first || Clock::now() < until)) {
    first = false;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    try {
      if (state_->connect()) return true;
      if (state_->poll_once(std::clamp(left, std::chrono::milliseconds(0), kSlice))) return true;
    } catch (const std::exception& problem) {
      state_->lost(problem);
      std::this_thread::sleep_for(std::clamp(left, std::chrono::milliseconds(1), kReconnectPause));
    }
  }
  return false;
}

}  // namespace q2o::pg
