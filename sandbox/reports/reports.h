#pragma once

#include <string>
#include <vector>

#include "sandbox/json/node.h"
#include "sandbox/reports/books.h"

/// The reports of QuickBooks, computed from the ledger and the documents. Dates are ISO text.
namespace q2o::sandbox::reports {

Node trial_balance(const Books& books, const std::string& start, const std::string& end);
Node balance_sheet(const Books& books, const std::string& start, const std::string& end);
Node profit_and_loss(const Books& books, const std::string& start, const std::string& end);

/// `keys`: ColKeys wished for; empty = the default columns. `cells_max`: more than that and QuickBooks says so inside the report.
struct LedgerOptions {
  std::vector<std::string> keys;
  std::size_t cells_max = 400'000;
};
Node general_ledger(const Books& books, const std::string& start, const std::string& end, const LedgerOptions& options = {});

enum class Side { receivable, payable };
struct OpenItem {
  std::string entity;
  std::string id;
  std::string party;
  std::string due;
  Decimal amount;  ///< in the party's currency; credits are negative
  Decimal home;    ///< the same in home currency, as the ledger has it
};
/// Open documents as of `date`, from the documents and their applications.
std::vector<OpenItem> open_items(const Company& company, Side side, const std::string& date);
Node aged(const Books& books, Side side, const std::string& date);

}  // namespace q2o::sandbox::reports
