#include "services/billing/payments/domain/stripe_event.h"

#include <gtest/gtest.h>

namespace q2o::billing::payments {
namespace {

template <class Fact>
Fact fact_of(const std::string& type, const std::string& object) {
  const auto event = read_event(R"({"id":"evt_1","object":"event","type":")" + type +
                                R"(","created":7,"livemode":false,"data":{"object":)" + object + "}}");
  EXPECT_TRUE(event) << event.error().message;
  return std::get<Fact>(event->fact);
}

TEST(StripeEvents, AChargeTellsWhoPaidIt) {
  const auto charge = fact_of<ChargeFact>("charge.refunded", R"({"id":"ch_1","object":"charge","amount":4900,"amount_refunded":4900,
    "currency":"usd","customer":{"id":"cus_1","object":"customer"},"payment_intent":"pi_1"})");
  EXPECT_EQ(charge.intent, "pi_1");
  EXPECT_EQ(charge.refunded, 4900);
  EXPECT_EQ(charge.amount, 4900);
  EXPECT_EQ(charge.currency, "USD");
  EXPECT_EQ(charge.customer, "cus_1");
}

TEST(StripeEvents, WithoutAPaymentIntentGoByTheCharge) {
  EXPECT_EQ(fact_of<ChargeFact>("charge.refunded", R"({"id":"ch_1","amount":1,"amount_refunded":1,"payment_intent":null})").intent, "ch_1");
  const auto dispute = fact_of<DisputeFact>(
      "charge.dispute.closed", R"({"id":"du_1","charge":"ch_1","payment_intent":null,"status":"lost","currency":"eur","amount":4900})");
  EXPECT_EQ(dispute.intent, "ch_1");
  EXPECT_TRUE(dispute.closed);
  EXPECT_EQ(dispute.currency, "EUR");
  const auto refund =
      fact_of<RefundFact>("refund.created", R"({"id":"re_1","charge":"ch_1","status":"pending","amount":12,"currency":"usd","created":5})");
  EXPECT_EQ(refund.intent, "ch_1");
  EXPECT_EQ(refund.currency, "USD");
  EXPECT_EQ(refund.created, 5);
}

TEST(StripeEvents, ASubscriptionTellsItsCustomer) {
  const auto plan = fact_of<SubscriptionFact>("customer.subscription.updated",
                                              R"({"id":"sub_1","status":"active","customer":"cus_1","metadata":{"q2o_tenant":"t"}})");
  EXPECT_EQ(plan.customer, "cus_1");
  EXPECT_EQ(plan.tenant, "t");
}

}  // namespace
}  // namespace q2o::billing::payments
