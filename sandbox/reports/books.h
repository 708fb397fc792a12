#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/company/company.h"

namespace q2o::sandbox::reports {

struct Account {
  std::string id;
  std::string name;  ///< short
  std::string full_name;
  std::string type;
  std::string parent;  ///< empty at the top
};

using Sums = std::map<std::string, Decimal>;  ///< account id -> debit minus credit

/// The company's ledger, seen as an accountant needs it for reports. Refers to the company, which must outlive it.
class Books {
 public:
  explicit Books(const Company& company);

  const Company& company() const { return company_; }
  const Account* account(const std::string& id) const;
  /// Accounts below `parent` (empty: the top), by name.
  const std::vector<const Account*>& children(const std::string& parent) const;
  /// All accounts by type, then by path: the order of the trial balance.
  const std::vector<const Account*>& ordered() const { return ordered_; }
  const std::string& retained_earnings() const { return retained_earnings_; }
  bool is_profit_and_loss(const std::string& id) const;
  /// +1 for accounts that grow by debits (also for postings without account), -1 for the others.
  int sign(const std::string& id) const;
  std::string fiscal_year_start(std::string_view date) const;
  std::string fiscal_year_end(std::string_view date) const;
  /// Transactions dated from..to, by day; those of one day in the order of the ledger.
  std::span<const Transaction* const> between(const std::string& from, const std::string& to) const;
  /// Sums of the postings dated from..to; without `from` since the beginning.
  Sums sums(const std::optional<std::string>& from, const std::string& to) const;
  /// First day of the last month in which money moved; what was before is reconciled. (Later days of the ledger may hold documents of the
  /// future.)
  const std::string& reconciled_before() const { return reconciled_before_; }
  /// Debit minus credit of all profit and loss before the fiscal year of `date`.
  Decimal prior_profit(const std::string& date) const;

 private:
  /// A month of the ledger: reports of a large company need not add up every posting again.
  struct Month {
    std::string first, last;  ///< days with transactions
    Sums sums;
    Sums until_end;  ///< since the beginning
  };
  void order_ledger();

  const Company& company_;
  std::map<std::string, Account> accounts_;
  std::map<std::string, std::vector<const Account*>> children_;
  std::vector<const Account*> ordered_;
  std::vector<const Transaction*> by_day_;
  std::vector<Month> months_;
  std::string retained_earnings_, reconciled_before_;
  unsigned first_month_ = 1;
};

bool has_statement(const Account* account);
std::string lower(std::string_view text);
/// Two decimals; the general ledger drops the zero before the point (.00, -.50).
std::string money(const Decimal& amount, bool drop_zero = false);

}  // namespace q2o::sandbox::reports
