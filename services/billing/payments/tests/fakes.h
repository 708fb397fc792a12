#pragma once

#include <algorithm>
#include <map>

#include "services/billing/payments/app/acknowledging.h"
#include "services/billing/payments/app/analysis.h"
#include "services/billing/payments/app/cashier.h"
#include "services/billing/payments/app/payment_fold.h"
#include "services/billing/payments/app/settle.h"
#include "services/billing/payments/tests/shipped.h"
#include "services/billing/tests/fakes.h"

namespace q2o::billing::payments::fakes {

/// The module's tables in memory.
class FakePaymentStore final : public PaymentStore {
 public:
  std::map<std::string, v1::Quote> quote_rows;
  std::vector<v1::Checkout> checkout_rows;
  std::map<std::string, v1::Payment> payment_rows;
  std::map<std::string, v1::Subscription> subscription_rows;
  std::map<std::string, std::int64_t> uses;  ///< "subscription/migration" -> period

  void put(const v1::Quote& quote) override { quote_rows[quote.quote_id()] = quote; }
  std::optional<v1::Quote> quote(const std::string& tenant, const std::string& id) override {
    const auto found = quote_rows.find(id);
    return found == quote_rows.end() || found->second.tenant_id() != tenant ? std::nullopt : std::optional(found->second);
  }
  std::vector<v1::Quote> open_quotes(const std::string& tenant, const std::string& migration) override {
    std::vector<v1::Quote> out;
    for (const auto& [id, quote] : quote_rows) {
      const bool holds = std::ranges::any_of(quote.migrations(), [&](const auto& item) { return item.migration_id() == migration; });
      if (quote.tenant_id() == tenant && quote.state() == v1::QUOTE_STATE_OPEN && holds) out.push_back(quote);
    }
    return out;
  }
  std::vector<v1::Quote> quotes(const std::string& tenant, const std::string& after, std::uint32_t most) override {
    std::vector<v1::Quote> out;
    for (const auto& [id, quote] : quote_rows)
      if (quote.tenant_id() == tenant && id > after && out.size() < most) out.push_back(quote);
    return out;
  }
  void put(const v1::Checkout& checkout) override {
    const auto known = std::ranges::find(checkout_rows, checkout.checkout_id(), &v1::Checkout::checkout_id);
    if (known == checkout_rows.end())
      checkout_rows.push_back(checkout);
    else
      *known = checkout;
  }
  std::optional<v1::Checkout> checkout(const std::string& id) override {
    const auto known = std::ranges::find(checkout_rows, id, &v1::Checkout::checkout_id);
    return known == checkout_rows.end() ? std::nullopt : std::optional(*known);
  }
  std::vector<v1::Checkout> checkouts(const std::string& tenant, const std::string& subject) override {
    std::vector<v1::Checkout> out;
    for (const auto& each : checkout_rows)
      if (each.tenant_id() == tenant && subject_of(each) == subject) out.push_back(each);
    return out;
  }
  void put(const v1::Payment& payment) override { payment_rows[payment.payment_id()] = payment; }
  std::optional<v1::Payment> payment(const std::string& id) override {
    const auto found = payment_rows.find(id);
    return found == payment_rows.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<v1::Payment> payments(const std::string& tenant, bool problems, const std::string& after, std::uint32_t most) override {
    std::vector<v1::Payment> out;
    for (const auto& [id, payment] : payment_rows) {
      const bool shown = payment.state() != v1::PAYMENT_STATE_UNSPECIFIED && (tenant.empty() || payment.tenant_id() == tenant);
      if (shown && (!problems || is_open(payment)) && id > after && out.size() < most) out.push_back(payment);
    }
    return out;
  }
  void put(const v1::Subscription& subscription) override { subscription_rows[subscription.subscription_id()] = subscription; }
  std::optional<v1::Subscription> subscription(const std::string& id) override {
    const auto found = subscription_rows.find(id);
    return found == subscription_rows.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<v1::Subscription> subscriptions(const std::string& tenant) override {
    std::vector<v1::Subscription> out;
    for (const auto& [id, each] : subscription_rows)
      if (each.tenant_id() == tenant) out.push_back(each);
    return out;
  }
  std::optional<v1::Subscription> subscription_of(const std::string& customer) override {
    for (const auto& [id, each] : subscription_rows)
      if (!customer.empty() && each.customer_id() == customer) return each;
    return std::nullopt;
  }
  std::uint32_t plan_uses(const std::string& subscription, std::int64_t period) override {
    std::uint32_t n = 0;
    for (const auto& [key, start] : uses) n += key.starts_with(subscription + "/") && start == period ? 1 : 0;
    return n;
  }
  void use_plan(const v1::Subscription& subscription, const std::string& migration) override {
    uses.emplace(subscription.subscription_id() + "/" + migration, subscription.period_start());
  }
  std::vector<v1::PaymentEvent> told;
  void tell(const v1::PaymentEvent& event) override { told.push_back(event); }
};

/// A source that counts at once, or not yet.
class FakeCounters final : public Counters {
 public:
  std::optional<connector::v1::Assessment> known;
  connector::v1::Assessment next;  ///< what a count begins with
  int begun = 0;
  Result<std::optional<connector::v1::Assessment>> newest(const std::string&, const std::string&) override { return known; }
  Result<connector::v1::Assessment> begin(const std::string&, const std::string&) override {
    ++begun;
    known = next;
    return next;
  }
  /// `total` records of five years and more, `within` of them not older than 2022.
  static connector::v1::Assessment done(std::uint64_t within, std::uint64_t total, const std::string& id = "assessment-1") {
    connector::v1::Assessment out;
    out.set_assessment_id(id);
    out.set_state("done");
    out.set_finished_at("2026-09-21T11:00:00Z");
    // Rates are counted and cost nothing.
    out.set_records(total + 12'345);
    auto& rates = *out.add_entities();
    rates.set_entity("ExchangeRate");
    rates.set_records(12'345);
    auto& invoices = *out.add_entities();
    invoices.set_entity("Invoice");
    invoices.set_records(total);
    auto& old = *invoices.add_years();
    old.set_year(2015);
    old.set_records(total - within);
    auto& recent = *invoices.add_years();
    recent.set_year(2025);
    recent.set_records(within);
    return out;
  }
};

/// A provider that gives one page per idempotency key, and can fail.
class FakePages final : public PaymentPages {
 public:
  std::vector<NewSession> asked;
  std::optional<Error> fail_next;
  Result<Session> create(const NewSession& wanted, std::chrono::milliseconds) override {
    asked.push_back(wanted);
    if (fail_next) {
      const auto error = *fail_next;
      fail_next.reset();
      return fail(error);
    }
    return Session{"cs_" + wanted.idempotency_key, "https://pay.example/" + wanted.idempotency_key, 2'000'000'000};
  }
};

class FakeProbe final : public Probe {
 public:
  std::map<std::string, int> steps;
  std::map<std::string, std::int64_t> amounts;
  void step(const std::string& name) override { ++steps[name]; }
  void payment(const std::string&) override {}
  void amount(const std::string& kind, const std::string&, std::int64_t minor) override { amounts[kind] += minor; }
};

/// Lifecycle and payments in memory, with everything between them that is real.
struct World {
  billing::fakes::FakeMigrations migrations;
  billing::fakes::FakePeers peers;
  FakePaymentStore store;
  FakePages pages;
  FakeProbe probe;
  std::int64_t now = 1'790'000'000;  // 2026-09-21
  Pricing pricing = shipped_pricing();

  static std::string clock() { return "2026-09-21T12:00:00.000Z"; }
  TransactBoth both = [this](const std::function<void(Migrations&, PaymentStore&)>& work) {
    auto a = migrations;
    auto b = store;
    work(a, b);
    migrations = a;
    store = b;
  };
  Commands commands{[this](const std::function<void(Migrations&)>& work) { work(migrations); }, peers, clock};
  Prices prices = [this] { return std::make_shared<const Pricing>(pricing); };
  Plans plans{both, prices, clock, probe};
  Quotes quotes{both, prices, plans, config::Secret("key"), clock, [this] { return now; }, probe};
  Acknowledging acknowledging{both, clock};
  Cashier cashier{both, pages, quotes, prices, {{"half", "price_half"}}, clock, [this] { return now; }, probe};
  Settler settler{{{"price_half", "half"}, {"price_starter", "starter"}, {"price_freebie", "freebie"}},
                  [](const std::string& plan) { return "Plan " + plan; },
                  clock};
  FakeCounters counters;
  Analysis analysis{both, counters, peers, quotes, prices, clock, probe};

  Caller owner{"tenant", "cli:ann", {}};

  /// Of so many years; 0: all of the history.
  std::string draft(std::uint32_t years = 5, const std::string& name = "Bakery") {
    v1::CreateMigrationRequest request;
    request.set_name(name);
    request.set_platform("quickbooks_online");
    request.set_source_connection_id("source");
    request.set_target_id("target");
    if (years != 0) request.mutable_extent()->set_years(years);
    return commands.create(owner, request)->migration_id();
  }
  Result<v1::Quote> quote(const std::vector<std::string>& ids) {
    v1::RequestQuoteRequest request;
    for (const auto& id : ids) request.add_companies()->set_migration_id(id);
    return quotes.request(owner, request);
  }
  Result<v1::Checkout> checkout(const std::string& quote_id) {
    v1::CheckoutRequest request;
    request.set_quote_id(quote_id);
    request.set_success_url("https://app.example/paid");
    return cashier.checkout(owner, request, std::chrono::seconds(5));
  }
  v1::Migration migration(const std::string& id) { return migrations.rows.at(id); }
  State state(const std::string& id) { return static_cast<State>(migration(id).state()); }
  Applied apply(const StripeEvent& event) {
    Applied out;
    both([&](Migrations& m, PaymentStore& s) { out = settler.apply(event, m, s); });
    return out;
  }
  /// Events about the session of a checkout over `minor`.
  StripeEvent session(SessionFact::Kind kind, const v1::Checkout& checkout, std::int64_t minor, const std::string& status = "paid") const {
    SessionFact fact;
    fact.kind = kind;
    fact.session = checkout.session_id();
    fact.intent = "pi_" + checkout.checkout_id();
    fact.mode = "payment";
    fact.payment_status = status;
    fact.currency = "USD";
    fact.checkout = checkout.checkout_id();
    fact.total = fact.subtotal = minor;
    return {"evt", "checkout.session", now, false, fact};
  }
  /// Asked for when it is told of first.
  StripeEvent refund(const v1::Checkout& checkout, std::int64_t minor, const std::string& id = "re_1",
                     const std::string& status = "succeeded") {
    const auto created = refunds_asked.emplace(id, now).first->second;
    return {"evt", "refund.created", now, false, RefundFact{"pi_" + checkout.checkout_id(), id, status, minor, "", created}};
  }
  std::map<std::string, std::int64_t> refunds_asked;
  StripeEvent dispute(const v1::Checkout& checkout, const std::string& status, bool closed) const {
    return {"evt", "charge.dispute", now, false, DisputeFact{"pi_" + checkout.checkout_id(), "du_1", status, closed}};
  }
  StripeEvent plan(const std::string& price, const std::string& status, std::int64_t created = 1) const {
    return {"evt", "customer.subscription.updated", created, false, SubscriptionFact{"sub_1", "tenant", price, status, 100, 200, "cus_1"}};
  }
  /// A paid order, and its checkout.
  v1::Checkout paid(const std::vector<std::string>& ids) {
    const auto given = *quote(ids);
    const auto page = *checkout(given.quote_id());
    apply(session(SessionFact::Kind::completed, page, std::stoll(given.total()) * 100));
    return page;
  }
};

}  // namespace q2o::billing::payments::fakes
