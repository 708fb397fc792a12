#include "common/crypto/hmac.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace q2o::crypto {
namespace {

// RFC 4231, test cases 2 and 6.
TEST(Hmac, GivesTheDigestsOfTheStandard) {
  EXPECT_EQ(hmac_sha256_hex(config::Secret("Jefe"), "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256_hex(config::Secret(std::string(131, '\xaa')), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, ComparesWholeTexts) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

TEST(Hmac, KeysForDifferentPurposesDiffer) {
  const auto path = (std::filesystem::temp_directory_path() / ("q2o-hmac-" + std::to_string(getpid()))).string();
  std::ofstream(path) << std::string(64, 'a') << '\n';
  ::chmod(path.c_str(), 0600);
  const auto one = derived_key(path, "quotes"), again = derived_key(path, "quotes"), other = derived_key(path, "links");
  ASSERT_TRUE(one && again && other);
  EXPECT_EQ(one->reveal(), again->reveal());
  EXPECT_NE(one->reveal(), other->reveal());
  ::chmod(path.c_str(), 0644);
  EXPECT_FALSE(derived_key(path, "quotes"));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace q2o::crypto
