#include "services/validator/adapters/temporary_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "services/validator/domain/packed_books.h"

namespace q2o::validator {
namespace {

std::string text_of(std::size_t size, std::size_t seed) {
  std::string out(size, ' ');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>('a' + (i * 7 + seed) % 26);
  return out;
}

TEST(TemporaryFile, GivesBackWhatWasPutAlsoWhileMoreComes) {
  TemporaryFile file;
  std::vector<std::pair<std::uint64_t, std::string>> put;
  std::string got;
  for (std::size_t i = 0; i < 400; ++i) {
    const auto text = text_of(i * i % 5'000, i);
    put.emplace_back(file.put(text), text);
    const auto& [place, expected] = put[i * 31 % put.size()];
    file.get(place, got);
    ASSERT_EQ(got, expected) << i;
  }
  std::uint64_t next = 0;
  for (const auto& [place, expected] : put) {
    EXPECT_EQ(next, place);
    next = file.get(place, got);
    ASSERT_EQ(got, expected);
  }
  EXPECT_THROW(file.get(next, got), std::out_of_range);
}

TEST(TemporaryFile, SaysWhereItHasNoRoom) {
  const char* before = getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  setenv("TMPDIR", "/nowhere", 1);
  try {
    TemporaryFile file;
    ADD_FAILURE() << "there is no such folder";
  } catch (const NoRoom& full) {
    EXPECT_THAT(full.what(), ::testing::HasSubstr("/nowhere/q2o-proof-"));
    EXPECT_THAT(full.what(), ::testing::HasSubstr("set TMPDIR to another folder"));
  }
  before == nullptr ? unsetenv("TMPDIR") : setenv("TMPDIR", kept.c_str(), 1);
}

accounting::LedgerTransaction transaction(const std::string& id, const std::string& date) {
  return {id,
          "Invoice",
          date,
          "",
          {{"1", Decimal::of("12.345"), "EUR", Decimal::of("-0.10"), "90", "Ann", "", "R"}, {"2", Decimal(), "", {}, "", "", ""}}};
}

TEST(LongList, IsWalkedPieceByPieceInTheOrderOfTheirNames) {
  LongList<accounting::LedgerTransaction> list([] { return std::make_shared<TemporaryFile>(); });
  for (const auto* month : {"2026-02", "2026-01", "2026-03"})
    for (int day = 1; day <= 3; ++day) list.add(transaction(fmt::format("{}{}", month, day), month), month);
  const std::vector<accounting::LedgerTransaction> none;
  const Rows<accounting::LedgerTransaction> rows(none, list);
  std::vector<std::string> ids;
  for (auto at = rows.begin(); at != rows.end(); ++at) {
    ids.push_back(at->id);
    EXPECT_EQ(rows.at(at.place()).id, at->id);
    ASSERT_EQ(at->postings.size(), 2u);
    EXPECT_EQ(at->postings[0].amount.to_string(), "12.345");
    EXPECT_EQ(at->postings[0].amount_currency, Decimal::of("-0.1"));
    EXPECT_FALSE(at->postings[1].amount_currency);
    EXPECT_EQ(at->postings[0].cleared, "R");
  }
  EXPECT_THAT(ids, ::testing::ElementsAre("2026-011", "2026-012", "2026-013", "2026-021", "2026-022", "2026-023", "2026-031", "2026-032",
                                          "2026-033"));
}

}  // namespace
}  // namespace q2o::validator
