#pragma once

#include "services/mapper/adapters/raw_worker.h"

namespace q2o::mapper {

/// Wakes the loop that replays.
inline constexpr std::string_view kReplayChannel = "mapper_replay";

/// What a replay was ordered with.
struct Replay {
  std::uint32_t source_run = 0;
  std::string mapping_version;
  std::vector<std::string> wanted;
};
std::optional<Replay> find_replay(pg::Tx& tx, const std::string& migration, std::uint32_t run);
/// Stores where the records of the earlier run lie; run_one() works them off.
void begin_replay(pg::Tx& tx, const connector::v1::RawMessage& message);

/// Reads the records of an earlier run from the raw topic, without a consumer group, and works them off under the new run. The place
/// reached commits with the effects of each message, so another process goes on where one died. One replay at a time per process.
class ReplayWorker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  ReplayWorker(pg::Pool& pool, bus::Options bus, RawWorker& worker, std::string owner, std::string raw_topic,
               std::function<Time()> now = std::chrono::steady_clock::now)
      : pool_(pool),
        bus_(std::move(bus)),
        worker_(worker),
        owner_(std::move(owner)),
        raw_topic_(std::move(raw_topic)),
        now_(std::move(now)) {}

  /// Takes one replay as far as it can go now; false when there is nothing to do.
  bool run_one(std::stop_token stop);

 private:
  struct Task {
    common::v1::Scope scope;
    std::uint32_t source_run = 0;
    bus::Range range;
    pg::Lease lease;
    Time kept{};  ///< when the lease was last renewed for messages of others
  };
  std::optional<Task> take();
  std::optional<Task> try_take(pg::Tx& tx, const pg::Row& row);
  void replay(Task& task, std::stop_source& halt);
  void work_off(Task& task, const bus::Incoming& incoming, std::stop_source& halt);
  void pass_by(Task& task, const bus::Incoming& incoming, std::stop_source& halt);
  bool may_go_on(pg::Tx& tx, const Task& task, std::int64_t next, std::stop_source& halt);
  void end(const Task& task, const std::string& state, const Error* why);

  pg::Pool& pool_;
  const bus::Options bus_;
  RawWorker& worker_;
  const std::string owner_, raw_topic_;
  const std::function<Time()> now_;
};

}  // namespace q2o::mapper
