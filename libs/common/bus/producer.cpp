#include <condition_variable>
#include <mutex>
#include <thread>

#include "common/bus/handles.h"
#include "common/bus/message.h"

namespace q2o::bus {
namespace {

/// What one publish() waits for. Shared with the delivery reports, which may come after the caller gave up.
struct Batch {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Position> positions;
  std::size_t open = 0;
  std::string failure;
};

struct Ticket {
  std::shared_ptr<Batch> batch;
  std::size_t index = 0;
};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  const std::unique_ptr<Ticket> ticket(static_cast<Ticket*>(message->_private));
  std::lock_guard lock(ticket->batch->mutex);
  if (message->err) ticket->batch->failure = rd_kafka_err2str(message->err);
  else ticket->batch->positions[ticket->index] = {message->partition, message->offset};
  --ticket->batch->open;
  ticket->batch->changed.notify_all();
}

}  // namespace

struct Producer::State {
  Options options;
  Kafka kafka;
  std::jthread poller;
};

Producer::Producer(Options options) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  const Settings settings{{"bootstrap.servers", state_->options.brokers}, {"client.id", state_->options.service},
                          {"enable.idempotence", "true"},                {"compression.codec", "zstd"},
                          {"linger.ms", "2"},                            {"message.max.bytes", "17825792"},
                          {"queue.buffering.max.kbytes", "65536"},       {"delivery.timeout.ms", "120000"},
                          {"log.connection.close", "false"},             {"reconnect.backoff.max.ms", "1000"}};
  state_->kafka = open(RD_KAFKA_PRODUCER, settings, [](rd_kafka_conf_t* conf, void*) { rd_kafka_conf_set_dr_msg_cb(conf, on_delivery); });
  state_->poller = std::jthread([kafka = state_->kafka.get()](std::stop_token stop) {
    while (!stop.stop_requested()) rd_kafka_poll(kafka, 50);
  });
}

Producer::~Producer() {
  state_->poller.request_stop();
  state_->poller.join();
  rd_kafka_flush(state_->kafka.get(), 3000);
  rd_kafka_purge(state_->kafka.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(state_->kafka.get(), 1000);  // delivers the purged reports, which frees their tickets
}

Result<std::vector<Position>> Producer::publish(std::span<const Outgoing> messages, std::chrono::milliseconds deadline) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  auto batch = std::make_shared<Batch>();
  batch->positions.resize(messages.size());
  batch->open = messages.size();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Outgoing& message = messages[i];
    rd_kafka_headers_t* headers = rd_kafka_headers_new(12);
    for (const auto& [name, value] : headers_of(message, state_->options.service)) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(), static_cast<ssize_t>(value.size()));
    }
    auto ticket = std::make_unique<Ticket>(Ticket{batch, i});
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__QUEUE_FULL;
    while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL && std::chrono::steady_clock::now() < until) {
      error = rd_kafka_producev(state_->kafka.get(), RD_KAFKA_V_TOPIC(message.topic.c_str()), RD_KAFKA_V_KEY(message.key.data(), message.key.size()),
                                RD_KAFKA_V_VALUE(const_cast<char*>(message.value.data()), message.value.size()),
                                RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(ticket.get()), RD_KAFKA_V_END);
      if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) std::this_thread::yield();
    }
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_headers_destroy(headers);
      const bool too_large = error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
      return fail(Error{too_large ? Code::invalid_argument : Code::unavailable, "kafka does not take the message: " + std::string(rd_kafka_err2str(error)),
                        too_large ? Retry::never : Retry::after_backoff, Effect::unknown, "KAFKA_PRODUCE", "", {}});
    }
    (void)ticket.release();  // on_delivery owns it now
  }
  std::unique_lock lock(batch->mutex);
  const bool all = batch->changed.wait_until(lock, until, [&] { return batch->open == 0; });
  if (!all || !batch->failure.empty()) {
    return fail(Error{Code::unavailable, "kafka did not acknowledge: " + (batch->failure.empty() ? "no answer in time" : batch->failure), Retry::after_backoff,
                      Effect::unknown, "KAFKA_NOT_ACKNOWLEDGED", "Look at `make logs SERVICE=kafka`.", {}});
  }
  return std::move(batch->positions);
}

}  // namespace q2o::bus
