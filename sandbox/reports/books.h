#pragma once

#include <map>
#include <optional>
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
  /// Sums of the postings dated from..to; without `from` since the beginning.
  Sums sums(const std::optional<std::string>& from, const std::string& to) const;
  /// Debit minus credit of all profit and loss before the fiscal year of `date`.
  Decimal prior_profit(const std::string& date) const;

 private:
  const Company& company_;
  std::map<std::string, Account> accounts_;
  std::map<std::string, std::vector<const Account*>> children_;
  std::vector<const Account*> ordered_;
  std::string retained_earnings_;
  unsigned first_month_ = 1;
};

std::string lower(std::string_view text);
/// Two decimals; the general ledger drops the zero before the point (.00, -.50).
std::string money(const Decimal& amount, bool drop_zero = false);

}  // namespace q2o::sandbox::reports
