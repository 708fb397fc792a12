#include "services/billing/payments/app/settle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "services/billing/payments/tests/fakes.h"

namespace q2o::billing::payments {
namespace {

using fakes::World;
using ::testing::HasSubstr;
using Kind = SessionFact::Kind;

constexpr std::int64_t kPrice = 209'900;

/// Whatever the order and however often: the end is the same.
TEST(SettlingInAnyOrder, TheEndFollowsFromWhatHappenedAlone) {
  std::vector<std::size_t> order(5);
  std::iota(order.begin(), order.end(), 0u);
  int orders = 0;
  do {
    World world;
    const auto id = world.draft();
    const auto page = *world.checkout(world.quote({id})->quote_id());
    const std::vector<StripeEvent> events{world.session(Kind::completed, page, kPrice, "unpaid"),
                                          world.session(Kind::async_succeeded, page, kPrice), world.dispute(page, "needs_response", false),
                                          world.dispute(page, "won", true), world.refund(page, 9'900)};
    for (const auto number : order) {
      world.apply(events[number]);
      if (orders % 2 == 0) world.apply(events[number]);
    }
    EXPECT_EQ(world.state(id), State::paid);
    EXPECT_EQ(world.migration(id).payment_hold(), "");
    const auto payment = world.store.payment_rows.begin()->second;
    EXPECT_EQ(payment.state(), v1::PAYMENT_STATE_PARTLY_REFUNDED);
    EXPECT_EQ(payment.refunded(), "99.00");
    EXPECT_EQ(payment.problem(), "");
    // And the whole rest is given back.
    world.apply(world.refund(page, kPrice - 9'900, "re_2"));
    EXPECT_EQ(world.state(id), State::priced);
    ++orders;
  } while (std::ranges::next_permutation(order).found);
  EXPECT_EQ(orders, 120);
}

/// A full refund that fails, whatever is told first: unpaid until an operator decides, and shown to him.
TEST(SettlingInAnyOrder, AFailedRefundOfAllEndsTheSame) {
  for (const bool in_two : {false, true}) {
    std::vector<std::size_t> order(in_two ? 5 : 6);
    std::iota(order.begin(), order.end(), 0u);
    int orders = 0;
    do {
      World world;
      const auto id = world.draft();
      const auto page = *world.checkout(world.quote({id})->quote_id());
      std::vector<StripeEvent> events{world.session(Kind::completed, page, kPrice, "unpaid"),
                                      world.session(Kind::async_succeeded, page, kPrice)};
      const auto first = in_two ? kPrice - 9'900 : kPrice;
      events.push_back(world.refund(page, first, "re_1", in_two ? "succeeded" : "pending"));
      if (in_two)
        events.push_back(world.refund(page, 9'900, "re_2", "pending"));
      else
        events.push_back({"evt", "charge.refunded", world.now, false, ChargeFact{"pi_" + page.checkout_id(), kPrice, kPrice, "USD"}});
      ++world.now;
      events.push_back(world.refund(page, in_two ? 9'900 : kPrice, in_two ? "re_2" : "re_1", "failed"));
      if (!in_two) events.push_back(world.dispute(page, "won", true));
      for (const auto number : order) {
        world.apply(events[number]);
        if (orders % 2 == 0) world.apply(events[number]);
      }
      ASSERT_EQ(world.state(id), State::priced) << ::testing::PrintToString(order);
      ASSERT_EQ(world.migration(id).paid_by(), "");
      ASSERT_EQ(world.store.quote_rows.begin()->second.state(), v1::QUOTE_STATE_VOIDED);
      auto payment = world.store.payment_rows.begin()->second;
      ASSERT_EQ(payment.state(), in_two ? v1::PAYMENT_STATE_PARTLY_REFUNDED : v1::PAYMENT_STATE_PAID);
      ASSERT_THAT(payment.problem(), HasSubstr("the money is still here"));
      ASSERT_THAT(payment.problem(), HasSubstr("Refund it again at Stripe"));
      // And it is given back once more.
      ++world.now;
      world.apply(world.refund(page, in_two ? 9'900 : kPrice, "re_3"));
      payment = world.store.payment_rows.begin()->second;
      ASSERT_EQ(payment.state(), v1::PAYMENT_STATE_REFUNDED);
      ASSERT_EQ(payment.problem(), "");
      ASSERT_EQ(world.state(id), State::priced);
      ++orders;
    } while (std::ranges::next_permutation(order).found);
    EXPECT_EQ(orders, in_two ? 120 : 720);
  }
}

}  // namespace
}  // namespace q2o::billing::payments
