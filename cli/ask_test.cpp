#include "cli/ask.h"

#include <gtest/gtest.h>

namespace q2o::cli {
namespace {

using std::chrono::milliseconds;

/// Answers 7 after some failures.
struct Service {
  Result<int> operator()() {
    ++asked;
    if (asked <= away) return fail(Error{code, "not there", Retry::after_backoff, Effect::none, "", "", {}});
    return 7;
  }
  int away = 0, asked = 0;
  Code code = Code::unavailable;
};

TEST(AskPatiently, AsksAgainWhileTheServiceIsBeingStarted) {
  Service service{2};
  EXPECT_EQ(ask_patiently(std::ref(service), milliseconds(60'000)).value(), 7);
  EXPECT_EQ(service.asked, 3);
}

TEST(AskPatiently, EndsWithItsPatienceAndAtOnceWithAnyOtherError) {
  Service gone{1'000'000}, refused{1, 0, Code::not_found};
  EXPECT_FALSE(ask_patiently(std::ref(gone), milliseconds(3)));
  EXPECT_FALSE(ask_patiently(std::ref(refused), milliseconds(60'000)));
  EXPECT_EQ(refused.asked, 1);
}

TEST(AskPatiently, DoesNotWaitForAServiceThatWasNeverThere) {
  Service gone{1'000'000};
  EXPECT_FALSE(ask_patiently(std::ref(gone), [] { return false; }, milliseconds(60'000)));
  EXPECT_EQ(gone.asked, 1);
}

}  // namespace
}  // namespace q2o::cli
