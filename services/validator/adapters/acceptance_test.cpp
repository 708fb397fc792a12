#include "services/validator/adapters/acceptance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/validator/adapters/render.h"
#include "services/validator/adapters/report_proto.h"
#include "services/validator/tests/books.h"

namespace q2o::validator {
namespace {

using ::testing::HasSubstr;

class Accepted : public ::testing::Test {
 protected:
  Accepted() {
    acceptance_.set_actor("cli:ann");
    acceptance_.set_at("2026-02-02T08:30:00Z");
    acceptance_.set_reason("known rounding of 2019 <b>");
  }
  /// A proof of the small company with so many cents too much on the invoice's sales.
  static v1::Report report(const char* cents) {
    const auto source = fakes::small_company();
    auto target = fakes::migrated(source);
    for (auto& item : target.items) {
      if (item.move_id == 1'000'012 && item.account_id == 3) item.balance += Decimal::of(cents);
    }
    fakes::sum_up(target, days_needed(source));
    return to_proto(prove(source, target, fakes::clean_notes(source)), {"tenant", "migration", "qbo1", "target", 1},
                    "2026-02-01T10:00:00Z");
  }
  v1::Acceptance acceptance_;
};

TEST_F(Accepted, TheVerdictSaysSoAndEveryDifferenceIsMarked) {
  auto accepted = report("0.01");
  ASSERT_EQ(accepted.verdict(), "DIFFERENT");
  apply(accepted, acceptance_, report("0.01"));
  EXPECT_EQ(accepted.verdict(), "MATCHED WITH EXCEPTIONS");
  EXPECT_THAT(accepted.sentence(), HasSubstr("that cli:ann accepted on 2026-02-02 (known rounding of 2019"));
  std::uint64_t marked = 0;
  for (const auto& check : accepted.checks()) {
    EXPECT_EQ(check.accepted(), check.different()) << check.name();
    for (const auto& line : check.lines()) marked += line.accepted() ? 1 : 0;
  }
  EXPECT_GT(marked, 0u);
  EXPECT_EQ(accepted.acceptance().differences(), marked);
  const auto page = render_html(accepted);
  EXPECT_THAT(page, HasSubstr("accepted by <b>cli:ann</b> on 2026-02-02 08:30 UTC: “known rounding of 2019 &lt;b&gt;”"));
  EXPECT_THAT(page, HasSubstr("different, accepted"));
  const auto files = render_csv(accepted);
  const auto found = std::ranges::find(files, "acceptance.csv", &RenderedFile::name);
  ASSERT_NE(found, files.end());
  EXPECT_THAT(found->content, HasSubstr("cli:ann,2026-02-02T08:30:00Z,known rounding of 2019 <b>,"));
}

TEST_F(Accepted, ALaterProofWithAnotherDifferenceIsDifferent) {
  auto later = report("0.02");
  apply(later, acceptance_, report("0.01"));
  EXPECT_EQ(later.verdict(), "DIFFERENT");
  EXPECT_FALSE(later.has_acceptance()) << "nothing of it was accepted";
}

TEST_F(Accepted, AProofThatMatchesNeedsNoAcceptance) {
  auto matched = report("0.00");
  apply(matched, acceptance_, report("0.01"));
  EXPECT_EQ(matched.verdict(), "MATCHED");
  EXPECT_FALSE(matched.has_acceptance());
}

}  // namespace
}  // namespace q2o::validator
