#include "common/bus/client.h"
#include "common/bus/sealed.h"
#include "common/failpoint/failpoint.h"
#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/pg/pg.h"

namespace q2o::bus {
namespace {

const failpoint::Point kBeforeRelay{"before_relay"};
const failpoint::Point kAfterRelay{"after_relay"};

constexpr int kRowsPerRound = 500;
constexpr std::int64_t kBytesPerRound = 32 << 20;
constexpr std::chrono::milliseconds kPublishDeadline{20000};
/// A lost NOTIFY costs at most this.
constexpr std::chrono::milliseconds kLookAtLeastEvery{1000};
constexpr std::chrono::hours kPurgeEvery{1};

std::vector<std::string> flat(const Headers& headers) {
  std::vector<std::string> out;
  for (const auto& [name, value] : headers) {
    out.push_back(name);
    out.push_back(value);
  }
  return out;
}

enum class Source { as_stored, our_schema };

/// One round trip. Identity values are drawn before commit: without the lock a later id could become visible first; `ordered` is
/// volatile and therefore done before the row is made. ce_source is the schema, which bears the service's name.
void insert(pg::Tx& tx, Envelope message, Source source) {
  if (const auto done = seal(tx.seal(), message); !done) throw std::runtime_error(done.error().message);
  const auto tenant = message.headers.find("q2o-tenant");
  tx.exec(
      "with ordered as (select pg_advisory_xact_lock(hashtextextended(current_schema() || '/' || $1 || '/' || $2, 1)), "
      "pg_notify('outbox_' || current_schema(), '')) "
      "insert into outbox (topic, key, value, tenant, headers) select $1, $2, $3::bytea, $6, $4::bytea[] || "
      "case when $5 then array['ce_source'::bytea, convert_to(current_schema(), 'UTF8')] else '{}'::bytea[] end from ordered",
      {message.topic, message.key, pg::Param::bytes(message.value), pg::Param::bytes_array(flat(message.headers)),
       source == Source::our_schema, tenant == message.headers.end() ? std::string() : tenant->second});
}

Envelope read(const pg::Row& row) {
  Envelope out{row.text("topic"), row.text("key"), row.bytes("value"), {}};
  const auto headers = row.bytes_array("headers");
  for (std::size_t i = 0; i + 1 < headers.size(); i += 2) out.headers[headers[i]] = headers[i + 1];
  return out;
}

/// One relay at a time: order would be lost between two.
bool is_active(pg::Tx& tx) {
  return tx.one("select pg_try_advisory_xact_lock(hashtextextended('q2o.outbox.' || current_schema(), 0)) as mine").boolean("mine");
}

/// The oldest rows, bounded in number and bytes (one row always fits).
pg::Rows oldest(pg::Tx& tx) {
  return tx.exec(
      "select id, topic, key, value, headers from (select *, sum(octet_length(value)) over (order by id) - octet_length(value) as before "
      "from (select * from outbox order by id limit $1) as first) as counted where before < $2 order by id",
      {kRowsPerRound, kBytesPerRound});
}

void purge_inbox(pg::Tx& tx) {
  // Topics keep 30 days (reports 90, re-read by nobody after that): what is older cannot be delivered again.
  tx.exec("delete from inbox where received_at < now() - interval '100 days'");
}

}  // namespace

void store(pg::Tx& tx, const Outgoing& message) {
  auto headers = headers_of(message, "");
  headers.erase("ce_source");
  insert(tx, {message.topic, message.key, message.value, std::move(headers)}, Source::our_schema);
}

void dead_letter(pg::Tx& tx, std::string_view service, const Incoming& message, const Error& error) {
  Envelope letter{"q2o." + std::string(service) + ".dlq.v1", message.key, message.value, message.headers};
  // The outbox keeps keys and tenants as text; the bytes of one that is none stay in a header.
  if (!is_plain_text(letter.key)) letter.headers["q2o-error-key"] = std::exchange(letter.key, {});
  if (const auto tenant = letter.headers.find("q2o-tenant"); tenant != letter.headers.end() && !is_plain_text(tenant->second))
    letter.headers["q2o-error-tenant"] = std::exchange(tenant->second, {});
  letter.headers["q2o-error-reason"] = error.reason;
  letter.headers["q2o-error-message"] = error.message;
  letter.headers["q2o-error-topic"] = message.topic;
  letter.headers["q2o-error-partition"] = std::to_string(message.partition);
  letter.headers["q2o-error-offset"] = std::to_string(message.offset);
  insert(tx, std::move(letter), Source::as_stored);
  log::error("message goes to the dead letters", {{"topic", message.topic},
                                                  {"partition", static_cast<std::int64_t>(message.partition)},
                                                  {"offset", message.offset},
                                                  {"reason", error.reason},
                                                  {"error", error.message}});
}

OutboxRelay::OutboxRelay(pg::Pool& pool, Producer& producer) : pool_(pool), producer_(producer) {}

std::size_t OutboxRelay::publish_some() {
  return pool_.transact([&](pg::Tx& tx) -> std::size_t {
    if (!is_active(tx)) return 0;
    const auto rows = oldest(tx);
    if (rows.empty()) return 0;
    std::vector<Envelope> messages;
    std::vector<std::int64_t> ids;
    for (const auto row : rows) {
      messages.push_back(read(row));
      ids.push_back(row.integer("id"));
    }
    kBeforeRelay.hit();
    if (const auto sent = producer_.publish(std::span<const Envelope>(messages), kPublishDeadline); !sent) {
      throw std::runtime_error(sent.error().message);
    }
    kAfterRelay.hit();  // published, but the rows are still there
    tx.exec("delete from outbox where id = any($1::bigint[])", {ids});
    return rows.size();
  });
}

void OutboxRelay::run(std::stop_token stop) {
  pg::Listener listener(pool_.options(), "outbox_" + pool_.options().schema);
  auto next_purge = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    try {
      if (publish_some() > 0) continue;
      if (std::chrono::steady_clock::now() >= next_purge) {
        pool_.transact([](pg::Tx& tx) { purge_inbox(tx); });
        next_purge += kPurgeEvery;
      }
    } catch (const std::exception& problem) {
      // The rows stay; ids are deterministic, so what did arrive does no harm when it arrives again.
      log::warn("outbox round failed, trying again", {{"error", problem.what()}});
    }
    listener.wait(kLookAtLeastEvery, stop);
  }
}

}  // namespace q2o::bus
