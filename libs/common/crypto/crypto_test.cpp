#include "common/crypto/crypto.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace q2o::crypto {
namespace {

std::string key_file(const std::string& text, mode_t mode) {
  const std::string path = ::testing::TempDir() + "/seal.key";
  ::unlink(path.c_str());
  std::ofstream(path) << text;
  ::chmod(path.c_str(), mode);
  return path;
}

const std::string kHexKey(64, 'a');

class Sealing : public ::testing::Test {
 protected:
  Sealer sealer{config::Secret(std::string(32, 'k'))};
  config::Secret token{"refresh-token"};
};

TEST_F(Sealing, OpensWhatItSealedInTheSamePlace) {
  const auto sealed = sealer.seal(token, "tenant/connection/tokens");
  EXPECT_EQ(sealed.find("refresh"), std::string::npos);
  EXPECT_EQ(sealer.open(sealed, "tenant/connection/tokens")->reveal(), "refresh-token");
  EXPECT_EQ(sealer.open(sealer.seal(config::Secret(), "x"), "x")->reveal(), "");
}

TEST_F(Sealing, SealsTheSameTextDifferentlyEachTime) {
  EXPECT_NE(sealer.seal(token, "a"), sealer.seal(token, "a"));
}

TEST_F(Sealing, RefusesAnotherPlaceAnotherKeyAndEveryChangedByte) {
  const auto sealed = sealer.seal(token, "tenant-1");
  EXPECT_EQ(sealer.open(sealed, "tenant-2").error().reason, "SEAL_BROKEN");
  EXPECT_FALSE(Sealer(config::Secret(std::string(32, 'x'))).open(sealed, "tenant-1"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(sealer.open(changed, "tenant-1")) << "byte " << i;
    EXPECT_FALSE(sealer.open(sealed.substr(0, i), "tenant-1")) << "cut at " << i;
  }
}

TEST(SealingKey, IsReadFromAFileOfItsOwnerOnly) {
  EXPECT_TRUE(Sealer::from_file(key_file(kHexKey + "\n", 0600)));
  EXPECT_EQ(Sealer::from_file(key_file(kHexKey, 0640)).error().reason, "BAD_KEY_FILE");
  EXPECT_FALSE(Sealer::from_file(key_file("abc", 0600)));
  EXPECT_FALSE(Sealer::from_file(key_file(std::string(64, 'z'), 0600)));
  EXPECT_FALSE(Sealer::from_file(key_file(kHexKey + "aa", 0600)));
  EXPECT_FALSE(Sealer::from_file("/nowhere/seal.key"));
  EXPECT_THROW(Sealer(config::Secret("short")), std::invalid_argument);
}

}  // namespace
}  // namespace q2o::crypto
