#include "common/crypto/signed_token.h"

#include <gtest/gtest.h>

namespace q2o::crypto {
namespace {

using namespace std::chrono_literals;

const config::Secret kKey("0123456789abcdef");
const Moment kNow = Moment(1'800'000'000s);

TEST(SignedToken, ComesBackWithItsParts) {
  const auto token = sign_token(kKey, "stream", {"tenant", "", "x/y z"}, kNow + 60s);
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."), std::string::npos);
  const auto read = read_token(kKey, "stream", token, kNow);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->parts, (std::vector<std::string>{"tenant", "", "x/y z"}));
  EXPECT_EQ(read->expires, kNow + 60s);
}

TEST(SignedToken, IsNoneForAnotherPurposeKeyOrTime) {
  const auto token = sign_token(kKey, "stream", {"tenant"}, kNow + 60s);
  EXPECT_EQ(read_token(kKey, "unsubscribe", token, kNow).error().reason, "TOKEN_INVALID");
  EXPECT_EQ(read_token(config::Secret("another"), "stream", token, kNow).error().reason, "TOKEN_INVALID");
  EXPECT_EQ(read_token(kKey, "stream", token, kNow + 60s).error().reason, "TOKEN_EXPIRED");
}

TEST(SignedToken, EveryChangedByteIsSeen) {
  const auto token = sign_token(kKey, "stream", {"tenant"}, kNow + 60s);
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(read_token(kKey, "stream", changed, kNow)) << i;
    EXPECT_FALSE(read_token(kKey, "stream", token.substr(0, i), kNow)) << i;
  }
  EXPECT_FALSE(read_token(kKey, "stream", token + "a", kNow));
  EXPECT_FALSE(read_token(kKey, "stream", std::string(1 << 20, 'a'), kNow));
}

TEST(SignedToken, PartsHaveNoLineEnds) {
  EXPECT_THROW(sign_token(kKey, "stream", {"a\nb"}, kNow), std::invalid_argument);
}

TEST(Base64, WritesAsOthersDo) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, ReadsWhatItWrites) {
  for (const auto& text : {std::string(), std::string("f"), std::string("fo"), std::string("foo"), std::string("\xff\xfe\x00\x01", 4)})
    EXPECT_EQ(from_base64(base64(text)).value(), text);
  EXPECT_EQ(from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value().size(), 24u);
  EXPECT_FALSE(from_base64("not base64!"));
}

}  // namespace
}  // namespace q2o::crypto
