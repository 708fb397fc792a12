#include "services/billing/payments/app/acknowledging.h"

#include <gmock/gmock.h>

#include "services/billing/payments/tests/fakes.h"

namespace q2o::billing::payments {
namespace {

using ::testing::HasSubstr;

/// Money of a plan that went back: an operator's problem that no event ends.
class AcknowledgedPayments : public ::testing::Test {
 protected:
  AcknowledgedPayments() { refund("re_1", 1); }
  void refund(const std::string& id, std::int64_t at) {
    world_.apply({"evt", "refund.created", at, false, RefundFact{"pi_plan", id, "succeeded", 4'900, "USD"}});
  }
  std::vector<v1::Payment> open() { return world_.cashier.payments("", true, "", 10); }
  Result<v1::Payment> acknowledge(const std::string& reason, const std::string& key = {}, const std::string& id = "pi_plan") {
    v1::AcknowledgePaymentRequest request;
    request.set_payment_id(id);
    request.set_reason(reason);
    caller_.idempotency_key = key;
    caller_.request = id + reason;
    return world_.acknowledging.acknowledge(caller_, request);
  }
  std::string refused(const Result<v1::Payment>& answer) { return answer ? "acknowledged" : answer.error().reason; }

  fakes::World world_;
  Caller caller_{"ours", "operator:ann@example.com", {}};
};

TEST_F(AcknowledgedPayments, AreNoOpenProblemAndSayWhoWhenAndWhy) {
  ASSERT_EQ(open().size(), 1u);
  const auto answer = acknowledge("the customer was called");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(open().empty());
  const auto all = world_.cashier.payments("", false, "", 10);
  ASSERT_EQ(all.size(), 1u) << "it stays in the list of payments";
  EXPECT_THAT(all[0].problem(), HasSubstr("given back"));
  EXPECT_EQ(all[0].acknowledged().actor(), "operator:ann@example.com");
  EXPECT_EQ(all[0].acknowledged().reason(), "the customer was called");
  EXPECT_EQ(all[0].acknowledged().at(), fakes::World::clock());
  EXPECT_EQ(all[0].SerializeAsString(), answer->SerializeAsString());
}

TEST_F(AcknowledgedPayments, AreOpenAgainWithAnotherProblem) {
  ASSERT_TRUE(acknowledge("the customer was called"));
  refund("re_1", 2);  // told again
  EXPECT_TRUE(open().empty());
  refund("re_2", 3);
  ASSERT_EQ(open().size(), 1u) << "more money went back than was seen";
  EXPECT_EQ(open()[0].acknowledged().reason(), "the customer was called") << "of what was before";
  ASSERT_TRUE(acknowledge("and once more"));
  EXPECT_TRUE(open().empty());
}

TEST_F(AcknowledgedPayments, AreAcknowledgedOnceAndForAReason) {
  EXPECT_EQ(refused(acknowledge("")), "REASON_MISSING");
  EXPECT_EQ(refused(acknowledge(std::string(1001, 'x'))), "REASON_MISSING");
  EXPECT_EQ(refused(acknowledge("seen", {}, "pi_unknown")), "PAYMENT_NOT_FOUND");
  ASSERT_TRUE(acknowledge("seen", "key-1"));
  EXPECT_EQ(refused(acknowledge("seen", "key-1")), "acknowledged") << "an answer that was lost";
  EXPECT_EQ(refused(acknowledge("another", "key-1")), "IDEMPOTENCY_KEY_REUSED");
  const auto again = acknowledge("another");
  EXPECT_EQ(refused(again), "ACKNOWLEDGED_BEFORE");
  EXPECT_THAT(again.error().message, HasSubstr("seen"));
  world_.apply({"evt", "refund.failed", 4, false, RefundFact{"pi_plan", "re_1", "failed", 4'900, "USD"}});
  EXPECT_EQ(refused(acknowledge("all is well")), "NO_PROBLEM");
}

TEST_F(AcknowledgedPayments, AreAnOperatorsMatter) {
  for (const auto& [actor, role] : {std::pair{"cli:ann", ""}, {"operator:mallory", "owner"}, {"operator:mallory", "none"}}) {
    caller_.actor = actor;
    caller_.role = role;
    EXPECT_EQ(refused(acknowledge("seen")), "OPERATORS_ONLY") << actor << " " << role;
  }
  EXPECT_EQ(open().size(), 1u);
  caller_ = {"ours", "operator:ann@example.com", {}};
  const auto answer = acknowledge("seen");
  ASSERT_TRUE(answer);
  EXPECT_EQ(seen_by(caller_, *answer).acknowledged().reason(), "seen");
  const auto shown = seen_by(world_.owner, *answer).acknowledged();
  EXPECT_EQ(shown.reason() + shown.actor(), "") << "a customer does not read our notes";
  EXPECT_EQ(shown.problem(), answer->problem()) << "but that it is no open problem";
}

}  // namespace
}  // namespace q2o::billing::payments
