#include "common/bus/bus.h"
#include "common/log/log.h"

namespace q2o::bus {
namespace {

using namespace std::chrono_literals;
constexpr const char* kChannel = "q2o_outbox";
constexpr int kRowsAtOnce = 500;
constexpr auto kLeaseTime = 15s;

Outgoing read(const pg::Row& row) {
  Outgoing message;
  message.topic = row.text("topic");
  message.key = row.text("key");
  message.value = row.bytes("value");
  message.id = row.text("message_id");
  message.type = row.text("type");
  message.tenant = row.text("tenant");
  message.migration = row.text("migration");
  message.run = static_cast<std::uint32_t>(row.integer("run"));
  message.entity = row.text("entity");
  message.sequence = static_cast<std::uint64_t>(row.integer("sequence"));
  message.traceparent = row.text("traceparent");
  return message;
}

/// Publishes the oldest rows and deletes them; how many there were. The rows' lock keeps a second relay from the same rows; the order
/// holds because only the holder of the advisory lock reads.
std::size_t publish_some(pg::Pool& pool, Producer& producer) {
  return pool.transact([&](pg::Tx& tx) -> std::size_t {
    if (!tx.one("select pg_try_advisory_xact_lock(hashtext(current_schema() || '/outbox')) as mine").boolean("mine")) return 0;
    const auto rows = tx.exec("select * from outbox order by position limit " + std::to_string(kRowsAtOnce));
    if (rows.empty()) return 0;
    std::vector<Outgoing> messages;
    std::vector<std::int64_t> positions;
    for (const auto row : rows) {
      messages.push_back(read(row));
      positions.push_back(row.integer("position"));
    }
    const auto sent = producer.publish(messages, kLeaseTime);
    if (!sent) throw std::runtime_error(sent.error().message);
    tx.exec("delete from outbox where position = any($1)", {positions});
    return rows.size();
  });
}

}  // namespace

void store(pg::Tx& tx, const Outgoing& message) {
  tx.exec("insert into outbox (topic, key, value, message_id, type, tenant, migration, run, entity, sequence, traceparent) "
          "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
          {message.topic, message.key, pg::Param::bytes(message.value), message.id, message.type, message.tenant, message.migration, message.run,
           message.entity, message.sequence, message.traceparent});
  tx.notify(kChannel);
}

OutboxRelay::OutboxRelay(pg::Pool& pool, Producer& producer) : pool_(pool), producer_(producer) {}

void OutboxRelay::run(std::stop_token stop) {
  pg::Listener wake(pool_.options(), kChannel);
  while (!stop.stop_requested()) {
    try {
      while (!stop.stop_requested() && publish_some(pool_, producer_) > 0) {
      }
      wake.wait(1000ms, stop);
    } catch (const std::exception& error) {
      log::warn("outbox rows were not published and are tried again", {{"error", error.what()}});
      wake.wait(500ms, stop);
    }
  }
}

void dead_letter(pg::Tx& tx, std::string_view service, const Incoming& message, const Error& error) {
  Outgoing out;
  out.topic = "q2o." + std::string(service) + ".dlq.v1";
  out.key = message.key;
  out.value = message.value;
  out.id = message.id();
  out.type = message.header("ce_type");
  out.tenant = message.header("q2o-tenant");
  out.migration = message.header("q2o-migration");
  out.entity = message.header("q2o-entity");
  // The reason travels in the trace-independent header below; the outbox keeps one text column for extra headers.
  out.error = error.message + (error.reason.empty() ? "" : " (" + error.reason + ")");
  out.error_source = message.topic + "/" + std::to_string(message.partition) + "/" + std::to_string(message.offset);
  store(tx, out);
}

}  // namespace q2o::bus
