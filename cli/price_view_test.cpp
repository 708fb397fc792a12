#include "cli/price_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace q2o::cli {
namespace {

TEST(PriceView, ExplainsAPriceLineByLine) {
  billing::v1::Price price;
  price.set_platform_name("QuickBooks Online");
  price.set_years(5);
  price.set_records(50'000);
  price.set_total("2099");
  price.set_currency("USD");
  const auto line = [&](const char* kind, const char* text, const char* amount) {
    auto& made = *price.add_lines();
    made.set_kind(kind);
    made.set_text(text);
    made.set_amount(amount);
  };
  line("base", "Professional", "1499.00");
  line("years", "4 extra years, 10 % of the base price each", "599.60");
  line("platform", "QuickBooks Online: \u00d71.0", "0.00");
  line("rounding", "rounded to whole 1 USD", "0.40");
  EXPECT_EQ(price_text(price),
            "QuickBooks Online, 5 years, about 50,000 records\n"
            "  Professional                                                   1,499\n"
            "  4 extra years, 10 % of the base price each                      +600  (599.60)\n"
            "  QuickBooks Online: \u00d71.0\n"
            "  Total                                                          2,099 USD\n");
}

TEST(PriceView, APaymentWithAProblemSaysWhatToDo) {
  billing::v1::Payment payment;
  payment.set_payment_id("pi_1");
  payment.set_state(billing::v1::PAYMENT_STATE_PARTLY_REFUNDED);
  payment.set_total("100.00");
  payment.set_refunded("40.00");
  payment.set_currency("USD");
  payment.set_problem("It was not made on a payment page of ours. Give it back at Stripe.");
  EXPECT_THAT(payment_text(payment), testing::AllOf(testing::HasSubstr("PARTLY REFUNDED"), testing::HasSubstr("given back 40.00"),
                                                    testing::HasSubstr("\n    It was not made")));
  EXPECT_TRUE(is_open_problem(payment));
  auto& said = *payment.mutable_acknowledged();
  said.set_problem(payment.problem());
  said.set_at("2026-11-30T18:00:00Z");
  EXPECT_FALSE(is_open_problem(payment));
  EXPECT_THAT(payment_text(payment), testing::EndsWith("\n    Acknowledged 2026-11-30T18:00\n"));
  said.set_actor("operator:ann");
  said.set_reason("a course");
  EXPECT_THAT(payment_text(payment), testing::EndsWith("\n    Acknowledged 2026-11-30T18:00 by operator:ann: a course\n"));
  payment.set_problem("It was given back.");
  EXPECT_TRUE(is_open_problem(payment)) << "another problem";
}

TEST(PriceView, AnEventThatWaitsSaysWhy) {
  billing::v1::WaitingEvent event;
  event.set_event_id("evt_1");
  event.set_type("refund.failed");
  event.set_received_at("2026-09-21T12:00:01Z");
  event.set_problem("It is of the other mode.");
  EXPECT_EQ(waiting_text(event), "2026-09-21T12:00  refund.failed  evt_1\n    It is of the other mode.\n");
  event.set_attempts(3);
  EXPECT_THAT(waiting_text(event), testing::HasSubstr("evt_1, 3 times in vain\n"));
}

}  // namespace
}  // namespace q2o::cli
