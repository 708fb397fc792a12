#include "common/bus/handles.h"
#include "common/bus/message.h"

namespace q2o::bus {
namespace {

constexpr int kPollMs = 500;
constexpr auto kSilenceMax = std::chrono::seconds(30);

Error lost(const Range& range, const std::string& what) {
  return Error{Code::data_loss, "the recorded range " + range.topic + "/" + std::to_string(range.partition) + " cannot be read: " + what, Retry::never, Effect::none,
               "RANGE_LOST", "The topic's retention has passed it: run a new migration run from the source.", {}};
}

}  // namespace

Status read_range(const Options& options, const Range& range, const std::function<void(const Incoming&)>& each, std::stop_token stop) {
  if (range.last < range.first) return {};
  const Kafka kafka = open(RD_KAFKA_CONSUMER, {{"bootstrap.servers", options.brokers},
                                               {"client.id", options.service + "-replay"},
                                               {"group.id", options.service + "-replay"},  // required by the client, never joined
                                               {"enable.auto.commit", "false"},
                                               {"auto.offset.reset", "error"},
                                               {"enable.partition.eof", "true"},
                                               {"queued.max.messages.kbytes", "32768"}});
  rd_kafka_poll_set_consumer(kafka.get());
  PartitionList where(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(where.get(), range.topic.c_str(), range.partition)->offset = range.first;
  if (const auto error = rd_kafka_assign(kafka.get(), where.get()); error) return fail(lost(range, rd_kafka_err2str(error)));
  auto heard = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    const KafkaMessage message(rd_kafka_consumer_poll(kafka.get(), kPollMs));
    if (!message) {
      if (std::chrono::steady_clock::now() - heard < kSilenceMax) continue;
      return fail(Error{Code::unavailable, "kafka is silent", Retry::after_backoff, Effect::none, "KAFKA_SILENT", "Look at `make logs SERVICE=kafka`.", {}});
    }
    heard = std::chrono::steady_clock::now();
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return fail(lost(range, "the log ends before offset " + std::to_string(range.last)));
    if (message->err) return fail(lost(range, rd_kafka_message_errstr(message.get())));
    if (message->offset > range.last) return {};
    each(incoming_of(*message));
    if (message->offset == range.last) return {};
  }
  return fail(Error{Code::cancelled, "stopped", Retry::after_backoff, Effect::none, "STOPPED", "", {}});
}

}  // namespace q2o::bus
