#include "services/billing/payments/app/plans.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/billing/domain/extent.h"
#include "services/billing/payments/domain/volume.h"
#include "services/billing/payments/domain/words.h"

namespace q2o::billing::payments {
namespace {

/// Stripe goes on trying to collect a renewal for a while: nobody loses a plan by that.
bool is_in_force(const v1::Subscription& subscription) {
  return subscription.status() == "active" || subscription.status() == "trialing" || subscription.status() == "past_due";
}

}  // namespace

std::uint32_t Plans::years_priced(const v1::Migration& migration) const {
  if (!is_all(migration.extent())) return years_of(migration.extent(), now_().substr(0, 10));
  return count_binds(migration) ? within(migration.counted(), migration.extent(), now_().substr(0, 10)).years() : 0;
}

std::optional<v1::Subscription> Plans::in_force(PaymentStore& store, const std::string& tenant, const Pricing& pricing) {
  std::optional<v1::Subscription> best;
  std::uint32_t years = 0;
  for (const auto& subscription : store.subscriptions(tenant)) {
    const auto* plan = pricing.plan(subscription.plan());
    if (plan == nullptr || !is_in_force(subscription) || plan->years <= years) continue;
    years = plan->years;
    best = subscription;
  }
  return best;
}

Status Plans::allows(PaymentStore& store, const std::string& tenant, std::uint32_t years) {
  const auto pricing = prices_();
  const auto subscription = in_force(store, tenant, *pricing);
  if (!subscription) return {};
  const auto& plan = *pricing->plan(subscription->plan());
  if (years <= plan.years) return {};
  return fail(Code::failed_precondition,
              fmt::format("the plan {} covers {} years of history, {} are asked for", plan.name, plan.years, years), "PLAN_YEARS",
              "Ask for fewer years, or take a larger plan.");
}

Status Plans::allows(const std::string& tenant, std::uint32_t years) {
  Status out;
  transact_([&](Migrations&, PaymentStore& store) { out = allows(store, tenant, years); });
  return out;
}

Result<v1::GetPlanResponse> Plans::get(const Caller& caller) {
  v1::GetPlanResponse out;
  const auto pricing = prices_();
  transact_([&](Migrations&, PaymentStore& store) {
    out.Clear();
    const auto subscription = in_force(store, caller.tenant, *pricing);
    if (!subscription) return;
    const auto& plan = *pricing->plan(subscription->plan());
    *out.mutable_subscription() = *subscription;
    out.set_name(plan.name);
    out.set_years_max(plan.years);
    out.set_migrations_included(plan.migrations_included);
    out.set_migrations_used(store.plan_uses(subscription->subscription_id(), subscription->period_start()));
  });
  return out;
}

Status Plans::use(const Caller& caller, const std::string& migration_id) {
  Status out;
  bool paid = false;
  const auto pricing = prices_();
  transact_([&](Migrations& migrations, PaymentStore& store) {
    paid = false;
    const auto work = [&]() -> Status {
      if (const auto known = answered_before(migrations, caller)) return known->map([](const auto&) {});
      auto migration = migrations.find(caller.tenant, migration_id);
      if (!migration)
        return fail(Code::not_found, fmt::format("there is no migration '{}'", migration_id), "MIGRATION_NOT_FOUND",
                    "List the migrations to see their ids.");
      if (migration->get().paid_by() == "plan") return {};  // asked twice
      const auto subscription = in_force(store, caller.tenant, *pricing);
      if (!subscription) return fail(Code::failed_precondition, "no plan is in force", "NO_PLAN", "Subscribe to a plan, or pay the quote.");
      if (subscription->status() == "past_due")
        return fail(Code::failed_precondition, "the plan's last payment failed", "PLAN_PAST_DUE", "Pay the open invoice, then ask again.");
      const auto& plan = *pricing->plan(subscription->plan());
      if (plan.migrations_included == 0)
        return fail(Code::failed_precondition, fmt::format("the plan {} includes no migration", plan.name), "PLAN_INCLUDES_NONE",
                    "Pay the quote, or take a larger plan.");
      if (store.plan_uses(subscription->subscription_id(), subscription->period_start()) >= plan.migrations_included)
        return fail(Code::failed_precondition,
                    fmt::format("the plan {} includes {} in each period, used already", plan.name,
                                counted(plan.migrations_included, "migration", "migrations")),
                    "PLAN_USED_UP", "Pay the quote, or wait for the next period.");
      const auto years = years_priced(migration->get());
      if (years == 0)  // else all of the history would come with a plan of a few years
        return fail(Code::failed_precondition, "the migration does not say how many years are to be moved", "YEARS_MISSING",
                    "Ask for a quote with the years, or have them counted.");
      if (auto allowed = allows(store, caller.tenant, years); !allowed) return allowed;
      migration->edit().set_paid_by("plan");
      if (auto done = migration->step(Trigger::entitled, caller.actor, fmt::format("plan {}", plan.name), now_()); !done) return done;
      store.use_plan(*subscription, migration_id);
      migrations.save(*migration);
      remember_answer(migrations, caller, migration_id, "");
      paid = true;
      return {};
    };
    out = work();
  });
  if (paid) probe_.step("paid");
  return out;
}

}  // namespace q2o::billing::payments
