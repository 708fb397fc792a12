#include "common/failpoint/failpoint.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>

namespace q2o::failpoint {
namespace {

using namespace std::chrono_literals;

const Point kFirst{"test_first"};
const Point kSecond{"test_second"};

std::uint64_t hits(const std::string& name) {
  for (const auto& point : points())
    if (point.name == name) return point.hits;
  ADD_FAILURE() << name << " is not registered";
  return 0;
}

class FailPoints : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!compiled_in()) GTEST_SKIP() << "built without fail points";
  }
  void TearDown() override { arm(""); }
};

TEST_F(FailPoints, StrikeOnlyTheHitThatWasOrdered) {
  arm("test_first=error@3");
  kFirst.hit();
  kSecond.hit();
  kFirst.hit();
  EXPECT_THROW(kFirst.hit(), Struck);
  EXPECT_NO_THROW(kFirst.hit());
  EXPECT_EQ(hits("test_first"), 4u);
  EXPECT_EQ(hits("test_second"), 1u);
}

TEST_F(FailPoints, StrikeEveryHitWithoutANumber) {
  arm("on,test_second=error");
  EXPECT_NO_THROW(kFirst.hit());
  EXPECT_THROW(kSecond.hit(), Struck);
  EXPECT_THROW(kSecond.hit(), Struck);
}

TEST_F(FailPoints, CountOnlyHitsWithTheDetail) {
  arm("test_first[Invoice/42]=error@2");
  kFirst.hit("Invoice/42");
  kFirst.hit("Invoice/43");
  kFirst.hit("Invoice/421");
  EXPECT_THROW(kFirst.hit("Invoice/42"), Struck);
}

TEST_F(FailPoints, DelayTheirHit) {
  arm("test_first=delay:30");
  const auto begun = std::chrono::steady_clock::now();
  kFirst.hit();
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 30ms);
}

using FailPointsDeathTest = FailPoints;
TEST_F(FailPointsDeathTest, KillTheProgramAsAPowerCutWould) {
  EXPECT_EXIT((arm("test_first=kill@2"), kFirst.hit(), kFirst.hit()), ::testing::KilledBySignal(SIGKILL), "");
}

TEST_F(FailPoints, OfOtherProgramsArePassedBy) {
  arm("other_program=kill,test_first=error");
  EXPECT_THROW(kFirst.hit(), Struck);
}

TEST_F(FailPoints, SayWhatIsWrongWithASpecification) {
  for (const char* wrong :
       {"test_first", "test_first=explode", "test_first=kill@0", "test_first=kill@x", "test_first[a=kill", "test_first=delay:"})
    EXPECT_THROW(arm(wrong), std::invalid_argument) << wrong;
}

}  // namespace
}  // namespace q2o::failpoint
