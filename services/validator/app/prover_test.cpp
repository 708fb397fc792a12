#include "services/validator/app/prover.h"

#include <gtest/gtest.h>

#include "services/validator/tests/books.h"

namespace q2o::validator {
namespace {

/// Books whose ledger has amounts that cannot be added any more.
class Sides : public SourceSide, public TargetSide, public Notes {
 public:
  Sides() {
    for (auto& transaction : source_.ledger)
      for (auto& posting : transaction.postings)
        posting.amount = Decimal::of(&posting == &transaction.postings.front() ? "999999999999999999999999999999" : "0.000000000001");
    target_ = fakes::migrated(fakes::small_company());
  }
  Result<SourceBooks> read(const Run&, std::stop_token) override { return source_; }
  Result<TargetBooks> read(const Run&, const std::set<std::string>& days, std::stop_token) override {
    fakes::sum_up(target_, days);
    return target_;
  }
  RunNotes read(const Run&) override { return fakes::clean_notes(source_); }

 private:
  SourceBooks source_ = fakes::small_company();
  TargetBooks target_;
};

TEST(Prover, SaysThatAnAmountIsTooLargeInsteadOfEndingTheProcess) {
  Sides sides;
  const auto proof = Prover(sides, sides, sides).prove({}, {});
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().reason, "AMOUNT_TOO_LARGE");
  EXPECT_EQ(proof.error().retry, Retry::never) << "the same proof again would end the same way";
}

}  // namespace
}  // namespace q2o::validator
