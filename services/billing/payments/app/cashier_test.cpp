#include "services/billing/payments/app/cashier.h"

#include <gtest/gtest.h>

#include "services/billing/payments/tests/fakes.h"

namespace q2o::billing::payments {
namespace {

using fakes::World;
using Kind = SessionFact::Kind;

constexpr std::int64_t kPrice = 209'900;

TEST(Cashier, ALostAnswerIsAskedForWithTheSameKey) {
  World world;
  const auto id = world.draft();
  const auto quote = *world.quote({id});
  world.pages.fail_next = Error{Code::deadline_exceeded, "no answer", Retry::after_backoff, Effect::unknown, "", "", {}};
  EXPECT_FALSE(world.checkout(quote.quote_id()));
  EXPECT_EQ(world.state(id), State::priced);
  const auto page = world.checkout(quote.quote_id());
  ASSERT_TRUE(page);
  EXPECT_EQ(world.pages.asked[0].idempotency_key, world.pages.asked[1].idempotency_key);
  EXPECT_EQ(world.state(id), State::pending_payment);
  EXPECT_EQ(world.checkout(quote.quote_id())->url(), page->url()) << "the same page as long as it is open";
  EXPECT_EQ(world.pages.asked.size(), 2u);
  EXPECT_EQ(world.pages.asked[0].items[0].minor, kPrice);

  world.now = 2'000'000'001;
  EXPECT_EQ(world.checkout(quote.quote_id()).error().reason, "QUOTE_EXPIRED");
}

TEST(Cashier, TheSameKeyGivesTheSamePageAlsoWhenItIsPaid) {
  World world;
  const auto quote = *world.quote({world.draft()});
  world.owner.idempotency_key = "pay-1";
  world.pages.fail_next = Error{Code::deadline_exceeded, "no answer", Retry::after_backoff, Effect::unknown, "", "", {}};
  EXPECT_FALSE(world.checkout(quote.quote_id()));
  const auto page = world.checkout(quote.quote_id());
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(world.pages.asked.size(), 2u);
  world.apply(world.session(Kind::completed, *page, kPrice));
  const auto again = world.checkout(quote.quote_id());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->checkout_id(), page->checkout_id());
  EXPECT_EQ(world.pages.asked.size(), 2u);
  world.owner.request = "another";
  EXPECT_EQ(world.checkout(quote.quote_id()).error().reason, "IDEMPOTENCY_KEY_REUSED");
}

TEST(Cashier, AKeyIsAnsweredAlsoWhenItsPlanIsNotOfferedAnyMore) {
  World world;
  world.owner.idempotency_key = "plan-1";
  v1::SubscribeRequest request;
  request.set_plan("half");
  request.set_success_url("https://app.example/plan");
  const auto page = world.cashier.subscribe(world.owner, request, std::chrono::seconds(5));
  ASSERT_TRUE(page) << page.error().message;
  world.pricing.plans.clear();
  const auto again = world.cashier.subscribe(world.owner, request, std::chrono::seconds(5));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->url(), page->url());
  world.owner.idempotency_key = "plan-2";
  EXPECT_EQ(world.cashier.subscribe(world.owner, request, std::chrono::seconds(5)).error().reason, "PLAN_UNKNOWN");
}

TEST(Cashier, AWebhookMayBeFasterThanTheAnswer) {
  World world;
  const auto id = world.draft();
  const auto quote = *world.quote({id});
  world.pages.fail_next = Error{Code::deadline_exceeded, "no answer", Retry::after_backoff, Effect::unknown, "", "", {}};
  EXPECT_FALSE(world.checkout(quote.quote_id()));
  const auto begun = world.store.checkout_rows.front();
  EXPECT_EQ(world.apply(world.session(Kind::completed, begun, kPrice)).outcome, "confirmed");
  EXPECT_EQ(world.state(id), State::paid);
  EXPECT_EQ(world.checkout(quote.quote_id()).error().reason, "QUOTE_PAID");
}

TEST(Cashier, ARefusedPageIsBegunAnewWithAnotherKey) {
  World world;
  const auto quote = *world.quote({world.draft()});
  world.pages.fail_next = Error{Code::failed_precondition, "no such price", Retry::never, Effect::none, "STRIPE_REFUSED", "", {}};
  EXPECT_EQ(world.checkout(quote.quote_id()).error().reason, "STRIPE_REFUSED");
  ASSERT_TRUE(world.checkout(quote.quote_id()));
  EXPECT_NE(world.pages.asked[0].idempotency_key, world.pages.asked[1].idempotency_key);
  v1::CheckoutRequest bad;
  bad.set_quote_id(quote.quote_id());
  bad.set_success_url("javascript:alert(1)");
  EXPECT_EQ(world.cashier.checkout(world.owner, bad, std::chrono::seconds(1)).error().reason, "URL_INVALID");
}

}  // namespace
}  // namespace q2o::billing::payments
