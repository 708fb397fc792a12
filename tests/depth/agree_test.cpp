#include <gtest/gtest.h>

#include <algorithm>

#include "services/mapper/tests/generated_book.h"
#include "services/validator/domain/cut_over.h"
#include "services/validator/domain/source_builder.h"

/// Mapper and validator find out on their own what is open at a cut-over date and what the balances are. They must agree to the cent, at
/// home and abroad, on every day.
namespace q2o {
namespace {

struct Case {
  const char* recipe;
  const char* first_day;
};

class Agree : public ::testing::TestWithParam<Case> {
 protected:
  using Amounts = std::map<std::string, std::string>;  ///< account, or account and foreign currency -> amount

  static validator::SourceBooks expected(const mapper::testing::GeneratedBook& made, const std::string& first_day) {
    validator::SourceBuilder builder;
    builder.home_currency(made.company.home_currency());
    auto entities = mapper::testing::source_order();
    for (const auto& entity : entities)
      for (const auto& record : made.records_of(entity)) builder.record(entity, record.id, record.body);
    builder.report("GeneralLedger", made.company.first_date(), made.company.last_date(), made.ledger_report);
    auto books = builder.finish();
    validator::begin_at(books, {}, first_day, false);
    return books;
  }
  static void put(Amounts& to, const std::map<std::string, Decimal>& sums) {
    for (const auto& [account, amount] : sums)
      if (!amount.is_zero()) to[account] = amount.to_string(2);
  }
};

TEST_P(Agree, OnWhatIsOpenAndOnTheBalances) {
  const std::string first_day = GetParam().first_day;
  const mapper::testing::GeneratedBook made(GetParam().recipe, {mapper::Depth::open, first_day, false});
  const auto books = expected(made, first_day);
  const mapper::testing::Booked booked(made.book);
  std::map<std::string, std::map<std::string, Decimal>> wanted, found;
  std::set<std::string> before;
  for (const auto& transaction : made.ledger)
    if (transaction.date < first_day) before.insert(transaction.id);
  for (const auto& transaction : books.ledger) {
    if (transaction.id != validator::kOpening && !before.contains(transaction.id)) continue;
    for (const auto& posting : transaction.postings) {
      const bool clearing = posting.account_id.starts_with('@');
      wanted[transaction.id][clearing ? posting.account_id.substr(1) : posting.account_id] += posting.amount;
    }
  }
  for (const auto& record : made.book.all()) {
    const bool balances = record.entity == mapper::kOpeningBalance;
    if (!record.outcome.posting || (!balances && !before.contains(record.id))) continue;
    mapper::testing::Sums sums;
    for (const auto& target : record.outcome.targets) booked.add_to(sums, target);
    auto& at = found[balances ? std::string(validator::kOpening) : record.id];
    for (const auto& [account, sum] : sums) at[account.substr(0, account.find(' '))] += sum.home;
  }
  std::set<std::string> ids;
  for (const auto& [id, sums] : wanted) ids.insert(id);
  for (const auto& [id, sums] : found) ids.insert(id);
  std::size_t open = 0;
  for (const auto& id : ids) {
    Amounts source, target;
    put(source, wanted[id]);
    put(target, found[id]);
    EXPECT_EQ(source, target) << "transaction " << id
                              << (books.entity_of_transaction.contains(id) ? " " + books.entity_of_transaction.at(id) : "");
    open += source.empty() ? 0 : 1;
  }
  EXPECT_GT(open, 5u);
}

INSTANTIATE_TEST_SUITE_P(Companies, Agree,
                         ::testing::Values(Case{"generated:us:small:1", "2025-01-01"}, Case{"generated:us:small:1", "2025-07-16"},
                                           Case{"generated:uk:small:1", "2025-04-01"}, Case{"generated:uk:small:1", "2025-07-16"},
                                           Case{"generated:uk:small:7", "2025-10-01"}, Case{"generated:ca:small:3", "2025-07-01"},
                                           Case{"generated:ca:small:3", "2025-12-05"}),
                         [](const auto& one) {
                           auto name = std::string(one.param.recipe) + "_" + one.param.first_day;
                           std::ranges::replace_if(name, [](char c) { return c == ':' || c == '-'; }, '_');
                           return name;
                         });

}  // namespace
}  // namespace q2o
