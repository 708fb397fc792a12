#include "services/billing/payments/domain/webhook_signature.h"

#include <gtest/gtest.h>

namespace q2o::billing::payments {
namespace {

const std::string kBody = R"({"id":"evt_1","object":"event","type":"checkout.session.completed"})";
const std::string kGood = "1843645399b5f3c6411330ff385d65ac72067f01bab5ff58a9356225f82f9f87";
constexpr std::int64_t kAt = 1'700'000'000;

std::string reason(const std::string& header, const std::string& body = kBody, std::int64_t now = kAt,
                   const std::string& secret = "whsec_test_secret_0123456789") {
  const auto done = verify_signature(header, body, {config::Secret("whsec_other"), config::Secret(secret)}, now);
  return done ? "" : done.error().reason;
}
std::string with(const std::string& v1) {
  return "t=1700000000,v1=" + v1;
}

TEST(WebhookSignature, AcceptsAVectorThatWasMadeElsewhere) {
  EXPECT_EQ(reason(with(kGood)), "");
  EXPECT_EQ(reason("t=1700000000,v1=d133b16c0249962bdd3114e6d00cd94c64f2c05b4b67c432752afeebd7f4c806,v1=" + kGood + ",v0=6ffb"), "")
      << "while the secret is being replaced there are two";
}

TEST(WebhookSignature, EveryByteOfTheBodyCounts) {
  for (std::size_t i = 0; i < kBody.size(); ++i) {
    auto changed = kBody;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(reason(with(kGood), changed), "SIGNATURE_WRONG") << i;
  }
  EXPECT_EQ(reason(with(kGood), kBody + "\n"), "SIGNATURE_WRONG");
  EXPECT_EQ(reason(with(kGood), kBody, kAt, "whsec_test_secret_012345678"), "SIGNATURE_WRONG");
  EXPECT_EQ(reason("t=1700000001,v1=" + kGood), "SIGNATURE_WRONG") << "the moment is signed too";
}

TEST(WebhookSignature, IsGoodForFiveMinutes) {
  EXPECT_EQ(reason(with(kGood), kBody, kAt + 300), "");
  EXPECT_EQ(reason(with(kGood), kBody, kAt - 300), "");
  EXPECT_EQ(reason(with(kGood), kBody, kAt + 301), "SIGNATURE_TOO_OLD");
  EXPECT_EQ(reason(with(kGood), kBody, kAt - 301), "SIGNATURE_TOO_OLD");
}

TEST(WebhookSignature, WhatIsNoHeaderIsRefused) {
  const std::vector<std::string> headers{"",
                                         "t=1700000000",
                                         "v1=" + kGood,
                                         "t=abc,v1=" + kGood,
                                         "t=,v1=" + kGood,
                                         "t=1,t=2,v1=" + kGood,
                                         with(kGood) + ",x",
                                         "t=-1,v1=" + kGood,
                                         "t=99999999999999999999,v1=" + kGood,
                                         std::string(5000, 'a'),
                                         "v0=" + kGood + ",t=1700000000"};
  for (const auto& header : headers) {
    EXPECT_EQ(reason(header), "SIGNATURE_MALFORMED") << header;
  }
  EXPECT_EQ(reason(with("")), "SIGNATURE_WRONG");
  EXPECT_EQ(reason(with(kGood.substr(1))), "SIGNATURE_WRONG");
  EXPECT_FALSE(verify_signature(with(kGood), kBody, {}, kAt)) << "without a secret nothing is believed";
}

}  // namespace
}  // namespace q2o::billing::payments
