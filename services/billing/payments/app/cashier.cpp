#include "services/billing/payments/app/cashier.h"

#include <fmt/format.h>

#include "common/acting/acting.h"
#include "common/calendar/calendar.h"
#include "common/failpoint/failpoint.h"
#include "common/ids/ids.h"
#include "services/billing/payments/domain/words.h"

namespace q2o::billing::payments {
namespace {

const failpoint::Point kBeforePage{"before_payment_page"};
const failpoint::Point kAfterPage{"after_payment_page"};

/// Asked for at the provider, and not known whether there is a page: it is asked for once more with the same key.
bool is_unknown(const v1::Checkout& checkout) {
  return checkout.state() == v1::CHECKOUT_STATE_CREATING;
}

Status check_urls(const std::string& success, const std::string& cancel) {
  const auto good = [](const std::string& url) {
    return (url.starts_with("https://") || url.starts_with("http://")) && url.size() < 2000 &&
           url.find_first_of(" \t\r\n") == std::string::npos;
  };
  if (good(success) && (cancel.empty() || good(cancel))) return {};
  return fail(Code::invalid_argument, "success_url (and cancel_url, where there is one) must be absolute addresses", "URL_INVALID",
              "Give the page to return to, as https://app.example.com/paid?session={CHECKOUT_SESSION_ID}.");
}

}  // namespace

std::optional<Result<v1::Checkout>> Cashier::visit_before(const Caller& caller, Migrations& migrations, PaymentStore& store) {
  auto known = answered_before(migrations, caller);
  if (!known) return std::nullopt;
  return known->and_then([&](const std::string& id) -> Result<v1::Checkout> {
    auto visit = store.checkout(id);
    acting::about("checkout", id);
    if (visit) return *visit;
    return fail(Code::data_loss, "the visit of this key is not known any more", "CHECKOUT_GONE", "Ask with a new key.");
  });
}

v1::Checkout Cashier::begun(v1::Checkout wanted, PaymentStore& store) const {
  const auto subject = subject_of(wanted);
  const auto all = store.checkouts(wanted.tenant_id(), subject);
  if (!all.empty()) {
    const auto& last = all.back();
    if (last.state() == v1::CHECKOUT_STATE_CREATING) return last;
    if (last.state() == v1::CHECKOUT_STATE_OPEN && seconds_() < last.expires_at_unix()) return last;
  }
  const auto number = std::to_string(all.size() + 1);
  wanted.set_checkout_id(ids::uuid_v5({"checkout", wanted.tenant_id(), subject, number}));
  wanted.set_idempotency_key(ids::uuid_v5({"stripe", wanted.checkout_id()}));
  wanted.set_state(v1::CHECKOUT_STATE_CREATING);
  wanted.set_created_at(now_());
  store.put(wanted);
  return wanted;
}

Result<v1::Checkout> Cashier::checkout(const Caller& caller, const v1::CheckoutRequest& request, std::chrono::milliseconds deadline) {
  if (auto good = check_urls(request.success_url(), request.cancel_url()); !good) return fail(good.error());
  Result<v1::Checkout> begun_one;
  NewSession session;
  transact_([&](Migrations& migrations, PaymentStore& store) {
    session = {};
    const auto work = [&]() -> Result<v1::Checkout> {
      if (auto known = visit_before(caller, migrations, store); known && (!*known || !is_unknown(**known))) return *known;
      const auto quote = store.quote(caller.tenant, request.quote_id());
      if (!quote)
        return fail(Code::not_found, fmt::format("there is no quote '{}'", request.quote_id()), "QUOTE_NOT_FOUND",
                    "List the quotes to see their ids.");
      if (auto good = quotes_.payable(*quote); !good) return fail(good.error());
      for (const auto& item : quote->migrations()) {
        const auto migration = migrations.find(caller.tenant, item.migration_id());
        if (migration && migration->get().quote_id() == quote->quote_id() &&
            (migration->state() == State::priced || migration->state() == State::pending_payment))
          continue;
        return fail(Code::failed_precondition, fmt::format("the migration {} does not wait for a payment", item.migration_id()),
                    "WRONG_STATE",
                    migration ? std::string(what_is_missing(migration->state(), Trigger::checkout_started)) : "Ask for a new quote.");
      }
      for (const auto& item : quote->migrations()) {
        const auto minor = minor_units(Decimal::of(item.price().total()), quote->currency());
        session.items.push_back(
            {fmt::format("Migration of {}", item.name().empty() ? item.price().platform_name() : item.name()), minor, {}});
      }
      session.currency = quote->currency();
      v1::Checkout wanted;
      wanted.set_tenant_id(caller.tenant);
      wanted.set_quote_id(quote->quote_id());
      wanted.set_success_url(request.success_url());
      wanted.set_cancel_url(request.cancel_url());
      auto visit = begun(std::move(wanted), store);
      acting::about("checkout", visit.checkout_id());
      remember_answer(migrations, caller, quote->migrations(0).migration_id(), visit.checkout_id());
      return visit;
    };
    begun_one = work();
  });
  if (!begun_one || !is_unknown(*begun_one)) return begun_one;
  auto out = opened(*begun_one, std::move(session), deadline);
  if (out) probe_.step("checkout");
  return out;
}

Result<v1::Checkout> Cashier::subscribe(const Caller& caller, const v1::SubscribeRequest& request, std::chrono::milliseconds deadline) {
  if (auto good = check_urls(request.success_url(), request.cancel_url()); !good) return fail(good.error());
  Result<v1::Checkout> begun_one;
  const auto price = price_ids_.find(request.plan());
  const bool offered = prices_()->plan(request.plan()) != nullptr && price != price_ids_.end();
  transact_([&](Migrations& migrations, PaymentStore& store) {
    const auto known = visit_before(caller, migrations, store);
    if (known && (offered || !*known || !is_unknown(**known))) {
      begun_one = *known;
      return;
    }
    if (!offered) {
      begun_one = fail(Code::not_found, fmt::format("the plan '{}' cannot be subscribed to", request.plan()), "PLAN_UNKNOWN",
                       "Give one of pricing_config.json that STRIPE_PLAN_MAP has a price for.");
      return;
    }
    v1::Checkout wanted;
    wanted.set_tenant_id(caller.tenant);
    wanted.set_plan(request.plan());
    wanted.set_success_url(request.success_url());
    wanted.set_cancel_url(request.cancel_url());
    begun_one = begun(std::move(wanted), store);
    acting::about("checkout", begun_one->checkout_id());
    remember_answer(migrations, caller, "", begun_one->checkout_id());
  });
  if (!begun_one || !is_unknown(*begun_one)) return begun_one;
  NewSession session;
  session.subscription = true;
  session.items.push_back({"", 0, price->second});
  return opened(std::move(*begun_one), std::move(session), deadline);
}

Result<v1::Checkout> Cashier::opened(v1::Checkout checkout, NewSession session, std::chrono::milliseconds deadline) {
  session.tenant = checkout.tenant_id();
  session.quote = checkout.quote_id();
  session.checkout = checkout.checkout_id();
  session.success_url = checkout.success_url();
  session.cancel_url = checkout.cancel_url();
  session.idempotency_key = checkout.idempotency_key();
  kBeforePage.hit();
  const auto page = pages_.create(session, deadline);
  kAfterPage.hit();
  if (!page && (page.error().effect == Effect::unknown || page.error().retry != Retry::never)) return fail(page.error());
  transact_([&](Migrations& migrations, PaymentStore& store) {
    // A webhook may have been faster.
    auto known = store.checkout(checkout.checkout_id()).value_or(checkout);
    if (known.state() == v1::CHECKOUT_STATE_CREATING) known.set_state(page ? v1::CHECKOUT_STATE_OPEN : v1::CHECKOUT_STATE_ENDED);
    if (page) {
      known.set_session_id(page->id);
      known.set_url(page->url);
      known.set_expires_at_unix(page->expires_at);
      known.set_expires_at(calendar::rfc3339(std::chrono::system_clock::time_point(std::chrono::seconds(page->expires_at))));
    }
    store.put(known);
    checkout = known;
    if (known.state() != v1::CHECKOUT_STATE_OPEN) return;
    const auto quote = store.quote(known.tenant_id(), known.quote_id());
    if (!quote) return;
    for (const auto& item : quote->migrations()) {
      auto migration = migrations.find(known.tenant_id(), item.migration_id());
      if (migration && migration->get().quote_id() == quote->quote_id() &&
          migration->step(Trigger::checkout_started, "billing", known.session_id(), now_()))
        migrations.save(*migration);
    }
  });
  if (!page) return fail(page.error());
  return checkout;
}

std::vector<v1::Payment> Cashier::payments(const std::string& tenant, bool problems, const std::string& after, std::uint32_t most) {
  std::vector<v1::Payment> out;
  transact_([&](Migrations&, PaymentStore& store) { out = store.payments(tenant, problems, after, most); });
  return out;
}

}  // namespace q2o::billing::payments
