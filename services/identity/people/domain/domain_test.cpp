#include <gtest/gtest.h>

#include "services/identity/people/app/claims.h"
#include "services/identity/people/domain/address.h"
#include "services/identity/people/domain/credentials.h"
#include "services/identity/people/domain/lockout.h"
#include "services/identity/people/domain/network.h"
#include "services/identity/people/domain/password_rules.h"
#include "services/identity/people/domain/token_bucket.h"

namespace q2o::identity::people {
namespace {

using namespace std::chrono_literals;

TEST(Addresses, AreComparedWithoutCaseAndSpaces) {
  EXPECT_EQ(normalized_address("  Ann.Example+q2o@Example.COM \n").value(), "ann.example+q2o@example.com");
  EXPECT_EQ(domain_of("ann@example.com"), "example.com");
}

TEST(Addresses, ThatNoMailReachesOrThatLookLikeOthersAreRefused) {
  for (const std::string& bad :
       {std::string(), std::string("ann"), std::string("@example.com"), std::string("ann@"), std::string("ann@example"),
        std::string("ann@exa mple.com"), std::string("ann@-example.com"), std::string("ann@example-.com"), std::string("ann@.com"),
        std::string("a..b@example.com"), std::string(".a@example.com"), std::string("\"ann\"@example.com"),
        std::string("ann<x@example.com"), std::string("ann\0@example.com", 16), std::string("ann\r\nBcc: bob@example.com@example.com"),
        std::string("ann@ex\xc3\xa4mple.com"), std::string(65, 'a') + "@example.com", "ann@" + std::string(300, 'a') + ".com",
        std::string("ann@example.com,bob@example.com")}) {
    EXPECT_FALSE(normalized_address(bad)) << bad;
  }
  EXPECT_FALSE(normalized_address("\xc3\xa4nn@example.com")) << "our mails go without SMTPUTF8";
}

Status check(const std::string& password, const std::string& address = "ann@example.com") {
  return PasswordRules({"qwertyuiop12", "correcthorsebatterystaple"}).check(config::Secret(password), address);
}
std::string refusal(const std::string& password) {
  const auto done = check(password);
  return done ? "" : done.error().reason;
}

TEST(Passwords, MayBeAnythingLongThatNobodyGuesses) {
  EXPECT_EQ(refusal("eleven char"), "PASSWORD_TOO_SHORT");
  EXPECT_EQ(refusal("twelve chars"), "");
  EXPECT_EQ(refusal("    spaces count    too"), "");
  // Characters count, not bytes.
  EXPECT_EQ(refusal("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9\xc3\xa8"), "PASSWORD_TOO_SHORT");
  EXPECT_EQ(refusal("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9\xc3\xa8 und sonst"), "");
  EXPECT_EQ(refusal("abcdefgh" + std::string(120, 'x')), "");
  EXPECT_EQ(refusal("abcdefgh" + std::string(121, 'x')), "PASSWORD_TOO_LONG");
  EXPECT_EQ(refusal("QWERTYuiop12"), "PASSWORD_COMMON");
  EXPECT_EQ(refusal("CorrectHorseBatteryStaple"), "PASSWORD_COMMON");
  EXPECT_EQ(refusal("abababababababab"), "PASSWORD_COMMON");
  EXPECT_EQ(refusal(std::string("twelve chars\0and more", 21)), "PASSWORD_NOT_TEXT");
  EXPECT_EQ(refusal("twelve chars \xff\xfe"), "PASSWORD_NOT_TEXT");
  EXPECT_EQ(check("annabelle1234", "annabelle@example.com").error().reason, "PASSWORD_COMMON");
  EXPECT_TRUE(check("annabelle likes trains", "annabelle@example.com"));
}

TEST(Lockouts, GrowAndEnd) {
  const Lockout rule{5, 2s, 900s, 3600s};
  EXPECT_EQ(rule.delay_after(5), 0s);
  EXPECT_EQ(rule.delay_after(6), 2s);
  EXPECT_EQ(rule.delay_after(7), 4s);
  EXPECT_EQ(rule.delay_after(14), 512s);
  EXPECT_EQ(rule.delay_after(15), 900s);
  EXPECT_EQ(rule.delay_after(1'000'000), 900s);
  for (int n = 0; n < 100; ++n) EXPECT_LE(rule.delay_after(n), rule.delay_after(n + 1));
}

TEST(Tokens, AreRandomAndRecognised) {
  const auto one = random_token();
  EXPECT_NE(one.reveal(), random_token().reveal());
  EXPECT_TRUE(looks_like_token(one.reveal()));
  EXPECT_FALSE(looks_like_token(one.reveal() + "A"));
  EXPECT_FALSE(looks_like_token(one.reveal().substr(1)));
  EXPECT_FALSE(looks_like_token(std::string(43, '=')));
  EXPECT_EQ(hash_of(one.reveal()).size(), 64U);
}

TEST(ApiKeys, HaveOneForm) {
  const auto made = new_api_key();
  const auto text = text_of(made).reveal();
  ASSERT_TRUE(parse_api_key(text));
  EXPECT_EQ(parse_api_key(text)->key_id, made.key_id);
  EXPECT_EQ(parse_api_key(text)->secret.reveal(), made.secret.reveal());
  const std::vector<std::string> others{"",
                                        "mk_",
                                        "mk__",
                                        text + "A",
                                        text.substr(0, text.size() - 1),
                                        "MK_" + text.substr(3),
                                        "sk_" + text.substr(3),
                                        " " + text,
                                        text.substr(0, 23) + "." + text.substr(24),
                                        "mk_" + std::string(20, 'G') + text.substr(23),
                                        "mk_" + made.secret.reveal() + "_" + made.key_id,
                                        std::string(1 << 20, 'm'),
                                        "mk_\xd0\xb0" + text.substr(5)};
  for (const auto& other : others) {
    const auto parsed = parse_api_key(other);
    ASSERT_FALSE(parsed) << other.substr(0, 100);
    EXPECT_EQ(parsed.error().reason, "KEY_UNKNOWN");
  }
}

TEST(Networks, AreOneIpv4AddressOrOneSubscriberOfIpv6) {
  EXPECT_EQ(network_of("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of("2001:DB8:1:2::"), network_of("2001:db8:0001:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
  EXPECT_EQ(network_of("::ffff:192.0.2.1"), "192.0.2.1");
  for (const std::string as_it_is : {"", "inside", "2001:db8::1%eth0", "192.0.2.1:443"}) EXPECT_EQ(network_of(as_it_is), as_it_is);
}

TEST(TokenBuckets, GiveOutNoMoreThanFlowsIn) {
  TokenBucket bucket{10, 60, 30};
  EXPECT_EQ(bucket.take(7), 7);
  EXPECT_EQ(bucket.take(7), 3);
  EXPECT_EQ(bucket.take(7), 0);
  EXPECT_EQ(bucket.until_next(), 1000ms);
  bucket.refill(2500ms);
  EXPECT_EQ(bucket.take(7), 2);
  bucket.refill(1h);
  EXPECT_EQ(bucket.take(100), 30) << "no more than the most is kept";
  bucket.refill(-1h);
  EXPECT_EQ(bucket.take(1), 0) << "a clock that went back gives nothing";
  EXPECT_GE((TokenBucket{0, 6, 3}.until_next()), 10s);
}

TEST(OutsideClaims, SayWhenThePasswordWasAskedOnlyAsFarAsTimeGoes) {
  EXPECT_EQ(claims_in(R"({"sub":"1","auth_time":1790000000})")->signed_in_at.time_since_epoch(), 1'790'000'000s);
  for (const char* no : {"1099511627775", "9300000000", "-5", "0", "1e9", "\"1790000000\""})
    EXPECT_EQ(claims_in(R"({"sub":"1","auth_time":)" + std::string(no) + "}")->signed_in_at.time_since_epoch(), 0s) << no;
  EXPECT_FALSE(claims_in(R"({"iss":"x","sub":""})"));
}

}  // namespace
}  // namespace q2o::identity::people
