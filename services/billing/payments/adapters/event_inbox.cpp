#include "services/billing/payments/adapters/event_inbox.h"

#include "common/failpoint/failpoint.h"
#include "common/log/log.h"
#include "common/pg/utc.h"
#include "services/billing/adapters/pg_migrations.h"
#include "services/billing/payments/adapters/pg_payment_store.h"
#include "services/billing/payments/domain/webhook_signature.h"

namespace q2o::billing::payments {
namespace {

const failpoint::Point kStored{"after_webhook_stored"};
const failpoint::Point kApplied{"after_event_applied"};
constexpr std::size_t kBodyBytesMax = 512u << 10;
constexpr std::string_view kOtherMode = "other_mode";

std::string place_of(const std::string& event) {
  return "billing/stripe_event/" + event;
}

}  // namespace

std::optional<bool> mode_of(const config::Secret& key) {
  const auto& text = key.reveal();  // sk_test_…, rk_live_…, sk_org_live_…
  if (text.find("_live_") != std::string::npos) return true;
  if (text.find("_test_") != std::string::npos) return false;
  return std::nullopt;
}

Status EventInbox::take(const std::string& body, const std::string& signature) {
  const auto refuse = [](Error error) {
    error.code = Code::invalid_argument;  // 400: Stripe shows it at the endpoint
    log::warn("webhook refused", {{"reason", error.reason}, {"message", error.message}});
    return fail(std::move(error));
  };
  if (body.size() > kBodyBytesMax)
    return refuse({Code::invalid_argument, "the webhook is too large", Retry::never, Effect::none, "BODY_TOO_LARGE", "", {}});
  if (auto good = verify_signature(signature, body, options_.secrets, seconds_()); !good) return refuse(good.error());
  const auto event = read_event(body);
  if (!event) return refuse(event.error());
  pool_.transact([&](pg::Tx& tx) {
    tx.exec("INSERT INTO stripe_event(event_id, tenant_id, type, body) VALUES ($1, '', $2, $3) ON CONFLICT (event_id) DO NOTHING",
            {event->id, event->type, pg::Param::bytes(options_.sealer.seal(config::Secret(body), place_of(event->id)))});
    tx.notify(kEventsChannel);
  });
  kStored.hit();
  return {};
}

std::string EventInbox::opened(const std::string& id, const std::string& stored) const {
  if (stored.starts_with('{')) return stored;
  auto body = options_.sealer.open(stored, place_of(id));
  if (!body) throw std::runtime_error(body.error().message);
  return body->reveal();
}

Applied EventInbox::apply(pg::Tx& tx, const std::string& id, const std::string& stored) const {
  const auto text = opened(id, stored);
  const auto event = read_event(text);
  if (!event) throw std::runtime_error(event.error().message);
  Applied out;
  if (event->live != options_.live.value_or(event->live)) {
    out.outcome = kOtherMode;
    tx.exec("UPDATE stripe_event SET done_at = now(), outcome = $2, body = $3 WHERE event_id = $1",
            {id, out.outcome, pg::Param::bytes(options_.sealer.seal(config::Secret(text), place_of(id)))});
    return out;
  }
  // One event at a time, over all replicas: events of one payment meet each other otherwise.
  tx.exec("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '/payments'))");
  PgMigrations migrations(tx);
  PgPaymentStore store(tx);
  out = settler_.apply(*event, migrations, store);
  tx.exec("UPDATE stripe_event SET done_at = now(), outcome = $2, body = '' WHERE event_id = $1", {id, out.outcome});
  return out;
}

void EventInbox::look_again() {
  pool_.transact([](pg::Tx& tx) {
    tx.exec("UPDATE stripe_event SET done_at = NULL, next_at = now() WHERE outcome = $1 AND done_at IS NOT NULL AND body <> ''",
            {kOtherMode});
  });
}

std::vector<v1::WaitingEvent> EventInbox::waiting(std::uint32_t most) const {
  std::vector<v1::WaitingEvent> out;
  pool_.transact([&](pg::Tx& tx) {
    out.clear();
    const auto rows =
        tx.exec("SELECT event_id, type, " + pg::utc("received_at", "at") +
                    ", attempts, outcome FROM stripe_event "
                    "WHERE (done_at IS NULL AND attempts > 0) OR (outcome = $1 AND body <> '') ORDER BY received_at, event_id LIMIT $2",
                {kOtherMode, most});
    for (const auto& row : rows) {
      auto& event = out.emplace_back();
      event.set_event_id(row.text("event_id"));
      event.set_type(row.text("type"));
      event.set_received_at(row.text("at"));
      event.set_attempts(static_cast<std::uint32_t>(row.integer("attempts")));
      event.set_problem(
          row.text("outcome") == kOtherMode
              ? "It is of the other mode (test or live) than stripe.secret_key. When the key is wrong, put the right one there "
                "and restart billing; when the event is, take this endpoint out at Stripe in that mode."
              : "It cannot be worked on: " + row.text("outcome"));
    }
  });
  return out;
}

bool EventInbox::work_on_one() {
  std::string id, type;
  Applied done;
  try {
    pool_.transact([&](pg::Tx& tx) {
      id.clear();
      const auto rows = tx.exec(
          "SELECT event_id, type, body FROM stripe_event WHERE done_at IS NULL AND next_at <= now() ORDER BY received_at, event_id LIMIT 1 "
          "FOR UPDATE SKIP LOCKED");
      if (rows.empty()) return;
      id = rows[0].text("event_id");
      type = rows[0].text("type");
      done = apply(tx, id, rows[0].bytes("body"));
    });
  } catch (const std::exception& problem) {
    if (id.empty()) throw;
    log::error("an event of Stripe cannot be worked on", {{"event", id}, {"type", type}, {"problem", problem.what()}});
    pool_.transact([&](pg::Tx& tx) {
      tx.exec(
          "UPDATE stripe_event SET attempts = attempts + 1, outcome = $2, next_at = now() + least(power(2, attempts), 3600) * interval '1 "
          "second' "
          "WHERE event_id = $1 AND done_at IS NULL",
          {id, std::string_view(problem.what())});
    });
    probe_.payment("failed");
    return true;
  }
  if (id.empty()) return false;
  kApplied.hit();
  if (done.outcome == kOtherMode)
    log::warn("an event of Stripe is of the other mode than stripe.secret_key", {{"event", id}, {"type", type}});
  else
    log::info("event of Stripe", {{"event", id}, {"type", type}, {"outcome", done.outcome}});
  probe_.payment(done.outcome);
  if (done.confirmed) probe_.step("paid");
  if (done.paid_minor > 0) probe_.amount("paid", done.currency, done.paid_minor);
  if (done.gone_minor > 0) probe_.amount("refunded", done.currency, done.gone_minor);
  return true;
}

}  // namespace q2o::billing::payments
