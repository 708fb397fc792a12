#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/decimal/decimal.h"

/// The source's own ledger as values: what a general ledger report says, one transaction at a time.
namespace q2o::accounting {

/// One posting. Debit positive, credit negative.
struct Posting {
  std::string account_id;
  Decimal amount;                          ///< home currency
  std::string currency;                    ///< of the transaction; empty = home currency
  std::optional<Decimal> amount_currency;  ///< in `currency`, signed like amount; absent where the report has none
  std::string name_id;                     ///< customer, vendor or employee id (one id space in QuickBooks); may be empty
  std::string name;
  std::string memo;
  std::string cleared = {};  ///< "R" reconciled with a bank statement, "C" cleared; other words: neither; empty: the report does not tell
};

struct LedgerTransaction {
  std::string id;
  std::string type;  ///< the report's wording, e.g. "Bill Payment (Check)"
  std::string date;  ///< ISO
  std::string document_number;
  std::vector<Posting> postings;  ///< in the report's order; zero postings are kept
};

}  // namespace q2o::accounting
