#include "common/bus/bus.h"
#include "common/bus/message.h"
#include "common/log/log.h"

namespace q2o::bus {
namespace {

using namespace std::chrono_literals;
constexpr const char* kChannel = "q2o_outbox";
constexpr int kRowsAtOnce = 500;
constexpr auto kLeaseTime = 15s;

/// The stored headers win over what the producer would make up.
Outgoing read(const pg::Row& row) {
  Outgoing message;
  message.topic = row.text("topic");
  message.key = row.text("key");
  message.value = row.bytes("value");
  const auto headers = row.text_array("headers");
  for (std::size_t i = 0; i + 1 < headers.size(); i += 2) message.extra[headers[i]] = headers[i + 1];
  return message;
}

/// Publishes the oldest rows and deletes them; how many there were. The rows' lock keeps a second relay from the same rows; the order
/// holds because only the holder of the advisory lock reads.
std::size_t publish_some(pg::Pool& pool, Producer& producer) {
  return pool.transact([&](pg::Tx& tx) -> std::size_t {
    if (!tx.one("select pg_try_advisory_xact_lock(hashtext(current_schema() || '/outbox')) as mine").boolean("mine")) return 0;
    const auto rows = tx.exec("select id, topic, key, value, headers from outbox order by id limit " + std::to_string(kRowsAtOnce));
    if (rows.empty()) return 0;
    std::vector<Outgoing> messages;
    std::vector<std::int64_t> ids;
    for (const auto row : rows) {
      messages.push_back(read(row));
      ids.push_back(row.integer("id"));
    }
    const auto sent = producer.publish(messages, kLeaseTime);
    if (!sent) throw std::runtime_error(sent.error().message);
    tx.exec("delete from outbox where id = any($1)", {ids});
    return rows.size();
  });
}

}  // namespace

void store(pg::Tx& tx, const Outgoing& message) {
  auto headers = headers_of(message, "");
  headers.erase("ce_source");  // the relay's producer knows the service
  std::vector<std::string> flat;
  for (const auto& [name, value] : headers) flat.insert(flat.end(), {name, value});
  tx.exec("insert into outbox (topic, key, value, headers) values ($1, $2, $3, $4)", {message.topic, message.key, pg::Param::bytes(message.value), flat});
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
  out.extra = message.headers;
  out.extra["q2o-error-message"] = error.message;
  out.extra["q2o-error-reason"] = error.reason;
  out.extra["q2o-error-topic"] = message.topic;
  out.extra["q2o-error-partition"] = std::to_string(message.partition);
  out.extra["q2o-error-offset"] = std::to_string(message.offset);
  store(tx, out);
}

}  // namespace q2o::bus
