#include "common/rpc/page.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace q2o::rpc {
namespace {

TEST(Pages, HoldWhatWasAskedForUpToABound) {
  EXPECT_EQ(page_size(0), kPageMax);
  EXPECT_EQ(page_size(7), 7u);
  EXPECT_EQ(page_size(kPageMax + 1), kPageMax);
}

TEST(Pages, BeginWhereTheTokenSaysOrAreRefused) {
  EXPECT_EQ(place_of("").value(), 0);
  EXPECT_EQ(place_of("42").value(), 42);
  for (const char* token : {"nonsense", "2x", "-1", " 1", "99999999999999999999"}) {
    const auto refused = place_of(token);
    ASSERT_FALSE(refused) << token;
    EXPECT_EQ(refused.error().reason, "PAGE_TOKEN_INVALID");
  }
}

/// As protobuf makes them.
struct Question {
  std::string token;
  void set_page_token(const std::string& to) { token = to; }
};
struct Answer {
  std::vector<int> rows;
  std::string next;
  const std::string& next_page_token() const { return next; }
  void clear_next_page_token() { next.clear(); }
  void MergeFrom(const Answer& other) {
    rows.insert(rows.end(), other.rows.begin(), other.rows.end());
    if (!other.next.empty()) next = other.next;
  }
};

TEST(Pages, AreAddedUpToTheLast) {
  const std::vector<Answer> pages{{{1, 2}, "1"}, {{3, 4}, "2"}, {{5}, ""}};
  const auto all = all_pages(Question{}, [&](const Question& question) -> Result<Answer> {
    return pages[static_cast<std::size_t>(place_of(question.token).value())];
  });
  EXPECT_EQ(all.value().rows, (std::vector<int>{1, 2, 3, 4, 5}));
  EXPECT_TRUE(all->next.empty());
}

TEST(Pages, AreAllThereOrNone) {
  const auto cut = all_pages(Question{}, [&](const Question& question) -> Result<Answer> {
    if (question.token.empty()) return Answer{{1}, "more"};
    return fail(Code::unavailable, "gone", "GONE");
  });
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().reason, "GONE");
}

}  // namespace
}  // namespace q2o::rpc
