#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/metrics/metrics.h"
#include "common/pg/pg.h"
#include "common/result/result.h"
#include "common/sealing/seal.h"

/// Kafka: at least once on the wire, exactly once in effect (design, section 2). Messages carry CloudEvents headers.
namespace q2o::bus {

using Headers = std::map<std::string, std::string>;

/// What we send. The key is the migration id (design, section 3).
struct Outgoing {
  std::string topic;
  std::string key;
  std::string value;  ///< protobuf bytes; empty: a tombstone, which ends the key in a compacted topic
  std::string id;     ///< ce_id: deterministic (ids::uuid_v5), what inboxes are keyed by
  std::string type;   ///< ce_type: full protobuf message name, e.g. "q2o.connector.v1.RawMessage"
  std::string tenant, migration;
  std::uint32_t run = 0;
  std::string entity;          ///< empty for facts
  std::uint64_t sequence = 0;  ///< per (run, stream)
  std::string traceparent;
  Headers extra;  ///< further headers; they win over the standard ones
};

struct Incoming {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string key, value;
  Headers headers;
  std::string id() const;  ///< ce_id; topic/partition/offset where a stranger left it out
  std::string header(std::string_view name) const;
};

/// A message as it lies in the outbox: headers already made.
struct Envelope {
  std::string topic, key, value;
  Headers headers;
};

struct Options {
  std::string brokers;
  std::string service;  ///< ce_source, client id, DLQ topic q2o.<service>.dlq.v1
  /// Bodies of a tenant are sealed when they are sent or stored (header q2o-dek) and opened before a handler sees them. Without it they
  /// pass as they are.
  std::shared_ptr<const sealing::Seal> seal = nullptr;
};
Options read_options(config::Reader& reader, std::string service);  ///< kafka.brokers

/// Where a message went: what a run's range is made of.
struct Position {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
};

/// Idempotent producer, zstd. Thread-safe.
class Producer {
 public:
  explicit Producer(Options options);
  ~Producer();
  /// Sends all and waits until the broker has acknowledged every one; positions in the order of the input.
  /// Error unavailable: unknown which of them arrived; repeat all (ids are deterministic).
  Result<std::vector<Position>> publish(std::span<const Outgoing> messages, std::chrono::milliseconds deadline);
  /// The same with any headers: what the outbox relay sends.
  Result<std::vector<Position>> publish(std::span<const Envelope> messages, std::chrono::milliseconds deadline);

 private:
  Result<std::vector<Position>> send(std::span<const Envelope> messages, std::chrono::milliseconds deadline);
  struct State;
  std::unique_ptr<State> state_;
};

/// Stores the message in the service's outbox table within the caller's transaction; the relay publishes it. Transactions that
/// store under the same topic and key follow one another until they commit, so the order of rows is the order of commits.
void store(pg::Tx& tx, const Outgoing& message);

/// Publishes outbox rows in order, woken by NOTIFY. One active relay per service (advisory lock); others stand by.
class OutboxRelay {
 public:
  OutboxRelay(pg::Pool& pool, Producer& producer);
  void run(std::stop_token stop);  ///< returns on stop
  /// One round: publishes and deletes at most a few hundred rows; how many. Used by run() and by tests.
  std::size_t publish_some();

 private:
  pg::Pool& pool_;
  Producer& producer_;
};

/// A consumer group member. `handle` gets a batch of one poll (all partitions, in order per partition), must make its effects
/// durable (one or more database transactions, inbox included) and return; then the offsets are committed to Kafka.
/// An exception from `handle` stops nothing: the batch is delivered again after a back-off. So does a body whose key cannot be asked for
/// now. Not handed over: tombstones, and bodies whose key was destroyed. One that was tampered with comes sealed as it is: no message.
/// A new group starts at the beginning of the log by an explicit commit; afterwards a lost range is an error (throws, process restarts).
class Consumer {
 public:
  using Handler = std::function<void(std::span<const Incoming>)>;
  Consumer(Options options, std::string group, std::vector<std::string> topics, Handler handle);
  ~Consumer();
  /// Shows q2o_bus_lag_messages{group}: messages of the log that this member has not handled yet. Call before run().
  void measure(metrics::Registry& registry);
  void run(std::stop_token stop);
  bool assigned() const;  ///< for readiness

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A message that cannot be decoded: original bytes and headers plus q2o-error-* go to the service's DLQ topic through the outbox.
void dead_letter(pg::Tx& tx, std::string_view service, const Incoming& message, const Error& error);

/// Group-less bounded read of [first, last] of one partition (replay). Calls `each` in order; stops at last.
struct Range {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t first = 0, last = -1;
};
Status read_range(const Options& options, const Range& range, const std::function<void(const Incoming&)>& each, std::stop_token stop);

/// Every message that comes from now on to a topic of one partition: no group, nothing is committed, so that each process sees all.
/// Returns on stop; waits for a broker that is away.
void follow(const Options& options, const std::string& topic, const std::function<void(const Incoming&)>& each, std::stop_token stop);

/// Creates the topics of config/topics.toml that are missing; complains about different settings. Error lists all complaints.
Status declare_topics(const Options& options, const std::string& topics_file);

/// What config/topics.toml says of one topic.
struct Topic {
  std::string name;
  int partitions = 1;
  int replication = 1;
  int retention_days = 30;
  bool compact = false;
  std::int64_t max_message_bytes = 0;
};
Result<std::vector<Topic>> read_topics(const std::string& topics_file);

}  // namespace q2o::bus
