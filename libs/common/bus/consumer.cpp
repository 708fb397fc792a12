#include <atomic>
#include <stdexcept>
#include <thread>

#include "common/bus/client.h"
#include "common/bus/sealed.h"
#include "common/failpoint/failpoint.h"
#include "common/log/log.h"

namespace q2o::bus {
namespace {

using Clock = std::chrono::steady_clock;
using Partition = std::pair<std::string, std::int32_t>;
/// Per partition: the next offset to commit, or the first to read again.
using Offsets = std::map<Partition, std::int64_t>;

const failpoint::Point kBeforeOffsetCommit{"before_offset_commit"};
const failpoint::Point kAfterOffsetCommit{"after_offset_commit"};

constexpr std::size_t kBatchMessages = 500;
constexpr std::size_t kBatchBytes = 16u << 20;
constexpr int kPollMilliseconds = 100;
constexpr int kBrokerMilliseconds = 10000;
constexpr std::chrono::seconds kBrokerPatience{60};
constexpr std::chrono::milliseconds kBackoffFirst{100};
constexpr std::chrono::milliseconds kBackoffMost{5000};
constexpr std::chrono::seconds kMeasureEvery{2};
/// So often in a row the same place of the log may fail before somebody has to know. Nothing is skipped, also not afterwards.
constexpr int kFailuresMost = 10;

PartitionList as_list(const Offsets& offsets) {
  auto list = partition_list(static_cast<int>(offsets.size()));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), partition.first.c_str(), partition.second)->offset = offset;
  }
  return list;
}

std::span<rd_kafka_topic_partition_t> entries(rd_kafka_topic_partition_list_t& list) {
  return {list.elems, static_cast<std::size_t>(list.cnt)};
}

/// A partition that this group never committed starts at the oldest message that is there; the commit says so for ever after.
void start_at_beginning(rd_kafka_t* client, rd_kafka_topic_partition_list_t& assigned) {
  if (const auto problem = rd_kafka_committed(client, &assigned, kBrokerMilliseconds)) throw std::runtime_error(rd_kafka_err2str(problem));
  Offsets fresh;
  for (auto& entry : entries(assigned)) {
    if (entry.err != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(entry.err));
    if (entry.offset >= 0) continue;
    std::int64_t low = 0;
    std::int64_t high = 0;
    if (const auto problem = rd_kafka_query_watermark_offsets(client, entry.topic, entry.partition, &low, &high, kBrokerMilliseconds)) {
      throw std::runtime_error(rd_kafka_err2str(problem));
    }
    entry.offset = low;
    fresh[{entry.topic, entry.partition}] = low;
  }
  if (fresh.empty()) return;
  const auto list = as_list(fresh);
  if (const auto problem = rd_kafka_commit(client, list.get(), 0)) throw std::runtime_error(rd_kafka_err2str(problem));
}

}  // namespace

struct Consumer::State {
  State(Options options, std::string group_name, std::vector<std::string> topic_names, Handler handler)
      : group(std::move(group_name)), topics(std::move(topic_names)), handle(std::move(handler)), seal(options.seal) {
    auto conf = make_conf(options, {{"group.id", group},
                                    {"enable.auto.commit", "false"},
                                    {"enable.auto.offset.store", "false"},
                                    {"auto.offset.reset", "error"},
                                    // A killed member blocks its group this long; a new one starts meanwhile.
                                    {"session.timeout.ms", "6000"},
                                    {"heartbeat.interval.ms", "1500"},
                                    {"fetch.message.max.bytes", "2097152"},
                                    {"queued.max.messages.kbytes", "16384"},
                                    {"fetch.wait.max.ms", "100"},
                                    {"allow.auto.create.topics", "false"}});
    rd_kafka_conf_set_opaque(conf.get(), this);
    rd_kafka_conf_set_rebalance_cb(conf.get(), [](rd_kafka_t* rk, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* list,
                                                  void* self) { static_cast<State*>(self)->rebalanced(rk, what, *list); });
    client = make_client(RD_KAFKA_CONSUMER, std::move(conf));
    rd_kafka_poll_set_consumer(client.get());
  }

  ~State() {
    if (subscribed) rd_kafka_consumer_close(client.get());
  }

  /// From what librdkafka knows already (the ends of the log come with every fetch): no request to the broker.
  void measure_lag() {
    if (lag == nullptr || Clock::now() < measure_next) return;
    measure_next = Clock::now() + kMeasureEvery;
    std::int64_t sum = 0;
    for (const auto& [partition, offset] : done) {
      std::int64_t low = 0;
      std::int64_t high = 0;
      const auto problem = rd_kafka_get_watermark_offsets(client.get(), partition.first.c_str(), partition.second, &low, &high);
      if (problem == RD_KAFKA_RESP_ERR_NO_ERROR && high > offset) sum += high - offset;
    }
    lag->set(static_cast<double>(sum));
  }

  /// A broker that restarts answers again soon; the group waits for us meanwhile (heartbeats have a thread of their own).
  void find_places(rd_kafka_t* rk, rd_kafka_topic_partition_list_t& list) {
    for (const auto give_up = Clock::now() + kBrokerPatience;;) {
      try {
        start_at_beginning(rk, list);
        return;
      } catch (const std::exception& problem) {
        log::warn("offsets cannot be read yet", {{"group", group}, {"error", problem.what()}});
        if (Clock::now() > give_up || stopping.stop_requested()) {
          trouble = problem.what();
          return;
        }
      }
      std::this_thread::sleep_for(kBackoffFirst);
    }
  }

  /// Exceptions must not cross librdkafka's C frames: they are kept and thrown by the poll loop.
  void rebalanced(rd_kafka_t* rk, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t& list) {
    const bool assign = what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    if (assign) find_places(rk, list);
    done.clear();
    if (assign && trouble.empty()) {
      for (const auto& entry : entries(list)) done[{entry.topic, entry.partition}] = entry.offset;
    }
    rd_kafka_assign(rk, assign && trouble.empty() ? &list : nullptr);
    is_assigned = assign && list.cnt > 0;
    if (assign) log::info("partitions assigned", {{"group", group}, {"partitions", list.cnt}});
  }

  Message poll(int milliseconds) {
    Message message(rd_kafka_consumer_poll(client.get(), milliseconds));
    if (!trouble.empty() && !stopping.stop_requested()) throw std::runtime_error("consumer group " + group + " cannot start: " + trouble);
    if (!message || message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return message;
    const std::string what = rd_kafka_message_errstr(message.get());
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
      // Messages that were never handled are gone. Going on would skip them in silence.
      throw std::runtime_error("consumer group " + group + " lost its place in the log: " + what);
    }
    if (rd_kafka_fatal_error(client.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR)
      throw std::runtime_error("consumer group " + group + ": " + what);
    log::warn("consumer", {{"group", group}, {"error", what}});
    return nullptr;
  }

  std::vector<Incoming> next_batch() {
    std::vector<Incoming> batch;
    std::size_t bytes = 0;
    int wait = kPollMilliseconds;
    while (batch.size() < kBatchMessages && bytes < kBatchBytes) {
      const auto message = poll(wait);
      if (!message) break;
      wait = 0;
      bytes += message->len;
      batch.push_back(to_incoming(*message));
    }
    return batch;
  }

  void commit(const std::vector<Incoming>& batch) {
    Offsets next;
    for (const auto& message : batch) next[{message.topic, message.partition}] = message.offset + 1;
    const auto list = as_list(next);
    const auto problem = rd_kafka_commit(client.get(), list.get(), 0);
    for (const auto& [partition, offset] : next) {
      if (const auto known = done.find(partition); known != done.end()) known->second = offset;
    }
    // The effects are durable; an offset that was not committed only means a redelivery that does nothing.
    if (problem != RD_KAFKA_RESP_ERR_NO_ERROR)
      log::warn("offsets were not committed", {{"group", group}, {"error", rd_kafka_err2str(problem)}});
  }

  /// Waits while staying a live member of the group, then goes back to the first unhandled message of every partition.
  void back_off(const std::vector<Incoming>& batch, std::chrono::milliseconds pause, const std::stop_token& stop) {
    Offsets first;
    const auto note = [&](const Incoming& message) {
      const auto [entry, is_new] = first.try_emplace({message.topic, message.partition}, message.offset);
      if (!is_new) entry->second = std::min(entry->second, message.offset);
    };
    for (const auto& message : batch) note(message);
    set_paused(first, true);
    for (const auto until = Clock::now() + pause; Clock::now() < until && !stop.stop_requested();) {
      if (const auto message = poll(20)) note(to_incoming(*message));
      measure_lag();
    }
    const auto list = as_list(first);
    // Partitions that went to another member meanwhile report an error here; the other one starts at the committed offset.
    rd_kafka_error_t* problem = rd_kafka_seek_partitions(client.get(), list.get(), kBrokerMilliseconds);
    if (problem != nullptr) rd_kafka_error_destroy(problem);
    set_paused(first, false);
  }

  void set_paused(const Offsets& partitions, bool paused) {
    const auto list = as_list(partitions);
    paused ? rd_kafka_pause_partitions(client.get(), list.get()) : rd_kafka_resume_partitions(client.get(), list.get());
  }

  void failed(const std::vector<Incoming>& batch) {
    if (++failures < kFailuresMost) return;
    is_stuck = true;
    if (stuck != nullptr) stuck->set(1);
    const auto& first = batch.front();
    log::error("consumer is stuck: this place of the log fails again and again", {{"group", group},
                                                                                  {"topic", first.topic},
                                                                                  {"partition", static_cast<std::int64_t>(first.partition)},
                                                                                  {"offset", first.offset},
                                                                                  {"attempts", failures}});
  }

  void went_on() {
    failures = 0;
    is_stuck = false;
    if (stuck != nullptr) stuck->set(0);
  }

  void subscribe() {
    auto list = partition_list(static_cast<int>(topics.size()));
    for (const auto& topic : topics) rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    if (const auto problem = rd_kafka_subscribe(client.get(), list.get())) throw std::runtime_error(rd_kafka_err2str(problem));
    subscribed = true;
  }

  /// What a handler is to see of a batch; the offsets stay in `batch`.
  std::vector<Incoming> readable(std::vector<Incoming>& batch) {
    std::vector<Incoming> out;
    out.reserve(batch.size());
    std::size_t ended = 0;
    for (auto& message : batch) {
      if (message.value.empty()) continue;
      const auto body = open(seal.get(), message);
      if (!body) throw std::runtime_error(body.error().message);
      if (*body == Body::ended) {
        ++ended;
        continue;
      }
      out.push_back({message.topic, message.partition, message.offset, message.key, std::move(message.value), std::move(message.headers)});
    }
    if (ended > 0) log::warn("messages whose key was destroyed are passed over", {{"group", group}, {"messages", ended}});
    return out;
  }

  bool handled(std::vector<Incoming>& batch) {
    try {
      if (const auto messages = readable(batch); !messages.empty()) handle(messages);
      return true;
    } catch (const std::exception& problem) {
      log::error("batch was not handled, it will be delivered again", {{"group", group},
                                                                       {"messages", batch.size()},
                                                                       {"topic", batch.front().topic},
                                                                       {"offset", batch.front().offset},
                                                                       {"error", problem.what()}});
      return false;
    }
  }

  std::string group;
  std::vector<std::string> topics;
  Handler handle;
  std::shared_ptr<const sealing::Seal> seal;
  std::atomic<bool> is_assigned = false;
  std::atomic<bool> is_stuck = false;
  int failures = 0;  ///< in a row
  bool subscribed = false;
  std::stop_token stopping;
  std::string trouble;
  Offsets done;  ///< per assigned partition: the first offset that is not handled
  metrics::Gauge* lag = nullptr;
  metrics::Gauge* stuck = nullptr;
  Clock::time_point measure_next{};
  Client client;  // last: its callbacks use the rest
};

Consumer::Consumer(Options options, std::string group, std::vector<std::string> topics, Handler handle)
    : state_(std::make_unique<State>(std::move(options), std::move(group), std::move(topics), std::move(handle))) {}
Consumer::~Consumer() = default;

/// A member that is stuck is not ready either.
bool Consumer::assigned() const {
  return state_->is_assigned && !state_->is_stuck;
}

void Consumer::measure(metrics::Registry& registry) {
  state_->lag = &registry.gauge("q2o_bus_lag_messages", "Messages of the log that the group's member has not handled yet",
                                {{"group", state_->group}});
  state_->stuck = &registry.gauge("q2o_bus_stuck", "1 while the same place of the log fails again and again", {{"group", state_->group}});
}

void Consumer::run(std::stop_token stop) {
  state_->stopping = stop;
  state_->subscribe();
  auto pause = kBackoffFirst;
  while (!stop.stop_requested()) {
    auto batch = state_->next_batch();
    state_->measure_lag();
    if (batch.empty()) continue;
    if (state_->handled(batch)) {
      kBeforeOffsetCommit.hit();
      state_->commit(batch);
      kAfterOffsetCommit.hit();
      state_->went_on();
      pause = kBackoffFirst;
      continue;
    }
    state_->failed(batch);
    state_->back_off(batch, pause, stop);
    pause = std::min(pause * 2, kBackoffMost);
  }
  rd_kafka_consumer_close(state_->client.get());
  state_->subscribed = false;
  state_->is_assigned = false;
}

}  // namespace q2o::bus
