#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "common/bus/handles.h"
#include "common/bus/message.h"
#include "common/log/log.h"

namespace q2o::bus {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kBatchMessagesMax = 200;
constexpr std::size_t kBatchBytesMax = 32u << 20;
constexpr std::chrono::milliseconds kBackoffMax{5000};
constexpr int kOffsetCallMs = 10000;

/// A new group starts at the beginning by an explicit commit: afterwards "no offset" can only mean a lost range.
void commit_beginnings(rd_kafka_t* kafka, rd_kafka_topic_partition_list_t* assigned) {
  PartitionList known(rd_kafka_topic_partition_list_copy(assigned));
  if (const auto error = rd_kafka_committed(kafka, known.get(), kOffsetCallMs); error) throw std::runtime_error(rd_kafka_err2str(error));
  PartitionList fresh(rd_kafka_topic_partition_list_new(known->cnt));
  for (int i = 0; i < known->cnt; ++i) {
    const auto& partition = known->elems[i];
    std::int64_t offset = partition.offset;
    if (offset < 0) {
      std::int64_t low = 0, high = 0;
      if (const auto error = rd_kafka_query_watermark_offsets(kafka, partition.topic, partition.partition, &low, &high, kOffsetCallMs); error) {
        throw std::runtime_error(rd_kafka_err2str(error));
      }
      offset = low;
      rd_kafka_topic_partition_list_add(fresh.get(), partition.topic, partition.partition)->offset = offset;
    }
    assigned->elems[i].offset = offset;
  }
  if (fresh->cnt > 0) {
    if (const auto error = rd_kafka_commit(kafka, fresh.get(), 0); error) throw std::runtime_error(rd_kafka_err2str(error));
  }
}

}  // namespace

struct Consumer::State {
  Options options;
  std::string group;
  std::vector<std::string> topics;
  Handler handle;
  std::atomic<bool> assigned{false};
  std::string fatal;  // set by the rebalance callback, thrown by the loop
  Kafka kafka;

  static void on_rebalance(rd_kafka_t* kafka, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* partitions, void* opaque) {
    auto& state = *static_cast<State*>(opaque);
    if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
      try {
        commit_beginnings(kafka, partitions);
      } catch (const std::exception& trouble) {
        // Without known offsets nothing may be read: leave the group and come back.
        log::warn("offsets cannot be read, joining again", {{"group", state.group}, {"error", trouble.what()}});
        rd_kafka_assign(kafka, nullptr);
        state.fatal = std::string("offsets cannot be read: ") + trouble.what();
        return;
      }
      rd_kafka_assign(kafka, partitions);
      state.assigned = true;
    } else {
      rd_kafka_assign(kafka, nullptr);
      state.assigned = false;
    }
  }
};

Consumer::Consumer(Options options, std::string group, std::vector<std::string> topics, Handler handle) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  state_->group = std::move(group);
  state_->topics = std::move(topics);
  state_->handle = std::move(handle);
  const Settings settings{{"bootstrap.servers", state_->options.brokers},
                          {"client.id", state_->options.service},
                          {"group.id", state_->group},
                          {"enable.auto.commit", "false"},
                          {"enable.auto.offset.store", "false"},
                          {"auto.offset.reset", "error"},
                          {"session.timeout.ms", "10000"},
                          {"max.poll.interval.ms", "300000"},
                          {"fetch.message.max.bytes", "8388608"},
                          {"receive.message.max.bytes", "134217728"},
                          {"queued.max.messages.kbytes", "32768"},
                          {"log.connection.close", "false"},
                          {"reconnect.backoff.max.ms", "1000"}};
  state_->kafka = open(
      RD_KAFKA_CONSUMER, settings,
      [](rd_kafka_conf_t* conf, void* opaque) {
        rd_kafka_conf_set_opaque(conf, opaque);
        rd_kafka_conf_set_rebalance_cb(conf, State::on_rebalance);
      },
      state_.get());
  rd_kafka_poll_set_consumer(state_->kafka.get());
}

Consumer::~Consumer() {
  if (state_->kafka) rd_kafka_consumer_close(state_->kafka.get());
}

bool Consumer::assigned() const { return state_->assigned; }

namespace {

/// Polls until something is there, then takes what has already arrived, up to the bounds.
std::vector<Incoming> poll_batch(rd_kafka_t* kafka, const std::string& group) {
  std::vector<Incoming> batch;
  std::size_t bytes = 0;
  int wait_ms = 200;
  while (batch.size() < kBatchMessagesMax && bytes < kBatchBytesMax) {
    const KafkaMessage message(rd_kafka_consumer_poll(kafka, wait_ms));
    if (!message) break;
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
      throw std::runtime_error("group " + group + " lost a range of the log: " + rd_kafka_message_errstr(message.get()));
    }
    if (message->err) {
      log::warn("kafka", {{"group", group}, {"error", rd_kafka_message_errstr(message.get())}});
      break;
    }
    batch.push_back(incoming_of(*message));
    bytes += batch.back().value.size();
    wait_ms = 0;
  }
  return batch;
}

/// One past the last offset of each partition of the batch.
PartitionList ends_of(std::span<const Incoming> batch) {
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> ends;
  for (const auto& message : batch) ends[{message.topic, message.partition}] = message.offset + 1;
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(ends.size())));
  for (const auto& [where, offset] : ends) rd_kafka_topic_partition_list_add(list.get(), where.first.c_str(), where.second)->offset = offset;
  return list;
}

void wait_unless_stopped(std::chrono::milliseconds time, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace

void Consumer::run(std::stop_token stop) {
  PartitionList wanted(rd_kafka_topic_partition_list_new(static_cast<int>(state_->topics.size())));
  for (const auto& topic : state_->topics) rd_kafka_topic_partition_list_add(wanted.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto error = rd_kafka_subscribe(state_->kafka.get(), wanted.get()); error) {
    throw std::runtime_error(std::string("cannot subscribe: ") + rd_kafka_err2str(error));
  }
  while (!stop.stop_requested()) {
    const auto batch = poll_batch(state_->kafka.get(), state_->group);
    if (!state_->fatal.empty()) throw std::runtime_error(state_->fatal);
    if (batch.empty()) continue;
    // The same batch again until it is durable; a consumer that is away too long is fenced by the group and the inbox drops repeats.
    for (std::chrono::milliseconds backoff = 50ms;; backoff = std::min(backoff * 2, kBackoffMax)) {
      try {
        state_->handle(batch);
        break;
      } catch (const std::exception& error) {
        log::warn("a batch was not handled and is tried again", {{"group", state_->group}, {"error", error.what()}, {"backoff_ms", static_cast<std::int64_t>(backoff.count())}});
        wait_unless_stopped(backoff, stop);
        if (stop.stop_requested()) return;
      }
    }
    const auto ends = ends_of(batch);
    if (const auto error = rd_kafka_commit(state_->kafka.get(), ends.get(), 0); error) {
      // Harmless: what is delivered again meets the inbox.
      log::warn("offsets were not committed", {{"group", state_->group}, {"error", rd_kafka_err2str(error)}});
    }
  }
}

}  // namespace q2o::bus
