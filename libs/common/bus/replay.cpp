#include "common/bus/client.h"
#include "common/bus/sealed.h"

namespace q2o::bus {
namespace {

using Clock = std::chrono::steady_clock;
/// Without any progress for this long the broker counts as away.
constexpr std::chrono::seconds kPatience{30};

std::string name_of(const Range& range) {
  return range.topic + "/" + std::to_string(range.partition) + " [" + std::to_string(range.first) + ", " + std::to_string(range.last) + "]";
}

Client make_reader(const Options& options, const char* offset_reset) {
  // A consumer needs a group name; nothing is ever committed under it.
  return make_client(RD_KAFKA_CONSUMER, make_conf(options, {{"group.id", "q2o-replay"},
                                                            {"enable.auto.commit", "false"},
                                                            {"enable.auto.offset.store", "false"},
                                                            {"enable.partition.eof", "true"},
                                                            {"fetch.wait.max.ms", "100"},
                                                            {"auto.offset.reset", offset_reset},
                                                            {"queued.max.messages.kbytes", "16384"},
                                                            {"allow.auto.create.topics", "false"}}));
}

tl::unexpected<Error> lost(const Range& range, const std::string& what) {
  return fail(Code::data_loss, "replay of " + name_of(range) + ": " + what, "REPLAY_RANGE_LOST",
              "The log does not hold this range any more; read the source again (a new run).");
}

}  // namespace

Status read_range(const Options& options, const Range& range, const std::function<void(const Incoming&)>& each, std::stop_token stop) {
  if (range.last < range.first) return {};
  const auto client = make_reader(options, "error");
  rd_kafka_poll_set_consumer(client.get());
  auto list = partition_list(1);
  rd_kafka_topic_partition_list_add(list.get(), range.topic.c_str(), range.partition)->offset = range.first;
  rd_kafka_assign(client.get(), list.get());
  auto give_up = Clock::now() + kPatience;
  while (!stop.stop_requested()) {
    const Message message(rd_kafka_consumer_poll(client.get(), 100));
    if (!message) {
      if (Clock::now() > give_up) {
        return fail(Error{Code::unavailable,
                          "replay of " + name_of(range) + ": broker does not answer",
                          Retry::after_backoff,
                          Effect::none,
                          "BROKER",
                          {},
                          {}});
      }
      continue;
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return lost(range, "the log ends before the range does");
    if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || message->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
      return lost(range, rd_kafka_message_errstr(message.get()));
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;  // the client reconnects by itself; patience ends it
    give_up = Clock::now() + kPatience;
    if (message->offset <= range.last) {
      Incoming incoming = to_incoming(*message);
      const auto body = open(options.seal.get(), incoming);
      if (!body) return fail(body.error());
      // Only a purge ends a key: other migrations' messages lie in the range too, and may be gone. The reader still sees that they passed.
      if (*body == Body::ended) incoming.value.clear();
      each(incoming);
    }
    if (message->offset >= range.last) return {};
  }
  return fail(Code::cancelled, "replay of " + name_of(range) + " was stopped", "STOPPED");
}

void follow(const Options& options, const std::string& topic, const std::function<void(const Incoming&)>& each, std::stop_token stop) {
  const auto client = make_reader(options, "latest");
  rd_kafka_poll_set_consumer(client.get());
  auto list = partition_list(1);
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), 0)->offset = RD_KAFKA_OFFSET_END;
  rd_kafka_assign(client.get(), list.get());
  while (!stop.stop_requested()) {
    const Message message(rd_kafka_consumer_poll(client.get(), 100));
    if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) each(to_incoming(*message));
  }
}

}  // namespace q2o::bus
