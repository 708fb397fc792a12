#include "services/validator/domain/proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/validator/domain/bridge.h"
#include "services/validator/tests/books.h"

namespace q2o::validator {
namespace {

using ::testing::HasSubstr;

const Check& section(const Proof& proof, std::string_view name) {
  for (const auto& check : proof.checks) {
    if (check.name == name) return check;
  }
  throw std::out_of_range(std::string(name));
}

std::vector<Line> differing(const Check& check) {
  std::vector<Line> out;
  for (const auto& line : check.lines) {
    if (line.differs) out.push_back(line);
  }
  return out;
}

class ProofOfASmallCompany : public ::testing::Test {
 protected:
  SourceBooks source_ = fakes::small_company();
  TargetBooks target_ = fakes::migrated(source_);
  RunNotes notes_ = fakes::clean_notes(source_);
  Proof proof() {
    fakes::sum_up(target_, days_needed(source_));
    return prove(source_, target_, notes_);
  }
  TargetItem& item(std::int64_t move, std::int64_t account) {
    for (auto& item : target_.items) {
      if (item.move_id == move && item.account_id == account) return item;
    }
    throw std::out_of_range("no such item");
  }
  void remove_transaction(const std::string& id) {
    const auto move = 1'000'000 + std::stoll(id);
    std::erase_if(target_.items, [&](const auto& i) { return i.move_id == move; });
    std::erase_if(target_.records, [&](const auto& r) { return r.id == move; });
    std::erase_if(target_.statement_lines, [&](const auto& l) { return l.move_id == move; });
    target_.moves.erase(move);
  }
};

TEST_F(ProofOfASmallCompany, MatchesWhenEverythingIsThere) {
  const auto result = proof();
  for (const auto& check : result.checks) {
    EXPECT_EQ(check.outcome, Outcome::equal) << check.name << ": " << check.note;
    for (const auto& line : differing(check))
      ADD_FAILURE() << check.name << " " << line.subject << " " << line.source << " " << line.target;
  }
  EXPECT_EQ(result.verdict, kMatched);
  EXPECT_THAT(result.sentence, HasSubstr("The books match: 3 transactions, "));
  EXPECT_THAT(result.sentence, HasSubstr("difference 0.00."));
}

TEST_F(ProofOfASmallCompany, OneCentIsFoundInEverySumAndLeadsToTheTransaction) {
  item(1'000'012, 3).balance += Decimal::of("0.01");
  item(1'000'012, 2).balance -= Decimal::of("0.01");
  const auto result = proof();
  EXPECT_EQ(result.verdict, kDifferent);
  const auto lines = differing(section(result, "transactions"));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].source_id, "12");
  EXPECT_EQ(lines[0].difference, "0.01");
  const auto sums = differing(section(result, "trial_balance"));
  ASSERT_EQ(sums.size(), 2u);
  EXPECT_THAT(sums[0].note, HasSubstr("comes from: Invoice 1001, Amy, 2026-01-10 (0.01)"));
  EXPECT_FALSE(differing(section(result, "profit_and_loss")).empty());
  EXPECT_FALSE(differing(section(result, "receivables")).empty());
}

TEST_F(ProofOfASmallCompany, EarlierProfitBelongsToRetainedEarnings) {
  const auto result = proof();
  for (const auto& line : section(result, "trial_balance").lines) {
    if (line.source_id != "6" || line.period != "2026-01-31") continue;
    EXPECT_EQ(line.target, "-20.00");
    EXPECT_THAT(line.note, HasSubstr("neither ledger books a year-end entry"));
    return;
  }
  ADD_FAILURE() << "no line for Retained Earnings";
}

TEST_F(ProofOfASmallCompany, ARejectedPostingRecordIsAnExceptionThatExplainsTheSums) {
  remove_transaction("13");
  for (auto& entry : target_.items) {
    if (entry.move_id == 1'000'012 && entry.account_id == 2) entry.residual = entry.residual_currency = Decimal::of("108.00");
  }
  notes_.rejects.push_back({"Payment", "13", "", "", "NO_ACCOUNT", "the account is unknown", "map it", ""});
  const auto result = proof();
  EXPECT_EQ(result.verdict, kMatchedWithExceptions) << result.sentence;
  for (const auto& check : result.checks) {
    for (const auto& line : differing(check)) EXPECT_TRUE(line.explained) << check.name << " " << line.subject << " " << line.difference;
  }
  EXPECT_THAT(result.sentence, HasSubstr("except for 1 posting record that was not taken over"));
}

TEST_F(ProofOfASmallCompany, AMissingTransactionThatNobodyRejectedIsADifference) {
  remove_transaction("13");
  const auto result = proof();
  EXPECT_EQ(result.verdict, kDifferent);
  EXPECT_THAT(differing(section(result, "transactions")).at(0).note, HasSubstr("nothing of it is in Odoo"));
  EXPECT_THAT(differing(section(result, "counts")).at(0).note, HasSubstr("without a trace: 13"));
}

TEST_F(ProofOfASmallCompany, FallbacksAndRecordsWithoutAPlaceAreNoExceptions) {
  source_.ids["Budget"] = {"7"};
  notes_.counts.push_back({"Budget", "", 1, 1});
  notes_.notes = {{"Invoice", "12", "ledger_lines", "no item line", "", true},
                  {"Budget", "7", "excluded", "Odoo has no budget", "", false}};
  EXPECT_EQ(proof().verdict, kMatched);
}

TEST_F(ProofOfASmallCompany, FilesAreComparedByTheirBytesAndNeverSpoilTheBooks) {
  for (const auto* id : {"1", "2", "3"}) source_.files.push_back({"Attachable", id, std::string(id) + ".pdf", 10});
  source_.ids["Attachable"] = {"1", "2", "3"};
  notes_.counts.push_back({"Attachable", "", 3, 3});
  target_.records.push_back({"attachable_1_file_invoice_12", "ir.attachment", 501});
  target_.records.push_back({"attachable_2_file_invoice_12", "ir.attachment", 502});
  target_.file_bytes = {{501, 10}, {502, 10}};
  notes_.rejects.push_back({"Attachable", "3", "", "", "FILE_GONE", "the file 3.pdf was not moved", "attach it again", "3.pdf"});
  auto result = proof();
  EXPECT_EQ(result.verdict, kMatched) << result.sentence;
  EXPECT_THAT(section(result, "files").note, HasSubstr("1 of 3 files were not moved"));
  target_.file_bytes[502] = 9;
  result = proof();
  EXPECT_EQ(result.verdict, kMatchedWithExceptions);
  EXPECT_EQ(differing(section(result, "files")).size(), 1u);
  EXPECT_THAT(result.sentence, HasSubstr("The books match except for 1 file that is not what the source has: "));
}

TEST_F(ProofOfASmallCompany, AReportThatWasNotRecordedIsNeverEqual) {
  source_.receivables.reset();
  source_.unreadable["BalanceSheet 2026-01-31"] = "the report has a shape that is not known";
  source_.balance_sheets.clear();
  const auto result = proof();
  EXPECT_EQ(section(result, "receivables").outcome, Outcome::not_checked);
  EXPECT_EQ(section(result, "balance_sheet").outcome, Outcome::not_checked);
  EXPECT_EQ(result.verdict, kDifferent);
  EXPECT_THAT(result.sentence, HasSubstr("not proven"));
}

TEST_F(ProofOfASmallCompany, AMissingMonthEndIsNeverEqual) {
  source_.trial_balances.erase(source_.trial_balances.begin());
  const auto result = proof();
  EXPECT_EQ(section(result, "trial_balance").outcome, Outcome::not_checked);
  EXPECT_THAT(section(result, "trial_balance").note, HasSubstr("2025-12-31"));
}

TEST_F(ProofOfASmallCompany, AMovedDateIsADifference) {
  target_.moves.at(1'000'012).date = "2026-02-01";
  const auto lines = differing(section(proof(), "transactions"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].source, "2026-01-10");
  EXPECT_EQ(lines[0].target, "2026-02-01");
}

TEST_F(ProofOfASmallCompany, AWrongPartnerIsFoundAlthoughAllSumsAgree) {
  target_.partners[91] = "Ben";
  target_.records.push_back({"customer_91", "res.partner", 91});
  source_.ids["Customer"].insert("91");
  source_.parties["91"] = "Ben";
  notes_ = fakes::clean_notes(source_);
  item(1'000'012, 2).partner_id = 91;
  const auto result = proof();
  EXPECT_EQ(section(result, "transactions").outcome, Outcome::equal);
  EXPECT_EQ(section(result, "trial_balance").outcome, Outcome::equal);
  EXPECT_EQ(section(result, "transaction_parties").outcome, Outcome::different);
  EXPECT_EQ(section(result, "receivables").outcome, Outcome::different);
}

TEST_F(ProofOfASmallCompany, ADocumentThatIsNotPaidAsInTheSourceIsFound) {
  item(1'000'012, 2).residual = Decimal::of("108.00");
  item(1'000'012, 2).residual_currency = Decimal::of("108.00");
  item(1'000'013, 2).residual = item(1'000'013, 2).residual_currency = Decimal::of("-60.00");
  const auto result = proof();
  EXPECT_EQ(section(result, "documents").different, 2u);
  EXPECT_EQ(section(result, "trial_balance").outcome, Outcome::equal);
}

TEST_F(ProofOfASmallCompany, MoneyBookedWithoutAStatementLineIsFound) {
  target_.statement_lines.clear();
  target_.records.push_back({"payment_13_line", "account.bank.statement.line", 1});
  const auto lines = differing(section(proof(), "money"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].subject, "Checking · statement lines");
}

TEST_F(ProofOfASmallCompany, WhereAMigrationMakesNoStatementLinesOnlyBalancesAreCompared) {
  target_.statement_lines.clear();
  const auto result = proof();
  const auto& money = section(result, "money");
  EXPECT_EQ(money.outcome, Outcome::equal);
  EXPECT_NE(money.note.find("only the balances"), std::string::npos);
}

TEST_F(ProofOfASmallCompany, AnOutstandingAccountMustEndAtZeroWithNothingOpen) {
  target_.accounts[77] = {77, "101403", "Outstanding Receipts", "asset_current"};
  auto extra = item(1'000'013, 1);
  extra.account_id = 77;
  extra.balance = extra.residual = Decimal::of("60.00");
  target_.items.push_back(extra);
  extra.balance = Decimal::of("-60.00");
  extra.residual = Decimal();
  target_.items.push_back(extra);
  const auto result = proof();
  EXPECT_EQ(section(result, "transactions").outcome, Outcome::equal);
  ASSERT_EQ(differing(section(result, "clearing_accounts")).size(), 1u);
  EXPECT_EQ(differing(section(result, "clearing_accounts"))[0].target, "60.00");
}

TEST_F(ProofOfASmallCompany, DraftsOrphansAndVanishedEntriesAreLeftovers) {
  target_.moves[5] = {5, "/", "2026-01-10", "draft"};
  target_.records.push_back({"invoice_12_cogs", "account.move", 5});
  target_.records.push_back({"invoice_99", "account.move", 1'000'012});
  target_.records.push_back({"payment_13_line", "account.bank.statement.line", 4711});
  target_.records.push_back({"surprise_1", "account.move", 1'000'012});
  const auto result = proof();
  EXPECT_EQ(differing(section(result, "leftovers")).size(), 4u);
  EXPECT_EQ(result.verdict, kDifferent);
}

TEST_F(ProofOfASmallCompany, ExternalIdsOfPartsAndOfIdsMadeOfSeveralPartsAreUnderstood) {
  source_.ids["ExchangeRate"] = {"EUR/2026-01-31"};
  source_.ids["PaymentMethod"] = {"13"};
  const Bridge bridge(source_, target_);
  const auto rate = bridge.parse("exchange_rate_EUR_2026-01-31");
  ASSERT_TRUE(rate);
  EXPECT_EQ(rate->id, "EUR/2026-01-31");
  EXPECT_EQ(bridge.parse("payment_method_13")->entity, "PaymentMethod");
  const auto match = bridge.parse("payment_13_line_match1");
  EXPECT_EQ(match->entity, "Payment");
  EXPECT_EQ(match->id, "13");
  EXPECT_EQ(match->part, "line_match1");
  EXPECT_EQ(bridge.parse("ledger_transaction_123")->entity, kLedgerTransaction);
  EXPECT_FALSE(bridge.parse("nonsense"));
}

TEST_F(ProofOfASmallCompany, AJournalEntryOnAReceivableAccountMustBeOpenAsItsPaymentsLeaveIt) {
  // 50.00 charged to Amy by an entry; a payment settles 20.00 of it.
  source_.ids["JournalEntry"].insert("14");
  source_.entity_of_transaction["14"] = "JournalEntry";
  const auto posting = [](std::string account, const char* amount) {
    return accounting::Posting{std::move(account), Decimal::of(amount), "", {}, "90", "", ""};
  };
  source_.ledger.push_back({"14", "Journal Entry", "2026-01-25", "", {posting("2", "50.00"), posting("3", "-50.00")}});
  source_.allocations.push_back({"13", "14", true, Decimal::of("20.00")});
  target_ = fakes::migrated(source_);
  item(1'000'014, 2).residual = Decimal::of("30.00");
  EXPECT_EQ(section(proof(), "documents").different, 0u);
  item(1'000'014, 2).residual = Decimal::of("50.00");
  const auto lines = differing(section(proof(), "documents"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].source_id, "14");
  EXPECT_EQ(lines[0].source, "30.00");
  EXPECT_EQ(lines[0].target, "50.00");
}

TEST_F(ProofOfASmallCompany, AMissingRecordExplainsOnlyWhatIsSettledWithIt) {
  remove_transaction("13");
  notes_.rejects.push_back({"Payment", "13", "", "", "NO_ACCOUNT", "the account is unknown", "map it", ""});
  source_.allocations.clear();  // the payment settles nothing of the invoice, so the invoice must be open as the source says
  item(1'000'012, 2).residual = item(1'000'012, 2).residual_currency = Decimal::of("108.00");
  const auto lines = differing(section(proof(), "documents"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].source_id, "12");
  EXPECT_FALSE(lines[0].explained);
}

TEST_F(ProofOfASmallCompany, ForeignAmountsAreExplainedToTheCentOrNotAtAll) {
  for (auto& transaction : source_.ledger) {
    if (transaction.id != "13") continue;
    for (auto& posting : transaction.postings) {
      posting.currency = "EUR";
      posting.amount_currency = posting.amount;
    }
  }
  remove_transaction("13");
  notes_.rejects.push_back({"Payment", "13", "", "", "NO_ACCOUNT", "the account is unknown", "map it", ""});
  EXPECT_EQ(section(proof(), "currencies").different, 0u);
  EXPECT_EQ(section(proof(), "currencies").explained, 2u);
  auto stray = item(1'000'012, 2);
  stray.currency = "EUR";
  stray.amount_currency = Decimal::of("1.00");
  target_.items.push_back(stray);
  EXPECT_EQ(section(proof(), "currencies").different, 1u) << "a euro that no missing record has";
}

TEST_F(ProofOfASmallCompany, ADraftStatementLineIsALeftover) {
  target_.moves[5] = {5, "/", "2026-01-20", "draft"};
  target_.statement_lines.push_back({55, 5, 1, Decimal::of("1.00")});
  target_.records.push_back({"payment_13_line", "account.bank.statement.line", 55});
  const auto lines = differing(section(proof(), "leftovers"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].target, "still a draft");
}

TEST_F(ProofOfASmallCompany, EveryAccountIsListedWithItsCode) {
  source_.accounts.at("1").number = "1000";
  target_.accounts.erase(3);
  const auto accounts = proof().accounts;
  ASSERT_EQ(accounts.size(), 6u);
  EXPECT_EQ(accounts.front().code, "") << "what has no counterpart stands first";
  EXPECT_EQ(accounts.front().name, "Sales");
  EXPECT_EQ(accounts[1].code, "C1");
  EXPECT_EQ(accounts[1].number, "1000");
}

TEST_F(ProofOfASmallCompany, AnUnreadNeighbourLeavesTheCountsUnchecked) {
  notes_.missing["The mapper's rejects"] = "unavailable";
  EXPECT_EQ(section(proof(), "counts").outcome, Outcome::not_checked);
}

TEST_F(ProofOfASmallCompany, TheTaxSectionClaimsNoAgencies) {
  const auto result = proof();
  const auto& tax = section(result, "tax");
  EXPECT_EQ(tax.title, "Tax per liability account");
  EXPECT_THAT(tax.method, HasSubstr("agencies that share one are not told apart"));
}

TEST(CheckBuilder, WritesEveryDigitOfADifference) {
  CheckBuilder check("c", "C", "");
  check.amount({}, Decimal::of("1.2340"), Decimal::of("1.230"));
  const auto line = check.finish().lines.at(0);
  EXPECT_EQ(line.source + " " + line.target + " " + line.difference, "1.2340 1.23 0.0040");
}

TEST(Counted, KnowsOneFromMany) {
  EXPECT_EQ(counted(1, "record", "records"), "1 record");
  EXPECT_EQ(counted(0, "record", "records"), "0 records");
  EXPECT_EQ(counted(4466, "entry", "entries"), "4,466 entries");
}

TEST(WithThousands, PutsCommas) {
  EXPECT_EQ(with_thousands(std::uint64_t{0}), "0");
  EXPECT_EQ(with_thousands(std::uint64_t{999}), "999");
  EXPECT_EQ(with_thousands(std::uint64_t{4466}), "4,466");
  EXPECT_EQ(with_thousands(std::uint64_t{1234567}), "1,234,567");
  EXPECT_EQ(with_thousands(Decimal::of("-2057745.08")), "-2,057,745.08");
  EXPECT_EQ(with_thousands(Decimal()), "0.00");
  EXPECT_EQ(with_thousands(Decimal::of("20000000000000000000")), "20,000,000,000,000,000,000.00") << "more than 64 bits hold";
}

}  // namespace
}  // namespace q2o::validator
