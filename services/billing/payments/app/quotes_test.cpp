#include "services/billing/payments/app/quotes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/billing/payments/tests/fakes.h"

namespace q2o::billing::payments {
namespace {

using fakes::World;

TEST(Quotes, AQuotePricesAMigrationForTwoWeeks) {
  World world;
  const auto id = world.draft();
  const auto quote = world.quote({id});
  ASSERT_TRUE(quote) << quote.error().message;
  EXPECT_EQ(quote->total(), "2099");
  EXPECT_EQ(quote->currency(), "USD");
  EXPECT_EQ(quote->pricing_version(), shipped_pricing().version);
  EXPECT_EQ(world.state(id), State::priced);
  EXPECT_EQ(world.migration(id).price(), "2099");
  EXPECT_EQ(world.migrations.events[id].back().reason(), "2,099 USD: Professional, 5 years");
  EXPECT_TRUE(world.quotes.payable(*quote));
  world.now += 14 * 86'400;
  EXPECT_TRUE(world.quotes.payable(*quote));
  world.now += 1;
  EXPECT_EQ(world.quotes.payable(*quote).error().reason, "QUOTE_EXPIRED");
  EXPECT_EQ(world.quotes.get(world.owner, quote->quote_id())->state(), v1::QUOTE_STATE_EXPIRED);
  EXPECT_EQ(world.checkout(quote->quote_id()).error().reason, "QUOTE_EXPIRED");
}

TEST(Quotes, AnAlteredQuoteIsRefused) {
  World world;
  auto quote = *world.quote({world.draft()});
  quote.set_total("1");
  EXPECT_EQ(world.quotes.payable(quote).error().reason, "QUOTE_ALTERED");
}

TEST(Quotes, YearsThatAreQuotedAreTheYearsThatCome) {
  World world;
  const auto id = world.draft(0);
  EXPECT_EQ(world.quote({id}).error().reason, "YEARS_MISSING");
  v1::RequestQuoteRequest request;
  auto& company = *request.add_companies();
  company.set_migration_id(id);
  company.set_years(5);
  EXPECT_EQ(world.quotes.request(world.owner, request)->total(), "2099");
  EXPECT_EQ(world.migration(id).extent().years(), 5u);
  EXPECT_EQ(world.migration(id).extent_chosen_on(), "2026-09-21");
  company.set_years(3);
  EXPECT_EQ(world.quotes.request(world.owner, request).error().reason, "YEARS_DIFFER");
  company.set_years(101);
  company.set_migration_id(world.draft(0));
  EXPECT_EQ(world.quotes.request(world.owner, request).error().reason, "YEARS_OUT_OF_RANGE");
}

TEST(Quotes, ADayIsPricedByTheYearsSinceThen) {
  World world;
  v1::CreateMigrationRequest create;
  create.set_platform("quickbooks_online");
  create.mutable_extent()->set_first_day("2024-07-01");
  const auto id = world.commands.create(world.owner, create)->migration_id();
  EXPECT_EQ(world.quote({id})->migrations(0).price().years(), 3u);
}

TEST(Quotes, OnlyOperatorsSayWhatWasCounted) {
  World world;
  v1::RequestQuoteRequest request;
  auto& company = *request.add_companies();
  company.set_migration_id(world.draft());
  company.set_counted_records(28'543);
  EXPECT_EQ(world.quotes.request(world.owner, request).error().reason, "OPERATORS_ONLY");
  EXPECT_EQ(world.quotes.request({"tenant", "operator", {}}, request)->total(), "1899");
}

TEST(Quotes, SeveralCompaniesAreOneOrderAndANewQuoteVoidsIt) {
  World world;
  const auto one = world.draft(), other = world.draft(1);
  const auto order = *world.quote({one, other});
  EXPECT_EQ(order.migrations_size(), 2);
  EXPECT_EQ(order.total(), "2598");  // 2,099 + Starter 499
  const auto alone = *world.quote({one});
  EXPECT_EQ(world.quotes.get(world.owner, order.quote_id())->state(), v1::QUOTE_STATE_VOIDED);
  EXPECT_EQ(world.checkout(order.quote_id()).error().reason, "QUOTE_VOIDED");
  EXPECT_EQ(world.state(other), State::draft) << "its price went with the order";
  EXPECT_EQ(world.state(one), State::priced);
  EXPECT_EQ(world.migration(one).quote_id(), alone.quote_id());
  EXPECT_EQ(world.quote({one, one}).error().reason, "COMPANIES");
  EXPECT_EQ(world.quote({}).error().reason, "COMPANIES");
}

TEST(Quotes, EditingTheScopeVoidsTheQuote) {
  World world;
  const auto id = world.draft();
  const auto quote = *world.quote({id});
  v1::EditScopeRequest edit;
  edit.set_migration_id(id);
  edit.mutable_extent()->set_years(3);
  ASSERT_TRUE(world.quotes.edit_scope(world.owner, edit));
  EXPECT_EQ(world.state(id), State::draft);
  EXPECT_EQ(world.migration(id).price(), "");
  EXPECT_EQ(world.quotes.payable(*world.quotes.get(world.owner, quote.quote_id())).error().reason, "QUOTE_VOIDED");
  EXPECT_EQ(world.quote({id})->migrations(0).price().years(), 3u);
  EXPECT_EQ(world.migrations.events[id][1].reason(), "full history of 3 fiscal years, before it opening balances and open items");
  edit.mutable_extent()->set_first_day("2030-01-01");
  EXPECT_EQ(world.quotes.edit_scope(world.owner, edit).error().reason, "EXTENT_CONTRADICTION");
}

TEST(Quotes, TheSameKeyGivesTheSameQuote) {
  World world;
  v1::RequestQuoteRequest request;
  request.add_companies()->set_migration_id(world.draft());
  const Caller caller{"tenant", "cli", "key-1"};
  const auto first = world.quotes.request(caller, request), again = world.quotes.request(caller, request);
  EXPECT_EQ(first->quote_id(), again->quote_id());
  EXPECT_EQ(world.probe.steps["quote"], 1);
  const Caller mistaken{"tenant", "cli", "key-1", "another request"};
  EXPECT_EQ(world.quotes.request(mistaken, request).error().reason, "IDEMPOTENCY_KEY_REUSED");
}

TEST(Quotes, AnotherTenantsQuoteDoesNotExist) {
  World world;
  const auto id = world.draft();
  const auto quote = *world.quote({id});
  const Caller other{"other", "cli", {}};
  EXPECT_EQ(world.quotes.get(other, quote.quote_id()).error().code, Code::not_found);
  v1::RequestQuoteRequest request;
  request.add_companies()->set_migration_id(id);
  EXPECT_EQ(world.quotes.request(other, request).error().code, Code::not_found);
}

TEST(Plans, CapTheYearsAndEntitleAsOftenAsTheyInclude) {
  World world;
  world.commands.guard_years([&](const std::string& tenant, std::uint32_t years) { return world.plans.allows(tenant, years); });
  const auto one = world.draft(5), other = world.draft(4), many = world.draft(17), all = world.draft(0);
  EXPECT_EQ(world.plans.use(world.owner, one).error().reason, "NO_PLAN");
  world.apply(world.plan("price_half", "active"));
  EXPECT_EQ(world.quote({many}).error().reason, "PLAN_YEARS");
  v1::CreateMigrationRequest create;
  create.set_platform("quickbooks_online");
  create.set_source_connection_id("source");
  create.set_target_id("target");
  create.mutable_extent()->set_years(6);
  EXPECT_EQ(world.commands.create(world.owner, create).error().reason, "PLAN_YEARS");

  ASSERT_TRUE(world.quote({one}) && world.quote({other}));
  EXPECT_EQ(world.plans.use(world.owner, all).error().reason, "YEARS_MISSING") << "all of the history is no way around the plan";
  ASSERT_TRUE(world.plans.use(world.owner, one));
  EXPECT_EQ(world.state(one), State::paid);
  EXPECT_EQ(world.migration(one).paid_by(), "plan");
  EXPECT_EQ(world.migrations.events[one].back().kind(), "ENTITLED_BY_PLAN");
  EXPECT_TRUE(world.plans.use(world.owner, one)) << "asked twice";
  EXPECT_EQ(world.plans.use(world.owner, other).error().reason, "PLAN_USED_UP");
  EXPECT_EQ(world.plans.get(world.owner)->migrations_used(), 1u);

  world.apply(world.plan("price_half", "canceled", 5));
  world.apply(world.plan("price_half", "active", 3));  // late
  EXPECT_FALSE(world.plans.get(world.owner)->has_subscription());
  EXPECT_TRUE(world.quote({many})) << "without a plan each migration is paid";
}

TEST(Plans, APlanThatIncludesNothingOnlyCaps) {
  World world;
  const auto id = world.draft(3);
  ASSERT_TRUE(world.quote({id}));
  world.apply(world.plan("price_starter", "trialing"));
  EXPECT_EQ(world.plans.get(world.owner)->years_max(), 3u);
  EXPECT_EQ(world.plans.use(world.owner, id).error().reason, "PLAN_INCLUDES_NONE");
  world.apply(world.plan("price_unknown", "active", 9));
  EXPECT_FALSE(world.plans.get(world.owner)->has_subscription());
}

}  // namespace
}  // namespace q2o::billing::payments
