#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "accounting/report_tree.h"

/// The smaller reports as plain lists: trial balance, balance sheet, profit and loss, aged receivables and payables.
namespace q2o::accounting {

struct AccountAmount {
  std::string account_id;
  std::string name;
  Decimal amount;  ///< debit positive
};

struct TrialBalance {
  std::string date, start_date, currency;
  std::vector<AccountAmount> accounts;
};
/// Error LEDGER_TOTAL when the report's own total is not the sum of its rows or its sides differ.
Result<TrialBalance> read_trial_balance(std::string_view body);

/// Balance sheet or profit and loss.
struct Statement {
  std::string name, start_date, end_date, currency;
  std::vector<AccountAmount> accounts;  ///< own amounts, debit positive whatever the side
  Decimal net_income;                   ///< profit positive, as printed
  bool has_net_income = false;
  Decimal total_assets, total_liabilities_and_equity;  ///< balance sheet: as printed
};
Result<Statement> read_statement(std::string_view body);

/// Open amounts of one party, own documents only (sub-customers stand for themselves).
struct AgedParty {
  std::string party_id, name;
  std::vector<Decimal> buckets;  ///< current, 1-30, 31-60, …
  Decimal total;
};
struct AgedReport {
  std::string date, currency;
  std::vector<std::string> bucket_titles;
  std::vector<AgedParty> parties;
  Decimal total;
};
Result<AgedReport> read_aged(std::string_view body);

}  // namespace q2o::accounting
