#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <thread>

#include "common/acting/acting.h"
#include "common/failpoint/failpoint.h"
#include "common/log/log.h"
#include "common/pg/before_commit.h"
#include "common/pg/connection.h"

namespace q2o::pg {
namespace {

using Clock = std::chrono::steady_clock;
const failpoint::Point kBeforeCommit{"before_commit"};
const failpoint::Point kAfterCommit{"after_commit"};
constexpr std::chrono::seconds kWaitForConnection{10};
/// How long a transaction is tried again before the caller hears about it.
constexpr std::chrono::seconds kRetryFor{10};

bool worth_repeating(const SqlError& problem) {
  const bool stale_plan = problem.sqlstate == "0A000" && std::string_view(problem.what()).find("cached plan") != std::string_view::npos;
  return problem.sqlstate == "40001" || problem.sqlstate == "40P01" || stale_plan;
}

/// Full jitter: replicas that collided do not collide again.
std::chrono::milliseconds pause_before(int attempt) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const int most = std::min(1000, 10 << std::min(attempt, 7));
  return std::chrono::milliseconds(std::uniform_int_distribution<int>(1, most)(random));
}

std::function<void(Tx&)> work_before_commit;

}  // namespace

struct Pool::State {
  Options options;
  std::mutex mutex;
  std::condition_variable freed;
  std::deque<std::unique_ptr<Connection>> idle;
  int open = 0;

  std::unique_ptr<Connection> take(const std::string& whom) {
    std::unique_lock lock(mutex);
    if (!freed.wait_for(lock, kWaitForConnection, [&] { return !idle.empty() || open < options.connections; })) {
      throw ConnectionLost("no free database connection after 10 s (pool of " + std::to_string(options.connections) + ")");
    }
    if (!idle.empty()) {
      // The one used last: its caches are warm, the others may be closed one day. One that acts for the same needs no word about it.
      const auto same = std::find_if(idle.rbegin(), idle.rend(), [&](const auto& one) { return one->acts_for() == whom; });
      const auto at = same == idle.rend() ? std::prev(idle.end()) : std::prev(same.base());
      auto out = std::move(*at);
      idle.erase(at);
      return out;
    }
    ++open;
    lock.unlock();
    try {
      return std::make_unique<Connection>(options);
    } catch (...) {
      forget();
      try {
        rethrow(nullptr);
      } catch (const SqlError& problem) {
        throw ConnectionLost(problem.what());
      }
    }
  }

  void forget() {
    const std::lock_guard lock(mutex);
    --open;
    freed.notify_one();
  }

  void give_back(std::unique_ptr<Connection> connection) {
    if (!connection->usable()) {
      connection.reset();
      forget();
      return;
    }
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(connection));
    freed.notify_one();
  }
};

namespace {

void commit(pqxx::work& work, const Connection& connection) {
  try {
    work.commit();
  } catch (...) {
    rethrow(&connection);
  }
}

std::unique_ptr<pqxx::work> begin(Connection& connection, const std::string& whom) {
  try {
    connection.act_for(whom);
    return std::make_unique<pqxx::work>(connection.raw());
  } catch (...) {
    connection.spoil();
    rethrow(&connection);
  }
}

void attempt(Connection& connection, const sealing::Seal* seal, const std::string& whom, const std::function<void(Tx&)>& body) {
  const auto work = begin(connection, whom);
  Tx::State state{connection, *work, seal};
  Tx tx(state);
  body(tx);
  if (state.writes && work_before_commit) work_before_commit(tx);
  if (state.writes) kBeforeCommit.hit();
  commit(*work, connection);
  if (auto* call = acting::call(); state.writes && call != nullptr) call->wrote = true;
  if (state.writes) kAfterCommit.hit();
}

}  // namespace

void before_commit(std::function<void(Tx&)> work) {
  work_before_commit = std::move(work);
}

Pool::Pool(Options options) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
}
Pool::~Pool() = default;
const Options& Pool::options() const {
  return state_->options;
}

void Pool::run(const std::function<void(Tx&)>& work) {
  const auto give_up = Clock::now() + kRetryFor;
  const auto whom = acting::whom().text();
  for (int tries = 0;; ++tries) {
    std::unique_ptr<Connection> connection;
    try {
      connection = state_->take(whom);
      attempt(*connection, state_->options.seal.get(), whom, work);
      state_->give_back(std::move(connection));
      return;
    } catch (const SqlError& problem) {
      if (problem.sqlstate == "0A000") connection->spoil();
      state_->give_back(std::move(connection));
      if (!worth_repeating(problem) || Clock::now() > give_up) throw;
    } catch (const ConnectionLost& problem) {
      if (connection) {
        connection->spoil();
        state_->give_back(std::move(connection));
      }
      if (Clock::now() > give_up) throw;
      log::warn("database connection lost, trying again",
                {{"schema", state_->options.schema}, {"attempt", tries + 1}, {"error", problem.what()}});
    } catch (const CommitInDoubt&) {
      connection->spoil();
      state_->give_back(std::move(connection));
      throw;
    } catch (...) {
      if (connection) state_->give_back(std::move(connection));
      throw;
    }
    std::this_thread::sleep_for(pause_before(tries));
  }
}

}  // namespace q2o::pg
