#include "common/sealing/seal.h"

#include <gtest/gtest.h>

#include "common/sealing/memory_keys.h"

namespace q2o::sealing {
namespace {

const Owner kOwner{"tenant-1", "migration-1"};
const Place kPlace{"tenant-1", "migration-1", "mapper.deferred.body", "7"};

class Content : public ::testing::Test {
 protected:
  std::shared_ptr<MemoryKeys> keys = std::make_shared<MemoryKeys>();
  Seal seal{keys};
  const std::string text = "Ann's bakery, \xc3\xa9t\xc3\xa9";
  std::string long_text() const {
    std::string out;
    for (int i = 0; i < 400; ++i) out += R"({"memo":"Bread for Ann","line":)" + std::to_string(i) + "}";
    return out;
  }
};

TEST_F(Content, OpensInItsPlaceInBothForms) {
  for (const auto& plain : {std::string(), text, long_text(), std::string("\0\x02\xff", 3)}) {
    EXPECT_EQ(seal.open(kPlace, seal.seal(kPlace, plain).value()).value(), plain);
    EXPECT_EQ(seal.open(kPlace, seal.seal_text(kPlace, plain).value()).value(), plain);
  }
}

TEST_F(Content, ShowsNothingAndPacksWhatIsLong) {
  const auto sealed = seal.seal(kPlace, long_text()).value();
  EXPECT_EQ(sealed.find("Bread"), std::string::npos);
  EXPECT_LT(sealed.size(), long_text().size() / 4);
  const auto as_text = seal.seal_text(kPlace, text).value();
  EXPECT_EQ(as_text.find("bakery"), std::string::npos);
  EXPECT_TRUE(std::ranges::none_of(as_text, [](char c) { return c == 0 || c < 0; })) << "goes into a text column";
  EXPECT_NE(as_text, seal.seal_text(kPlace, text).value()) << "each time another nonce";
}

TEST_F(Content, LeavesWhatWasWrittenBeforeThereWereKeys) {
  for (const std::string plain : {"", "Ann", R"({"a":1})", "\x0a\x05hello"}) {
    EXPECT_FALSE(is_sealed(plain));
    EXPECT_EQ(seal.open(kPlace, plain).value(), plain);
  }
}

TEST_F(Content, DoesNotOpenElsewhereOrChanged) {
  const auto sealed = seal.seal(kPlace, text).value();
  seal.seal({"tenant-2", "migration-1", kPlace.where, "7"}, text).value();
  for (const Place& other : {Place{"tenant-2", "migration-1", kPlace.where, "7"}, Place{"tenant-1", "migration-1", kPlace.where, "8"},
                             Place{"tenant-1", "migration-1", "mapper.note.label", "7"}}) {
    EXPECT_EQ(seal.open(other, sealed).error().reason, "SEAL_BROKEN") << other.where << other.id;
  }
  for (std::size_t i = 1; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(seal.open(kPlace, changed)) << "byte " << i;
    EXPECT_FALSE(seal.open(kPlace, sealed.substr(0, i))) << "cut at " << i;
  }
  EXPECT_FALSE(seal.open(kPlace, "\x02!!!no base64"));
}

TEST_F(Content, OpensWithOlderVersionsUntilTheKeyIsDestroyed) {
  const auto before = seal.seal(kPlace, text).value();
  keys->rotate(kOwner);
  const auto after = seal.seal(kPlace, text).value();
  EXPECT_EQ(key_version(before), 1U);
  EXPECT_EQ(key_version(after), 2U);
  EXPECT_EQ(seal.open(kPlace, before).value(), text);
  keys->destroy(kOwner);
  EXPECT_EQ(seal.open(kPlace, before).error().reason, "KEY_DESTROYED");
  EXPECT_EQ(seal.open(kPlace, after).error().reason, "KEY_DESTROYED");
}

TEST_F(Content, FindsATextByItsFingerprint) {
  const auto one = seal.fingerprint(kPlace, "Ann").value();
  EXPECT_EQ(one.find("Ann"), std::string::npos);
  EXPECT_NE(one, seal.fingerprint(kPlace, "Bob").value());
  EXPECT_NE(one, seal.fingerprint({"tenant-2", "migration-1", kPlace.where, "7"}, "Ann").value());
  keys->rotate(kOwner);
  EXPECT_EQ(one, seal.fingerprint(kPlace, "Ann").value()) << "a rotation must not hide it";
}

TEST_F(Content, SaysThatKeysAreAway) {
  keys->go_away(true);
  const auto sealed = seal.seal(kPlace, text);
  EXPECT_EQ(sealed.error().reason, "KEYS_UNAVAILABLE");
  EXPECT_EQ(sealed.error().retry, Retry::after_backoff);
}

}  // namespace
}  // namespace q2o::sealing
