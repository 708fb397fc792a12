#include "services/billing/payments/adapters/pg_payment_store.h"

#include <stdexcept>

#include "common/bus/bus.h"
#include "common/bus/topic.h"
#include "services/billing/payments/app/payment_fold.h"

namespace q2o::billing::payments {
namespace {

template <class Body>
std::vector<Body> bodies(const pg::Rows& rows) {
  std::vector<Body> out;
  for (const auto& row : rows) {
    if (!out.emplace_back().ParseFromString(row.bytes("body")))
      throw std::runtime_error("a stored " + Body().GetTypeName() + " cannot be read");
  }
  return out;
}

template <class Body>
std::optional<Body> body(const pg::Rows& rows) {
  auto all = bodies<Body>(rows);
  if (all.empty()) return std::nullopt;
  return std::move(all.front());
}

template <class Body>
pg::Param bytes(const Body& body) {
  return pg::Param::bytes(body.SerializeAsString());
}

constexpr std::string_view kName = "billing.quote.name";  // id: the quote

/// A company's name goes with its migration's key, also where a quote stays in our books.
v1::Quote sealed(pg::Tx& tx, v1::Quote quote) {
  for (auto& item : *quote.mutable_migrations())
    item.set_name(tx.seal_text({quote.tenant_id(), item.migration_id(), kName, quote.quote_id()}, item.name()));
  return quote;
}

v1::Quote opened(pg::Tx& tx, v1::Quote quote) {
  for (auto& item : *quote.mutable_migrations()) {
    if (!sealing::is_sealed(item.name()) || tx.seal() == nullptr) continue;
    auto name = tx.seal()->open({quote.tenant_id(), item.migration_id(), kName, quote.quote_id()}, item.name());
    if (!name && name.error().reason != "KEY_DESTROYED") throw std::runtime_error("a quote cannot be opened: " + name.error().message);
    item.set_name(name.value_or(""));
  }
  return quote;
}

std::vector<v1::Quote> quotes_of(pg::Tx& tx, const pg::Rows& rows) {
  auto out = bodies<v1::Quote>(rows);
  for (auto& quote : out) quote = opened(tx, std::move(quote));
  return out;
}

}  // namespace

void PgPaymentStore::put(const v1::Quote& plain) {
  const auto quote = sealed(tx_, plain);
  tx_.exec(
      "INSERT INTO quote(quote_id, tenant_id, state, body) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (quote_id) DO UPDATE SET state = EXCLUDED.state, body = EXCLUDED.body",
      {quote.quote_id(), quote.tenant_id(), static_cast<int>(quote.state()), bytes(quote)});
  for (const auto& item : quote.migrations()) {
    tx_.exec("INSERT INTO quote_migration(quote_id, migration_id, tenant_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
             {quote.quote_id(), item.migration_id(), quote.tenant_id()});
  }
}

std::optional<v1::Quote> PgPaymentStore::quote(const std::string& tenant, const std::string& quote_id) {
  auto found = quotes_of(tx_, tx_.exec("SELECT body FROM quote WHERE quote_id = $1 AND tenant_id = $2 FOR UPDATE", {quote_id, tenant}));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<v1::Quote> PgPaymentStore::open_quotes(const std::string& tenant, const std::string& migration_id) {
  return quotes_of(tx_, tx_.exec("SELECT q.body FROM quote_migration m JOIN quote q ON q.quote_id = m.quote_id "
                                 "WHERE m.migration_id = $1 AND q.tenant_id = $2 AND q.state = $3 ORDER BY q.quote_id FOR UPDATE OF q",
                                 {migration_id, tenant, static_cast<int>(v1::QUOTE_STATE_OPEN)}));
}

std::vector<v1::Quote> PgPaymentStore::quotes(const std::string& tenant, const std::string& after, std::uint32_t most) {
  return quotes_of(
      tx_, tx_.exec("SELECT body FROM quote WHERE tenant_id = $1 AND quote_id > $2 ORDER BY quote_id LIMIT $3", {tenant, after, most}));
}

void PgPaymentStore::put(const v1::Checkout& checkout) {
  tx_.exec(
      "INSERT INTO checkout(checkout_id, tenant_id, subject, body) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (checkout_id) DO UPDATE SET body = EXCLUDED.body",
      {checkout.checkout_id(), checkout.tenant_id(), subject_of(checkout), bytes(checkout)});
}

std::optional<v1::Checkout> PgPaymentStore::checkout(const std::string& checkout_id) {
  return body<v1::Checkout>(tx_.exec("SELECT body FROM checkout WHERE checkout_id = $1 FOR UPDATE", {checkout_id}));
}

std::vector<v1::Checkout> PgPaymentStore::checkouts(const std::string& tenant, const std::string& subject) {
  return bodies<v1::Checkout>(
      tx_.exec("SELECT body FROM checkout WHERE tenant_id = $1 AND subject = $2 ORDER BY number FOR UPDATE", {tenant, subject}));
}

void PgPaymentStore::put(const v1::Payment& payment) {
  tx_.exec(
      "INSERT INTO payment(payment_id, tenant_id, shown, problem, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (payment_id) DO UPDATE SET "
      "tenant_id = EXCLUDED.tenant_id, shown = EXCLUDED.shown, problem = EXCLUDED.problem, body = EXCLUDED.body",
      {payment.payment_id(), payment.tenant_id(), payment.state() != v1::PAYMENT_STATE_UNSPECIFIED, is_open(payment), bytes(payment)});
}

std::optional<v1::Payment> PgPaymentStore::payment(const std::string& payment_id) {
  return body<v1::Payment>(tx_.exec("SELECT body FROM payment WHERE payment_id = $1 FOR UPDATE", {payment_id}));
}

std::vector<v1::Payment> PgPaymentStore::payments(const std::string& tenant, bool problems, const std::string& after, std::uint32_t most) {
  return bodies<v1::Payment>(
      tx_.exec("SELECT body FROM payment WHERE payment_id > $1 AND shown AND ($2 = '' OR tenant_id = $2) AND (problem OR NOT $3::boolean) "
               "ORDER BY payment_id LIMIT $4",
               {after, tenant, problems, most}));
}

void PgPaymentStore::put(const v1::Subscription& subscription) {
  tx_.exec(
      "INSERT INTO subscription(subscription_id, tenant_id, customer_id, body) VALUES ($1, $2, $3, $4) ON CONFLICT (subscription_id) DO "
      "UPDATE SET tenant_id = EXCLUDED.tenant_id, customer_id = EXCLUDED.customer_id, body = EXCLUDED.body",
      {subscription.subscription_id(), subscription.tenant_id(), subscription.customer_id(), bytes(subscription)});
}

std::optional<v1::Subscription> PgPaymentStore::subscription(const std::string& subscription_id) {
  return body<v1::Subscription>(tx_.exec("SELECT body FROM subscription WHERE subscription_id = $1 FOR UPDATE", {subscription_id}));
}

std::vector<v1::Subscription> PgPaymentStore::subscriptions(const std::string& tenant) {
  return bodies<v1::Subscription>(
      tx_.exec("SELECT body FROM subscription WHERE tenant_id = $1 ORDER BY subscription_id FOR UPDATE", {tenant}));
}

std::optional<v1::Subscription> PgPaymentStore::subscription_of(const std::string& customer_id) {
  if (customer_id.empty()) return std::nullopt;
  return body<v1::Subscription>(
      tx_.exec("SELECT body FROM subscription WHERE customer_id = $1 ORDER BY subscription_id LIMIT 1 FOR UPDATE", {customer_id}));
}

std::uint32_t PgPaymentStore::plan_uses(const std::string& subscription_id, std::int64_t period_start) {
  return static_cast<std::uint32_t>(
      tx_.one("SELECT count(*) AS n FROM plan_use WHERE subscription_id = $1 AND period_start = $2", {subscription_id, period_start})
          .integer("n"));
}

void PgPaymentStore::use_plan(const v1::Subscription& subscription, const std::string& migration_id) {
  tx_.exec("INSERT INTO plan_use(subscription_id, migration_id, tenant_id, period_start) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
           {subscription.subscription_id(), migration_id, subscription.tenant_id(), subscription.period_start()});
}

void PgPaymentStore::tell(const v1::PaymentEvent& event) {
  bus::Outgoing message;
  message.topic = topic::kPayment;
  message.id = event.event_id();
  message.type = event.GetTypeName();
  message.tenant = event.tenant_id();
  // What names one company goes with the key of its migration, an order of several with the tenant's.
  const auto of = [&](const auto& about) {
    message.key = about.payment_id();
    if (about.items_size() == 1) message.migration = about.items(0).migration_id();
  };
  switch (event.kind_case()) {
    case v1::PaymentEvent::kReceived:
      of(event.received());
      break;
    case v1::PaymentEvent::kRefunded:
      of(event.refunded());
      break;
    case v1::PaymentEvent::kRefundFailed:
      of(event.refund_failed());
      break;
    case v1::PaymentEvent::kDisputed:
      of(event.disputed());
      break;
    case v1::PaymentEvent::kDisputeOver:
      of(event.dispute_over());
      break;
    case v1::PaymentEvent::kFailed:
      of(event.failed());
      break;
    case v1::PaymentEvent::kPlanChanged:
      message.key = event.plan_changed().subscription_id();
      break;
    case v1::PaymentEvent::KIND_NOT_SET:
      throw std::logic_error("a payment event tells nothing");
  }
  message.value = event.SerializeAsString();
  bus::store(tx_, message);
}

}  // namespace q2o::billing::payments
