#include "common/bus/bus.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "common/bus/client.h"
#include "common/bus/sealed.h"
#include "common/failpoint/failpoint.h"
#include "common/log/log.h"

namespace q2o::bus {
namespace {

using Clock = std::chrono::steady_clock;
const failpoint::Point kBeforeProduce{"before_produce"};
const failpoint::Point kAfterProduce{"after_produce"};

/// One publish() call. Shared with the delivery callbacks, which may outlive a call that ran out of time.
struct Batch {
  std::mutex mutex;
  std::condition_variable done;
  std::size_t open = 0;
  std::vector<Position> positions;
  rd_kafka_resp_err_t problem = RD_KAFKA_RESP_ERR_NO_ERROR;

  void settle(std::size_t index, const rd_kafka_message_t& message) {
    const std::lock_guard lock(mutex);
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) problem = message.err;
    positions[index] = {message.partition, message.offset};
    if (--open == 0) done.notify_all();
  }
};

struct Ticket {
  std::shared_ptr<Batch> batch;
  std::size_t index;
};

void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  const std::unique_ptr<Ticket> ticket(static_cast<Ticket*>(message->_private));
  ticket->batch->settle(ticket->index, *message);
}

using HeaderList = Handle<rd_kafka_headers_t, rd_kafka_headers_destroy>;

HeaderList header_list(const Headers& headers) {
  HeaderList out(rd_kafka_headers_new(headers.size()));
  for (const auto& [name, value] : headers) {
    rd_kafka_header_add(out.get(), name.c_str(), static_cast<ssize_t>(name.size()), value.data(), static_cast<ssize_t>(value.size()));
  }
  return out;
}

tl::unexpected<Error> failed(rd_kafka_resp_err_t problem) {
  const std::string text = rd_kafka_err2str(problem);
  switch (problem) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return fail(Code::resource_exhausted, "message is larger than the topic allows: " + text, "MESSAGE_TOO_LARGE");
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return fail(Code::failed_precondition, "topic does not exist: " + text, "UNKNOWN_TOPIC", "Declare it in config/topics.toml.");
    default:
      return fail(Error{Code::unavailable, "broker did not acknowledge: " + text, Retry::after_backoff, Effect::unknown, "BROKER", {}, {}});
  }
}

Client make_producer(const Options& options) {
  auto conf = make_conf(options, {{"enable.idempotence", "true"},
                                  {"compression.codec", "zstd"},
                                  {"linger.ms", "2"},
                                  {"message.max.bytes", std::to_string(kMessageBytesMax)},
                                  {"queue.buffering.max.kbytes", "131072"},
                                  {"message.timeout.ms", "30000"},
                                  {"topic.metadata.propagation.max.ms", "5000"},
                                  {"partitioner", "murmur2_random"}});
  rd_kafka_conf_set_dr_msg_cb(conf.get(), delivered);
  return make_client(RD_KAFKA_PRODUCER, std::move(conf));
}

}  // namespace

struct Producer::State {
  explicit State(Options given) : options(std::move(given)), client(make_producer(options)) {
    poller = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) rd_kafka_poll(current().get(), 50);
    });
  }
  ~State() {
    poller.request_stop();
    poller.join();
    rd_kafka_flush(client.get(), 2000);
    // What is still queued is given up; its callbacks free the tickets.
    rd_kafka_purge(client.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(client.get(), 200);
  }

  std::shared_ptr<rd_kafka_t> current() {
    const std::lock_guard lock(mutex);
    return client;
  }

  /// A fatal error of the idempotent producer ends that client for good; the next call gets a new one.
  void replace(const std::shared_ptr<rd_kafka_t>& broken) {
    const std::lock_guard lock(mutex);
    if (client != broken) return;
    log::warn("kafka producer is replaced after a fatal error", {{"service", options.service}});
    client = make_producer(options);
    rd_kafka_purge(broken.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(broken.get(), 500);  // wakes the calls that still wait for it
  }

  rd_kafka_resp_err_t enqueue(rd_kafka_t* to, const Envelope& message, const std::shared_ptr<Batch>& batch, std::size_t index,
                              Clock::time_point until) {
    for (;;) {
      auto headers = header_list(message.headers);
      auto ticket = std::make_unique<Ticket>(Ticket{batch, index});
      const auto problem = rd_kafka_producev(
          to, RD_KAFKA_V_TOPIC(message.topic.c_str()), RD_KAFKA_V_KEY(message.key.data(), message.key.size()),
          // A value without a place is a tombstone; an empty one with a place is none.
          RD_KAFKA_V_VALUE(message.value.empty() ? nullptr : const_cast<char*>(message.value.data()), message.value.size()),
          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_OPAQUE(ticket.get()), RD_KAFKA_V_END);
      if (problem == RD_KAFKA_RESP_ERR_NO_ERROR) {
        static_cast<void>(headers.release());  // both belong to librdkafka now
        static_cast<void>(ticket.release());
        return problem;
      }
      if (problem != RD_KAFKA_RESP_ERR__QUEUE_FULL || Clock::now() >= until) return problem;
      rd_kafka_poll(to, 20);
    }
  }

  Options options;
  std::mutex mutex;
  std::shared_ptr<rd_kafka_t> client;
  std::jthread poller;
};

Producer::Producer(Options options) : state_(std::make_unique<State>(std::move(options))) {}
Producer::~Producer() = default;

Result<std::vector<Position>> Producer::publish(std::span<const Envelope> messages, std::chrono::milliseconds deadline) {
  // What lies in the outbox is sealed already: a batch of it is sent as it lies, not copied first.
  const auto is_ready = [](const Envelope& message) { return message.value.empty() || sealing::is_sealed(message.value); };
  if (state_->options.seal == nullptr || std::ranges::all_of(messages, is_ready)) return send(messages, deadline);
  std::vector<Envelope> sealed(messages.begin(), messages.end());
  for (auto& message : sealed) {
    if (const auto done = seal(state_->options.seal.get(), message); !done) return fail(done.error());
  }
  return send(sealed, deadline);
}

Result<std::vector<Position>> Producer::send(std::span<const Envelope> messages, std::chrono::milliseconds deadline) {
  const auto until = Clock::now() + deadline;
  const auto client = state_->current();
  auto batch = std::make_shared<Batch>();
  batch->positions.resize(messages.size());
  batch->open = messages.size();
  rd_kafka_resp_err_t refused = RD_KAFKA_RESP_ERR_NO_ERROR;
  for (std::size_t i = 0; i < messages.size() && refused == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    refused = state_->enqueue(client.get(), messages[i], batch, i, until);
    if (refused == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const std::lock_guard lock(batch->mutex);
    batch->open -= messages.size() - i;
    batch->problem = refused;
  }
  std::unique_lock lock(batch->mutex);
  const bool all_settled = batch->done.wait_until(lock, until, [&] { return batch->open == 0; });
  if (rd_kafka_fatal_error(client.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR) state_->replace(client);
  if (batch->problem != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(batch->problem);
  if (!all_settled) return failed(RD_KAFKA_RESP_ERR__TIMED_OUT);
  return std::move(batch->positions);
}

Result<std::vector<Position>> Producer::publish(std::span<const Outgoing> messages, std::chrono::milliseconds deadline) {
  std::vector<Envelope> envelopes;
  envelopes.reserve(messages.size());
  for (const auto& message : messages) {
    auto& envelope = envelopes.emplace_back(message.topic, message.key, std::string(), headers_of(message, state_->options.service));
    auto sealed = sealed_body(state_->options.seal.get(), envelope.topic, envelope.headers, message.value);
    if (!sealed) return fail(sealed.error());
    envelope.value = *sealed ? std::move(**sealed) : message.value;
  }
  try {
    kBeforeProduce.hit();
    auto positions = send(envelopes, deadline);
    kAfterProduce.hit();
    return positions;
  } catch (const failpoint::Struck& hurt) {
    return fail(Error{Code::unavailable, hurt.what(), Retry::after_backoff, Effect::unknown, "BROKER", {}, {}});
  }
}

}  // namespace q2o::bus
