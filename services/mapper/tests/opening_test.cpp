#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/calendar/calendar.h"
#include "services/mapper/tests/generated_book.h"

/// Companies with a first day in the middle of their books: balances of the day before, and open items that later payments find.
namespace q2o::mapper {
namespace {

struct Case {
  const char* recipe;
  const char* first_day;
  Depth depth;
};

class Opening : public ::testing::TestWithParam<Case> {
 protected:
  std::string first_day() const { return GetParam().first_day; }
  /// Sums of the source's ledger on a day's end, income and expense of earlier fiscal years in retained earnings.
  testing::Sums source_at(const std::string& from, const std::string& to, const std::string& year) const {
    testing::Sums sums;
    const std::string retained = account_of_sub_type("RetainedEarnings");
    for (const auto& transaction : made_.ledger) {
      if (transaction.date < from || transaction.date > to) continue;
      for (const auto& posting : transaction.postings) {
        const bool folded = transaction.date < year && profit_and_loss(posting.account_id);
        const auto key = folded ? retained : posting.account_id;
        sums[key] += {posting.amount, folded ? posting.amount : posting.amount_currency.value_or(posting.amount)};
      }
    }
    std::erase_if(sums, [](const auto& entry) { return entry.second.home.is_zero(); });
    return sums;
  }
  std::string account_of_sub_type(std::string_view wanted) const {
    std::string found;
    made_.book.lookups().each("Account", [&](std::string_view id, const json::Value& account) {
      if (account["AccountSubType"].text() == wanted) found = id;
    });
    return found;
  }
  std::string day_before() const { return calendar::to_text(calendar::read_day(first_day()).value() - std::chrono::days(1)); }
  std::string fiscal_year_first() const {
    const auto month = calendar::month_number(made_.company.of("CompanyInfo").front()["FiscalYearStartMonth"].text());
    return calendar::to_text(calendar::fiscal_year_first(calendar::read_day(day_before()).value(), month));
  }
  bool profit_and_loss(const std::string& account) const {
    const auto* known = made_.book.lookups().find("Account", account);
    if (known == nullptr) return false;
    const auto kind = (*known)["Classification"].text();
    return kind == "Revenue" || kind == "Expense";
  }

  testing::GeneratedBook made_{GetParam().recipe, Extent{GetParam().depth, GetParam().first_day, false}};
};

TEST_P(Opening, BalancesOfTheDayBeforeAreTheLedgers) {
  const testing::Booked booked(made_.book);
  testing::Sums before, after;
  std::map<std::string, std::string> date;
  for (const auto& transaction : made_.ledger) date[transaction.id] = transaction.date;
  std::size_t opened = 0, merged = 0;
  for (const auto& record : made_.book.all()) {
    ASSERT_FALSE(record.outcome.reject) << record.entity << " " << record.id << ": " << record.outcome.reject->message;
    if (!record.outcome.posting) continue;
    const bool balances = record.entity == kOpeningBalance || (date.contains(record.id) && date[record.id] < first_day());
    auto& sums = balances ? before : after;
    if (balances && record.entity != kOpeningBalance) ++(record.outcome.targets.empty() ? merged : opened);
    for (const auto& target : record.outcome.targets) booked.add_to(sums, target);
  }
  const auto by_account = [](const testing::Sums& sums) {
    std::map<std::string, Decimal> out;
    for (const auto& [account, sum] : sums) out[account.substr(0, account.find(' '))] += sum.home;
    std::erase_if(out, [](const auto& entry) { return entry.second.is_zero(); });
    return out;
  };
  const auto day = made_.company.last_date();
  const std::string year = fiscal_year_first();
  std::map<std::string, Decimal> expected_before, expected_after;
  for (const auto& [account, sum] : source_at("", day_before(), year)) expected_before[account] = sum.home;
  for (const auto& [account, sum] : source_at(first_day(), day, "")) expected_after[account] = sum.home;
  EXPECT_EQ(by_account(before), expected_before);
  EXPECT_EQ(by_account(after), expected_after);
  EXPECT_GT(opened, 0u);
  if (GetParam().depth == Depth::open) {
    EXPECT_GT(merged, opened);
  }
}

TEST_P(Opening, WhatIsMatchedLeavesOpenWhatTheSourceHasOpen) {
  const testing::Booked booked(made_.book);
  std::map<std::string, std::string> balance;
  for (const char* entity : {"Invoice", "CreditMemo", "Bill", "VendorCredit"})
    for (const auto& document : made_.company.of(entity))
      balance[RunContext{"qbo1", ""}.external_id(entity, document["Id"].text())] = document["Balance"].decimal().to_string(2);
  testing::Sums clearing;
  for (const auto& [at, sum] : booked.residuals()) {
    const auto& [account, record] = at;
    if (account == "openingclearing") clearing[account] += sum;
    const auto found = balance.find(record);
    if (booked.in_between(account)) {
      EXPECT_TRUE(sum.is_zero()) << account << " of " << record << " stays open with " << sum.text();
    } else if (booked.open_item(account) && found != balance.end()) {
      EXPECT_EQ(sum.abroad.abs().to_string(2), found->second) << account << " of " << record;
      balance.erase(found);
    }
  }
  EXPECT_TRUE(clearing["openingclearing"].home.is_zero()) << clearing["openingclearing"].text();
  for (const auto& [record, open] : balance) EXPECT_EQ(open, "0.00") << record << " does not arrive";
}

TEST_P(Opening, NothingRefersToWhatDoesNotArrive) {
  std::set<std::string> made;
  for (const auto& record : made_.book.all())
    for (const auto& target : record.outcome.targets) made.insert(target.external_id);
  for (const auto& record : made_.book.all())
    for (const auto& target : record.outcome.targets)
      for (const auto& reference : target.references) {
        const auto one = reference.find('|') != std::string::npos;  // one of them
        EXPECT_TRUE(one || made.contains(reference)) << target.external_id << " refers to " << reference;
      }
}

TEST_P(Opening, DocumentsKeepNumberAndDatesAndSettledOnesPostNothing) {
  const testing::Booked booked(made_.book);
  std::size_t open = 0, cancelled = 0;
  for (const auto& record : made_.book.all()) {
    if (record.entity != "Invoice") continue;
    for (const auto& target : record.outcome.targets) {
      if (target.model != "account.move" || target.wave != "documents") continue;
      const auto& values = booked.body(target)["values"];
      if (values["invoice_date"].text() >= first_day()) continue;
      const bool posts = values["state"].text() != "cancel";
      ++(posts ? open : cancelled);
      EXPECT_EQ(target.post, posts);
      EXPECT_FALSE(values["name"].text().empty());
      if (posts) {
        EXPECT_EQ(values.at("line_ids.lines").items().size(), 2u);
      }
    }
  }
  EXPECT_GT(open, 0u);
  EXPECT_EQ(cancelled > 0, GetParam().depth == Depth::archive);
}

INSTANTIATE_TEST_SUITE_P(Companies, Opening,
                         ::testing::Values(Case{"generated:us:small:1", "2025-07-16", Depth::open},
                                           Case{"generated:uk:small:1", "2025-04-01", Depth::open},
                                           Case{"generated:uk:small:7", "2025-10-01", Depth::archive},
                                           Case{"generated:ca:small:3", "2025-07-01", Depth::open}),
                         [](const auto& one) {
                           std::string name(one.param.recipe);
                           std::ranges::replace(name, ':', '_');
                           return name;
                         });

}  // namespace
}  // namespace q2o::mapper
