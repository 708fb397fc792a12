#include "services/billing/payments/app/settle.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/billing/payments/app/news.h"
#include "services/billing/payments/app/problem.h"
#include "services/billing/payments/domain/words.h"

namespace q2o::billing::payments {
namespace {

constexpr const char* kSelf = "stripe";
constexpr std::string_view kRemedy = "Give it back at Stripe, or mark the right migration as paid.";

/// The migrations that this very payment has paid.
std::vector<Aggregate> paid_with(const v1::Payment& payment, Migrations& migrations) {
  std::vector<Aggregate> out;
  for (const auto& id : payment.migration_ids()) {
    auto migration = migrations.find(payment.tenant_id(), id);
    if (migration && migration->get().payment_id() == payment.payment_id()) out.push_back(std::move(*migration));
  }
  return out;
}

bool in_run(const Aggregate& migration) {
  return migration.state() == State::running || migration.state() == State::validating;
}

void put_on_hold(Aggregate& migration, const char* kind, const std::string& why, const std::string& now) {
  migration.edit().set_payment_hold(why);
  if (in_run(migration)) migration.direct(v1::DIRECTIVE_PAUSE, kSelf, why, now);
  migration.note(kind, kSelf, why, now);
}

/// Why the money is not what the quote says; empty when it is.
std::string difference(const v1::Payment& payment, const v1::Quote& quote) {
  const auto wanted = minor_units(Decimal::of(quote.total()), quote.currency());
  if (payment.currency() != quote.currency()) return fmt::format("it is in {}, the quote in {}", payment.currency(), quote.currency());
  if (payment.subtotal_minor() != wanted)
    return fmt::format("{} were asked for, the quote says {}", from_minor_units(payment.subtotal_minor(), quote.currency()).to_string(),
                       quote.total());
  if (payment.total_minor() - payment.tax_minor() != wanted) return "a discount was given that is not ours";
  return "";
}

}  // namespace

Applied Settler::apply(const StripeEvent& event, Migrations& migrations, PaymentStore& store) const {
  if (const auto* fact = std::get_if<SessionFact>(&event.fact)) return session(*fact, migrations, store);
  if (const auto* fact = std::get_if<RefundFact>(&event.fact)) return about_payment(*fact, event.created, migrations, store);
  if (const auto* fact = std::get_if<ChargeFact>(&event.fact)) return about_payment(*fact, event.created, migrations, store);
  if (const auto* fact = std::get_if<DisputeFact>(&event.fact)) return about_payment(*fact, event.created, migrations, store);
  if (const auto* fact = std::get_if<SubscriptionFact>(&event.fact)) return subscription(*fact, event.created, store);
  return {};
}

Applied Settler::session(const SessionFact& fact, Migrations& migrations, PaymentStore& store) const {
  const auto checkout = fact.checkout.empty() ? std::nullopt : store.checkout(fact.checkout);
  if (fact.kind == SessionFact::Kind::expired) {
    const bool open = checkout && checkout->state() != v1::CHECKOUT_STATE_COMPLETED;
    return open ? ended(*checkout, "nobody paid in time", migrations, store) : Applied();
  }
  if (fact.mode == "subscription") {  // the subscription's own events say the rest
    if (checkout) {
      auto done = *checkout;
      done.set_state(v1::CHECKOUT_STATE_COMPLETED);
      store.put(done);
    }
    return {};
  }
  const auto& id = fact.intent.empty() ? fact.session : fact.intent;
  auto payment = store.payment(id).value_or(v1::Payment());
  const auto before = was_paid(payment) ? standing_of(payment) : Standing();  // nobody was told of it yet
  if (payment.payment_id().empty()) {
    payment.set_payment_id(id);
    payment.set_created_at(now_());
  }
  merge(payment, fact);
  // Whose it is says our own record of the page, not what the event repeats of it.
  payment.set_tenant_id(checkout ? checkout->tenant_id() : "");
  payment.set_quote_id(checkout ? checkout->quote_id() : "");
  if (checkout && payment.migration_ids().empty()) {
    if (const auto quote = store.quote(checkout->tenant_id(), checkout->quote_id())) {
      for (const auto& migration : quote->migrations()) payment.add_migration_ids(migration.migration_id());
    }
  }
  if (checkout && checkout->state() != v1::CHECKOUT_STATE_COMPLETED && payment.session_outcome() != v1::SESSION_OUTCOME_FAILED) {
    auto done = *checkout;
    done.set_state(v1::CHECKOUT_STATE_COMPLETED);
    done.set_session_id(fact.session);
    store.put(done);
  }
  return settle(payment, before, migrations, store);
}

template <class Fact>
Applied Settler::about_payment(const Fact& fact, std::int64_t created, Migrations& migrations, PaymentStore& store) const {
  if (fact.intent.empty()) return {};
  auto payment = store.payment(fact.intent).value_or(v1::Payment());
  if (payment.payment_id().empty()) {  // it comes before its session
    payment.set_payment_id(fact.intent);
    payment.set_created_at(now_());
  }
  auto before = standing_of(payment);
  merge(payment, fact, created);
  if constexpr (requires { fact.customer; }) {
    if (payment.tenant_id().empty() && payment.session_id().empty()) {
      if (const auto plan = store.subscription_of(fact.customer)) {
        payment.set_tenant_id(plan->tenant_id());
        before = {};  // nobody was told of it yet
      }
    }
  }
  return settle(payment, before, migrations, store);
}

Applied Settler::ended(const v1::Checkout& checkout, const std::string& why, Migrations& migrations, PaymentStore& store) const {
  if (checkout.state() == v1::CHECKOUT_STATE_ENDED) return {};
  auto done = checkout;
  done.set_state(v1::CHECKOUT_STATE_ENDED);
  store.put(done);
  const auto all = store.checkouts(checkout.tenant_id(), subject_of(checkout));
  const bool newest = !all.empty() && all.back().checkout_id() == checkout.checkout_id();
  const auto quote = store.quote(checkout.tenant_id(), checkout.quote_id());
  if (!newest || !quote) return {};
  for (const auto& each : quote->migrations()) {
    auto migration = migrations.find(checkout.tenant_id(), each.migration_id());
    if (migration && migration->get().quote_id() == quote->quote_id() && migration->step(Trigger::payment_expired, kSelf, why, now_()))
      migrations.save(*migration);
  }
  return {.outcome = "ended"};
}

Applied Settler::settle(v1::Payment& payment, const Standing& before, Migrations& migrations, PaymentStore& store) const {
  refresh(payment);
  payment.set_updated_at(now_());
  const auto problem_before = payment.problem();
  Applied out;
  if (payment.session_outcome() == v1::SESSION_OUTCOME_UNPAID) {
    for (const auto& id : payment.migration_ids()) {
      auto migration = migrations.find(payment.tenant_id(), id);
      if (!migration || migration->get().quote_id() != payment.quote_id()) continue;
      if (migration->step(Trigger::payment_begun, kSelf, "", now_())) {
        migrations.save(*migration);
        out.outcome = "processing";
      }
    }
  } else if (payment.session_outcome() == v1::SESSION_OUTCOME_FAILED) {
    const auto all = store.checkouts(payment.tenant_id(), payment.quote_id());
    const auto mine = std::ranges::find(all, payment.session_id(), &v1::Checkout::session_id);
    if (mine != all.end()) out = ended(*mine, "the payment failed", migrations, store);
    if (out.outcome == "ended") tell(store, failed(payment, store, now_()));
  } else if (was_paid(payment)) {
    out = paid(payment, before, migrations, store);
  } else if (const auto refunded = refunded_minor(payment); refunded > before.refunded) {
    tell(store, payments::refunded(payment, refunded - before.refunded, store, now_()));
  }
  payment.set_problem(problem_of(payment));
  if (out.outcome == "nothing" && !payment.problem().empty() && payment.problem() != problem_before) out.outcome = "problem";
  store.put(payment);
  return out;
}

Applied Settler::paid(v1::Payment& payment, const Standing& before, Migrations& migrations, PaymentStore& store) const {
  Applied out;
  out.currency = payment.currency();
  const bool first = !payment.confirmed() && !payment.revoked() && payment.misfit().empty();
  if (first) {
    confirm(payment, migrations, store);
    out.outcome = payment.misfit().empty() ? "confirmed" : "problem";
    out.confirmed = payment.confirmed();
    out.paid_minor = payment.total_minor();
    tell(store, received(payment, store, now_()));
  }
  // Once taken back it stays so, also where the money comes back to us because a refund failed: it was not wanted any more, and nothing
  // runs that nobody wants. An operator decides, and the end is the same in whatever order it was told.
  if (was_taken_back(payment) && !payment.revoked()) revoke(payment, migrations, store);
  if (!payment.revoked()) dispute(payment, out, migrations, store);

  const auto now = standing_of(payment);
  if (now.refunded > before.refunded) {
    if (!payment.revoked()) {
      for (auto& migration : paid_with(payment, migrations)) {
        migration.note("PAYMENT_PARTLY_REFUNDED", kSelf,
                       fmt::format("{} of {} {}", payment.refunded(), payment.total(), payment.currency()), now_());
        migrations.save(migration);
      }
    }
    if (!first) out.outcome = "partly_refunded";
    out.gone_minor += now.refunded - before.refunded;
    tell(store, payments::refunded(payment, now.refunded - before.refunded, store, now_()));
  }
  if (now.failed > before.failed) {
    if (!first) out.outcome = "refund_failed";
    tell(store, refund_failed(payment, now.failed - before.failed, store, now_()));
  }
  if (now.lost && !before.lost) {
    out.gone_minor += payment.total_minor() - now.refunded;
    tell(store, dispute_over(payment, true, store, now_()));
  }
  if (is_gone(payment) && out.gone_minor > 0) out.outcome = "refunded";
  return out;
}

void Settler::dispute(v1::Payment& payment, Applied& out, Migrations& migrations, PaymentStore& store) const {
  const bool disputed = payment.state() == v1::PAYMENT_STATE_DISPUTED;
  if (disputed && !payment.held()) {
    hold(payment, migrations);
    out.outcome = "disputed";
    tell(store, payments::disputed(payment, store, now_()));
  } else if (!disputed && payment.held()) {
    release(payment, migrations);
    out.outcome = "dispute_over";
    tell(store, dispute_over(payment, false, store, now_()));
  }
}

void Settler::tell(PaymentStore& store, const v1::PaymentEvent& event) const {
  if (!event.tenant_id().empty()) store.tell(event);
}

void Settler::confirm(v1::Payment& payment, Migrations& migrations, PaymentStore& store) const {
  const auto problem = [&](const std::string& what) { payment.set_misfit(what + ". " + std::string(kRemedy)); };
  if (payment.quote_id().empty()) return problem("It was not made on a payment page of ours");
  auto quote = store.quote(payment.tenant_id(), payment.quote_id());
  if (!quote) return problem("Its quote is not known");
  if (const auto differs = difference(payment, *quote); !differs.empty()) return problem("It is not what the quote says: " + differs);
  if (quote->state() == v1::QUOTE_STATE_PAID) return problem("Its quote was paid before");
  if (quote->state() == v1::QUOTE_STATE_VOIDED) return problem("Its quote had been voided");
  std::string left_out;
  std::vector<Aggregate> paid;
  for (const auto& each : quote->migrations()) {
    auto migration = migrations.find(payment.tenant_id(), each.migration_id());
    if (!migration || migration->get().quote_id() != quote->quote_id()) {
      left_out += fmt::format("{}the migration {} has another quote", left_out.empty() ? "" : "; ", each.migration_id());
      continue;
    }
    migration->edit().set_payment_id(payment.payment_id());
    migration->edit().set_paid_by("payment");
    migration->edit().clear_payment_hold();
    const auto from = migration->state();
    const auto words = fmt::format("{} {}", payment.total(), payment.currency());
    if (!migration->step(Trigger::payment_confirmed, kSelf, words, now_())) {
      left_out += fmt::format("{}the migration {} was {} already", left_out.empty() ? "" : "; ", each.migration_id(), name(from));
      continue;
    }
    paid.push_back(std::move(*migration));
  }
  if (!left_out.empty()) problem("It pays for what needed no payment: " + left_out);
  if (paid.empty()) return;
  for (auto& migration : paid) migrations.save(migration);
  quote->set_state(v1::QUOTE_STATE_PAID);
  store.put(*quote);
  payment.set_confirmed(true);
}

void Settler::revoke(v1::Payment& payment, Migrations& migrations, PaymentStore& store) const {
  const std::string why = payment.state() == v1::PAYMENT_STATE_DISPUTE_LOST ? "the dispute about the payment was lost"
                          : is_gone(payment)                                ? "the payment was given back"
                                                                            : "a refund of the whole payment failed: an operator decides";
  for (auto& migration : paid_with(payment, migrations)) {
    if (next(migration.state(), Trigger::payment_refunded)) {
      migration.edit().clear_payment_id();
      migration.edit().clear_paid_by();
      migration.edit().clear_payment_hold();
      static_cast<void>(migration.step(Trigger::payment_refunded, kSelf, why, now_()));
    } else {
      put_on_hold(migration, "PAYMENT_GIVEN_BACK", why, now_());
      payment.add_held_migration_ids(migration.get().migration_id());
    }
    migrations.save(migration);
  }
  if (payment.confirmed()) {
    if (auto quote = store.quote(payment.tenant_id(), payment.quote_id())) {
      quote->set_state(v1::QUOTE_STATE_VOIDED);
      store.put(*quote);
    }
  }
  payment.set_revoked(true);
  payment.set_held(false);
}

void Settler::hold(v1::Payment& payment, Migrations& migrations) const {
  for (auto& migration : paid_with(payment, migrations)) {
    put_on_hold(migration, "PAYMENT_DISPUTED", "the payment is disputed at the bank", now_());
    migrations.save(migration);
  }
  payment.set_held(true);
}

void Settler::release(v1::Payment& payment, Migrations& migrations) const {
  for (auto& migration : paid_with(payment, migrations)) {
    migration.edit().clear_payment_hold();
    migration.note("PAYMENT_DISPUTE_OVER", kSelf, "resume what was paused", now_());
    migrations.save(migration);
  }
  payment.set_held(false);
}

Applied Settler::subscription(const SubscriptionFact& fact, std::int64_t created, PaymentStore& store) const {
  auto known = store.subscription(fact.subscription).value_or(v1::Subscription());
  const bool ended = known.status() == "canceled" || known.status() == "incomplete_expired";
  if (ended || known.event_created() > created) return {};
  const auto before = known;
  known.set_subscription_id(fact.subscription);
  if (!fact.tenant.empty()) known.set_tenant_id(fact.tenant);
  known.set_price_id(fact.price);
  if (!fact.customer.empty()) known.set_customer_id(fact.customer);
  const auto plan = plans_.find(fact.price);
  known.set_plan(plan == plans_.end() ? "" : plan->second);
  known.set_status(fact.status);
  known.set_period_start(fact.period_start);
  known.set_period_end(fact.period_end);
  known.set_event_created(created);
  store.put(known);
  const bool differs = before.plan() != known.plan() || before.status() != known.status() || before.period_end() != known.period_end();
  if (differs) tell(store, plan_changed(known, plan_name_(known.plan()), now_()));
  return {.outcome = "plan"};
}

}  // namespace q2o::billing::payments
