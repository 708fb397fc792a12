#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/ledger.h"
#include "accounting/report_tree.h"

/// The general ledger report (one slice per range of dates) as transactions.
namespace q2o::accounting {

/// Account.Classification of the source: decides on which side an amount in natural direction stands.
enum class Classification { asset, expense, liability, equity, revenue };

/// "Asset" … "Revenue" as QuickBooks writes them; nothing for an unknown word.
std::optional<Classification> classification(std::string_view word);

/// From an account's Classification or, where that is missing, from its AccountType ("Other Current Liability").
std::optional<Classification> classify_account(std::string_view classification_word, std::string_view account_type);

/// +1 where a rise is a debit, -1 where it is a credit.
int natural_sign(Classification classification);

using Classifications = std::map<std::string, Classification, std::less<>>;

/// Collects slices. Columns for home currency (debt_home_amt/credit_home_amt, subt_nat_home_amount) win over the others, debit and credit
/// columns over natural amounts. Errors name what is wrong and leave the reader unusable: REPORT_SHAPE, REPORT_TRUNCATED,
/// UNKNOWN_ACCOUNT (an account without classification where it is needed), LEDGER_OVERLAP (two slices hold the same day),
/// LEDGER_TOTAL (a section's own total is not the sum of its rows).
class LedgerReader {
 public:
  explicit LedgerReader(Classifications classifications) : classifications_(std::move(classifications)) {}
  Status add(std::string_view slice);
  /// All transactions by date, then by id as a number.
  std::vector<LedgerTransaction> finish();
  /// Those of the slices since the last call, in the same order: for who cannot keep them all. A transaction that comes again in a later
  /// slice is an error then too.
  std::vector<LedgerTransaction> take();

 private:
  Status add_row(const Report& report, const Row& row, const struct LedgerColumns& columns, Decimal& section_total);
  Result<Posting> posting_of(const Report& report, const Row& row, const struct LedgerColumns& columns) const;
  Status check_ranges(const Report& report);

  Classifications classifications_;
  std::vector<std::pair<std::string, std::string>> ranges_;
  std::map<std::string, std::size_t, std::less<>> index_;  // place among all that were ever read
  std::size_t taken_ = 0;
  std::vector<LedgerTransaction> transactions_;
};

Result<std::vector<LedgerTransaction>> read_general_ledger(const std::vector<std::string>& slices, const Classifications& classifications);

/// Sum of all postings; 0 for a sound transaction.
Decimal imbalance(const LedgerTransaction& transaction);

/// "9" before "10": ids are compared as numbers where they are numbers.
bool id_less(std::string_view a, std::string_view b);

}  // namespace q2o::accounting
