#pragma once

#include <string>
#include <vector>

#include "sandbox/generator/workshop.h"

namespace q2o::sandbox::generator {

/// In the currency of the foreign one of the two accounts, if one is.
void book_transfer(Workshop& shop, const std::string& day, const std::string& from, const std::string& to, const Decimal& amount,
                   const std::string& note);

struct DirectLine {
  std::string account;
  Decimal amount;  ///< negative: a fee
  std::string memo;
  Party party = {};
};

/// Undeposited money and direct lines that go to a bank together. All money taken is in the bank's currency.
struct DepositPlan {
  std::string date;
  std::vector<Undeposited> taken = {};
  std::vector<DirectLine> direct = {};
  Decimal cash_back{0};
  std::string bank = "Checking";
};
std::string book_deposit(Workshop& shop, const DepositPlan& plan);

/// Takes everything in `currency` that came in more than two days ago out of the undeposited money.
std::vector<Undeposited> collect_undeposited(Workshop& shop, const std::string& day, const std::string& currency = {});

}  // namespace q2o::sandbox::generator
