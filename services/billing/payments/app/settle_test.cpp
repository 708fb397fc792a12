#include "services/billing/payments/app/settle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "services/billing/payments/tests/fakes.h"

namespace q2o::billing::payments {
namespace {

using fakes::World;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Kind = SessionFact::Kind;

constexpr std::int64_t kPrice = 209'900;

class Settling : public ::testing::Test {
 protected:
  Settling() {
    quote_ = *world_.quote({id_});
    page_ = *world_.checkout(quote_.quote_id());
  }
  StripeEvent completed(std::int64_t minor = kPrice, const std::string& status = "paid") {
    return world_.session(Kind::completed, page_, minor, status);
  }
  v1::Payment payment() { return world_.store.payment_rows.begin()->second; }
  std::vector<v1::Payment> shown_to_operators() { return world_.cashier.payments("", true, "", 10); }
  void begin_run() {
    auto running = Aggregate(world_.migration(id_));
    v1::RunOrder order;
    order.set_mapping_version("m");
    ASSERT_TRUE(running.step(Trigger::connections_asked, "", "", "") && running.step(Trigger::connections_verified, "", "", "") &&
                running.start_run(order, "", "", ""));
    world_.migrations.save(running);
  }

  World world_;
  std::string id_ = world_.draft();
  v1::Quote quote_;
  v1::Checkout page_;
};

TEST_F(Settling, APaidSessionPaysTheMigrationOnce) {
  EXPECT_EQ(world_.state(id_), State::pending_payment);
  EXPECT_EQ(world_.apply(completed()).outcome, "confirmed");
  EXPECT_EQ(world_.state(id_), State::paid);
  EXPECT_EQ(world_.migration(id_).paid_by(), "payment");
  EXPECT_EQ(world_.migrations.events[id_].back().kind(), "PAYMENT_CONFIRMED");
  EXPECT_EQ(payment().total(), "2099.00");
  const auto version = world_.migration(id_).version();
  EXPECT_EQ(world_.apply(completed()).outcome, "nothing");
  EXPECT_EQ(world_.apply(world_.session(Kind::expired, page_, kPrice)).outcome, "nothing") << "too late";
  EXPECT_EQ(world_.migration(id_).version(), version);
  EXPECT_EQ(world_.quotes.payable(*world_.quotes.get(world_.owner, quote_.quote_id())).error().reason, "QUOTE_PAID");
}

TEST_F(Settling, ABankDebitIsProcessedAndThenDecided) {
  EXPECT_EQ(world_.apply(completed(kPrice, "unpaid")).outcome, "processing");
  EXPECT_EQ(world_.state(id_), State::payment_processing);
  EXPECT_EQ(world_.apply(world_.session(Kind::async_failed, page_, kPrice, "unpaid")).outcome, "ended");
  EXPECT_EQ(world_.state(id_), State::priced);
  const auto second = *world_.checkout(quote_.quote_id());
  EXPECT_NE(second.checkout_id(), page_.checkout_id());
  EXPECT_EQ(world_.state(id_), State::pending_payment);
  // What the first one still tells does not touch the second.
  EXPECT_EQ(world_.apply(completed(kPrice, "unpaid")).outcome, "nothing");
  EXPECT_EQ(world_.apply(world_.session(Kind::async_succeeded, second, kPrice)).outcome, "confirmed") << "its completed comes later";
  EXPECT_EQ(world_.apply(world_.session(Kind::completed, second, kPrice, "unpaid")).outcome, "nothing");
  EXPECT_EQ(world_.state(id_), State::paid);
}

TEST_F(Settling, APageThatExpiresGivesThePriceBack) {
  EXPECT_EQ(world_.apply(world_.session(Kind::expired, page_, kPrice)).outcome, "ended");
  EXPECT_EQ(world_.state(id_), State::priced);
  EXPECT_TRUE(world_.store.payment_rows.empty());
  EXPECT_EQ(world_.checkout(quote_.quote_id())->state(), v1::CHECKOUT_STATE_OPEN);
}

TEST_F(Settling, WrongMoneyPaysNothingAndIsShown) {
  struct Case {
    const char* what;
    std::function<void(SessionFact&)> spoil;
  };
  const std::vector<Case> cases{{"1.00 were asked for", [](SessionFact& f) { f.subtotal = f.total = 100; }},
                                {"it is in EUR", [](SessionFact& f) { f.currency = "EUR"; }},
                                {"a discount", [](SessionFact& f) { f.total = 100; }},
                                {"not made on a payment page of ours", [](SessionFact& f) { f.checkout = "unknown"; }}};
  for (const auto& each : cases) {
    World world;
    const auto id = world.draft();
    const auto page = *world.checkout(world.quote({id})->quote_id());
    auto event = world.session(Kind::completed, page, kPrice);
    each.spoil(std::get<SessionFact>(event.fact));
    EXPECT_EQ(world.apply(event).outcome, "problem");
    EXPECT_EQ(world.state(id), State::pending_payment);
    const auto shown = world.cashier.payments("", true, "", 10);
    ASSERT_EQ(shown.size(), 1u);
    EXPECT_THAT(shown[0].problem(), HasSubstr(each.what));
    EXPECT_THAT(shown[0].problem(), HasSubstr("Give it back"));
  }
}

TEST_F(Settling, TaxOnTopIsRight) {
  auto event = completed();
  std::get<SessionFact>(event.fact).total = kPrice + 39'881;
  std::get<SessionFact>(event.fact).tax = 39'881;
  EXPECT_EQ(world_.apply(event).outcome, "confirmed");
  EXPECT_EQ(payment().tax(), "398.81");
}

TEST_F(Settling, AMigrationThatNeededNoPaymentLeavesAProblem) {
  ASSERT_TRUE(world_.commands.mark_paid({"tenant", "operator", {}}, id_, "by invoice"));
  EXPECT_EQ(world_.apply(completed()).outcome, "problem");
  EXPECT_THAT(payment().problem(), HasSubstr("already"));
  EXPECT_EQ(world_.migration(id_).paid_by(), "operator");
  EXPECT_EQ(world_.apply(world_.refund(page_, kPrice)).outcome, "refunded");
  EXPECT_EQ(payment().problem(), "") << "the money is where it was";
  EXPECT_EQ(world_.apply(completed()).outcome, "nothing") << "told again";
  EXPECT_GT(world_.state(id_), State::paid) << "it does not hang on that payment";
}

TEST_F(Settling, AFullRefundTakesThePaymentBackAndASecondPaymentIsItsOwn) {
  world_.apply(completed());
  EXPECT_EQ(world_.apply(world_.refund(page_, kPrice)).outcome, "refunded");
  EXPECT_EQ(world_.state(id_), State::priced);
  EXPECT_EQ(world_.migration(id_).paid_by(), "");
  EXPECT_EQ(world_.apply(completed()).outcome, "nothing") << "told again";
  EXPECT_EQ(world_.state(id_), State::priced);
  EXPECT_EQ(world_.checkout(quote_.quote_id()).error().reason, "QUOTE_VOIDED");
  world_.paid({id_});
  EXPECT_EQ(world_.state(id_), State::paid);
  EXPECT_EQ(world_.apply(world_.refund(page_, kPrice)).outcome, "nothing");
  EXPECT_EQ(world_.state(id_), State::paid) << "the first payment's refund does not touch the second";
}

TEST_F(Settling, PartialRefundsLeaveTheMigrationAndAddUp) {
  world_.apply(completed());
  EXPECT_EQ(world_.apply(world_.refund(page_, 50'000, "re_1")).outcome, "partly_refunded");
  EXPECT_EQ(world_.apply(world_.refund(page_, 50'000, "re_1")).outcome, "nothing");
  EXPECT_EQ(world_.state(id_), State::paid);
  EXPECT_EQ(world_.migrations.events[id_].back().kind(), "PAYMENT_PARTLY_REFUNDED");
  EXPECT_EQ(payment().refunded(), "500.00");
  ++world_.now;
  EXPECT_EQ(world_.apply(world_.refund(page_, 50'000, "re_1", "failed")).outcome, "refund_failed");
  EXPECT_EQ(payment().state(), v1::PAYMENT_STATE_PAID);
  EXPECT_EQ(world_.state(id_), State::paid) << "it was never about all of it";
  ASSERT_EQ(shown_to_operators().size(), 1u);
  EXPECT_THAT(payment().problem(), HasSubstr("A refund of 500.00 USD failed"));
  world_.apply(world_.refund(page_, 100'000, "re_2"));
  EXPECT_TRUE(shown_to_operators().empty()) << "another has taken its place";
  EXPECT_EQ(world_.state(id_), State::paid) << "they were never on their way together";
  EXPECT_EQ(world_.apply(world_.refund(page_, 109'900, "re_3")).outcome, "refunded");
  EXPECT_EQ(world_.state(id_), State::priced);
}

TEST_F(Settling, ARefundOfAllThatFailsIsForAnOperatorToSettle) {
  world_.apply(completed());
  EXPECT_EQ(world_.apply(world_.refund(page_, kPrice, "re_1", "pending")).outcome, "refunded");
  EXPECT_TRUE(shown_to_operators().empty());
  ++world_.now;
  EXPECT_EQ(world_.apply(world_.refund(page_, kPrice, "re_1", "failed")).outcome, "refund_failed");
  EXPECT_EQ(payment().state(), v1::PAYMENT_STATE_PAID) << "the money is here";
  EXPECT_EQ(world_.state(id_), State::priced) << "nothing runs that nobody wants";
  ASSERT_EQ(shown_to_operators().size(), 1u);
  EXPECT_THAT(payment().problem(), HasSubstr("A refund of 2099.00 USD failed or was cancelled: the money is still here"));
  EXPECT_THAT(payment().problem(), HasSubstr("Refund it again at Stripe, or keep it and mark the migration as paid."));
  EXPECT_EQ(world_.apply(world_.refund(page_, kPrice, "re_1", "failed")).outcome, "nothing") << "told again";
  EXPECT_EQ(world_.apply(completed()).outcome, "nothing") << "told again";

  ASSERT_TRUE(world_.commands.mark_paid({"tenant", "operator", {}}, id_, "the customer wants it after all"));
  EXPECT_GT(world_.state(id_), State::priced);

  ++world_.now;
  EXPECT_EQ(world_.apply(world_.refund(page_, kPrice, "re_2")).outcome, "refunded") << "once more";
  EXPECT_TRUE(shown_to_operators().empty());
  EXPECT_GT(world_.state(id_), State::priced) << "an operator vouches for it, not that payment";
  std::set<std::string> ids;
  std::vector<v1::PaymentEvent::KindCase> told;
  for (const auto& event : world_.store.told) {
    ids.insert(event.event_id());
    told.push_back(event.kind_case());
  }
  using Event = v1::PaymentEvent;
  EXPECT_THAT(told, ::testing::ElementsAre(Event::kReceived, Event::kRefunded, Event::kRefundFailed, Event::kRefunded));
  EXPECT_EQ(ids.size(), 4u) << "each is news";
  EXPECT_EQ(world_.store.told[2].refund_failed().amount(), "2099.00");
  EXPECT_TRUE(world_.store.told[2].refund_failed().whole());
  EXPECT_TRUE(world_.store.told[3].refunded().whole());
}

TEST_F(Settling, ARefundOfAllThatFailsDuringARunLeavesItOnHold) {
  world_.apply(completed());
  begin_run();
  world_.apply(world_.refund(page_, kPrice, "re_1", "pending"));
  ++world_.now;
  world_.apply(world_.refund(page_, kPrice, "re_1", "failed"));
  EXPECT_EQ(world_.state(id_), State::running);
  EXPECT_EQ(world_.migration(id_).directive(), v1::DIRECTIVE_PAUSE);
  EXPECT_NE(world_.migration(id_).payment_hold(), "");
  EXPECT_THAT(payment().problem(), HasSubstr("the money is still here"));
  // A dispute about it, won, lifts nothing that it has not put there.
  world_.apply(world_.dispute(page_, "needs_response", false));
  world_.apply(world_.dispute(page_, "won", true));
  EXPECT_NE(world_.migration(id_).payment_hold(), "");
}

TEST_F(Settling, ARefundDuringARunPausesItAndAfterItHoldsNewRuns) {
  world_.apply(completed());
  begin_run();
  world_.apply(world_.refund(page_, kPrice));
  EXPECT_EQ(world_.state(id_), State::running);
  EXPECT_EQ(world_.migration(id_).directive(), v1::DIRECTIVE_PAUSE);
  EXPECT_EQ(world_.migration(id_).directed_by(), "stripe");
  ASSERT_EQ(shown_to_operators().size(), 1u);
  EXPECT_THAT(payment().problem(), AllOf(HasSubstr("It was given back when a run of " + id_ + " had begun"), HasSubstr("mark it as paid")));
  EXPECT_EQ(world_.apply(world_.refund(page_, kPrice)).outcome, "nothing") << "told again";
  EXPECT_EQ(world_.commands.resume(world_.owner, id_).error().reason, "PAYMENT_HELD");
  ASSERT_TRUE(world_.commands.mark_paid({"tenant", "operator", {}}, id_, "settled by invoice"));
  EXPECT_TRUE(world_.commands.resume(world_.owner, id_));
  EXPECT_EQ(world_.migration(id_).directive(), v1::DIRECTIVE_GO);
}

TEST_F(Settling, ADisputeHoldsAndItsEndDecides) {
  world_.apply(completed());
  EXPECT_EQ(world_.apply(world_.dispute(page_, "needs_response", false)).outcome, "disputed");
  EXPECT_THAT(world_.migration(id_).payment_hold(), HasSubstr("disputed"));
  ASSERT_EQ(shown_to_operators().size(), 1u);
  EXPECT_EQ(payment().problem(), "The bank disputes this payment. Answer at Stripe before its deadline.");
  EXPECT_EQ(world_.apply(completed()).outcome, "nothing") << "told again";
  EXPECT_EQ(world_.apply(world_.dispute(page_, "won", true)).outcome, "dispute_over");
  EXPECT_TRUE(shown_to_operators().empty());
  EXPECT_EQ(world_.apply(world_.dispute(page_, "under_review", false)).outcome, "nothing") << "late";
  EXPECT_EQ(world_.migration(id_).payment_hold(), "");
  EXPECT_EQ(world_.state(id_), State::paid);
}

TEST_F(Settling, ALostDisputeIsLikeARefund) {
  world_.apply(completed());
  EXPECT_EQ(world_.apply(world_.dispute(page_, "lost", true)).outcome, "refunded") << "the first that is heard of it";
  EXPECT_EQ(world_.state(id_), State::priced);
  EXPECT_EQ(payment().state(), v1::PAYMENT_STATE_DISPUTE_LOST);
  EXPECT_TRUE(shown_to_operators().empty()) << "nothing of it had begun";
}

TEST_F(Settling, ADisputeThatIsLostDuringARunIsShownToOperators) {
  world_.apply(completed());
  begin_run();
  world_.apply(world_.dispute(page_, "needs_response", false));
  EXPECT_EQ(world_.migration(id_).directed_by(), "stripe");
  EXPECT_THAT(payment().problem(), HasSubstr("The bank disputes this payment"));
  world_.apply(world_.dispute(page_, "lost", true));
  EXPECT_THAT(payment().problem(), HasSubstr("Its dispute was lost when a run of " + id_ + " had begun"));
  EXPECT_NE(world_.migration(id_).payment_hold(), "");
}

/// A payment that was wrong from the start stays so while it is disputed, and pays for nothing when the dispute is won.
TEST_F(Settling, ADisputeCoversNoOtherProblem) {
  EXPECT_EQ(world_.apply(completed(100)).outcome, "problem");
  const auto problem = payment().problem();
  world_.apply(world_.dispute(page_, "needs_response", false));
  EXPECT_EQ(payment().problem(), problem + " The bank disputes this payment. Answer at Stripe before its deadline.");
  world_.apply(world_.dispute(page_, "won", true));
  EXPECT_EQ(payment().problem(), problem);
  EXPECT_EQ(world_.apply(completed(100)).outcome, "nothing");
  EXPECT_EQ(world_.state(id_), State::pending_payment);
}

TEST_F(Settling, WhatCameAndWhatWentIsCountedAlsoWhenOneEventTellsBoth) {
  const auto paid = world_.apply(completed());
  EXPECT_TRUE(paid.confirmed);
  EXPECT_EQ(paid.paid_minor, kPrice);
  EXPECT_EQ(paid.gone_minor, 0);
  EXPECT_EQ(paid.currency, "USD");
  const auto part = world_.apply(world_.refund(page_, 9'900));
  EXPECT_FALSE(part.confirmed);
  EXPECT_EQ(part.paid_minor, 0);
  EXPECT_EQ(part.gone_minor, 9'900);
  const auto lost = world_.apply(world_.dispute(page_, "lost", true));
  EXPECT_EQ(lost.gone_minor, kPrice - 9'900) << "the bank takes what is left";
  EXPECT_EQ(lost.currency, "USD");

  for (const std::int64_t given_back : {kPrice, std::int64_t{9'900}}) {
    World world;
    const auto page = *world.checkout(world.quote({world.draft()})->quote_id());
    world.apply(world.refund(page, given_back));
    const auto both = world.apply(world.session(Kind::completed, page, kPrice));
    EXPECT_TRUE(both.confirmed) << given_back;
    EXPECT_EQ(both.paid_minor, kPrice);
    EXPECT_EQ(both.gone_minor, given_back);
  }
}

TEST_F(Settling, OneOrderPaysForAllItsCompanies) {
  const auto one = world_.draft(), other = world_.draft(1);
  const auto page = world_.paid({one, other});
  EXPECT_EQ(world_.state(one), State::paid);
  EXPECT_EQ(world_.state(other), State::paid);
  world_.apply(world_.refund(page, 259'800));
  EXPECT_EQ(world_.state(one), State::priced);
  EXPECT_EQ(world_.state(other), State::priced);
}

TEST_F(Settling, PeopleAreToldWhatCameAndWent) {
  const auto told = [&] {
    std::vector<v1::PaymentEvent::KindCase> out;
    for (const auto& event : world_.store.told) out.push_back(event.kind_case());
    return out;
  };
  using Event = v1::PaymentEvent;
  world_.apply(completed());
  ASSERT_EQ(world_.store.told.size(), 1u);
  const auto& receipt = world_.store.told[0];
  EXPECT_EQ(receipt.tenant_id(), "tenant");
  EXPECT_EQ(receipt.received().total(), "2099.00");
  ASSERT_EQ(receipt.received().items_size(), 1);
  EXPECT_EQ(receipt.received().items(0).name(), "Bakery");
  EXPECT_EQ(receipt.received().items(0).amount(), "2099");
  world_.apply(completed());
  world_.apply(world_.refund(page_, 50'000));
  EXPECT_EQ(world_.store.told.back().refunded().amount(), "500.00");
  EXPECT_FALSE(world_.store.told.back().refunded().whole());
  world_.apply(world_.dispute(page_, "needs_response", false));
  world_.apply(world_.dispute(page_, "lost", true));
  EXPECT_THAT(told(), ::testing::ElementsAre(Event::kReceived, Event::kRefunded, Event::kDisputed, Event::kDisputeOver));
  EXPECT_TRUE(world_.store.told.back().dispute_over().lost());
}

TEST_F(Settling, AFailedDebitAndAPlanAreToldOnce) {
  for (int twice = 0; twice < 2; ++twice) {
    world_.apply(completed(kPrice, "unpaid"));
    world_.apply(world_.session(Kind::async_failed, page_, kPrice, "unpaid"));
    world_.apply(world_.plan("price_half", "active"));
  }
  ASSERT_EQ(world_.store.told.size(), 2u);
  EXPECT_EQ(world_.store.told[0].failed().quote_id(), quote_.quote_id());
  EXPECT_EQ(world_.store.told[1].plan_changed().name(), "Plan half");
  EXPECT_EQ(world_.store.told[1].plan_changed().period_end(), "1970-01-01T00:03:20Z");
}

TEST_F(Settling, MoneyOfNobodyIsToldToNobody) {
  auto event = completed();
  std::get<SessionFact>(event.fact).checkout = "unknown";
  EXPECT_EQ(world_.apply(event).outcome, "problem");
  EXPECT_TRUE(world_.store.told.empty());
}

TEST_F(Settling, MoneyOfAPlanThatGoesBackIsShownToOperators) {
  world_.apply(world_.plan("price_half", "active"));
  const auto shown = [&] { return world_.cashier.payments("", true, "", 10); };
  const StripeEvent refund{"evt", "refund.created", 2, false, RefundFact{"pi_plan", "re_1", "succeeded", 4'900, "USD"}};
  EXPECT_EQ(world_.apply(refund).outcome, "problem");
  ASSERT_EQ(shown().size(), 1u);
  EXPECT_THAT(shown()[0].problem(), HasSubstr("49.00 USD"));
  EXPECT_EQ(shown()[0].tenant_id(), "") << "a refund does not say whose it is";
  const StripeEvent charge{"evt", "charge.refunded", 2, false, ChargeFact{"pi_plan", 4'900, 4'900, "USD", "cus_1"}};
  world_.apply(charge);
  EXPECT_EQ(world_.apply(charge).outcome, "nothing") << "told again";
  ASSERT_EQ(shown().size(), 1u);
  EXPECT_EQ(shown()[0].state(), v1::PAYMENT_STATE_REFUNDED);
  EXPECT_EQ(shown()[0].tenant_id(), "tenant");
  EXPECT_THAT(shown()[0].problem(), HasSubstr("the tenant's plan"));
  ASSERT_EQ(world_.store.told.size(), 2u) << "the plan, and its money that went back, once";
  EXPECT_EQ(world_.store.told.back().refunded().refunded(), "49.00");
  EXPECT_EQ(world_.plans.get(world_.owner)->name(), "Half") << "it goes on as long as Stripe says so";
  ++world_.now;
  world_.apply({"evt", "refund.failed", 3, false, RefundFact{"pi_plan", "re_1", "failed", 4'900, "USD"}});
  EXPECT_TRUE(shown().empty()) << "it did not go back after all";
}

TEST_F(Settling, ADisputedPlanIsShownUntilItIsWon) {
  const auto dispute = [](const char* status, bool closed, std::int64_t at) {
    return StripeEvent{"evt", "charge.dispute", at, false, DisputeFact{"ch_plan", "du_9", status, closed, "USD"}};
  };
  const auto shown = [&] { return world_.cashier.payments("", true, "", 10); };
  EXPECT_EQ(world_.apply(dispute("needs_response", false, 1)).outcome, "problem");
  ASSERT_EQ(shown().size(), 1u);
  EXPECT_THAT(shown()[0].problem(), HasSubstr("Answer at Stripe"));
  world_.apply(dispute("won", true, 2));
  EXPECT_TRUE(shown().empty());
  World other;
  other.apply(dispute("lost", true, 2));
  EXPECT_THAT(other.cashier.payments("", true, "", 10).at(0).problem(), HasSubstr("was lost"));
}

TEST_F(Settling, ARefundThatComesBeforeItsSessionIsNoProblemAfterwards) {
  world_.apply(world_.refund(page_, 9'900));
  EXPECT_EQ(world_.cashier.payments("", true, "", 10).size(), 1u) << "until it is known what it is for";
  EXPECT_EQ(world_.apply(completed()).outcome, "confirmed");
  EXPECT_TRUE(world_.cashier.payments("", true, "", 10).empty());
  EXPECT_EQ(world_.state(id_), State::paid);
  EXPECT_EQ(payment().refunded(), "99.00");
}

}  // namespace
}  // namespace q2o::billing::payments
