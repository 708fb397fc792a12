#pragma once

#include <string>
#include <vector>

#include "common/decimal/decimal.h"

namespace q2o::validator {

struct UnclearedItem {
  std::string source_id, type, number, date, name, memo;
  Decimal amount;  ///< in the account's currency; money in positive
};
struct UnclearedAccount {
  std::string source_id, name, currency;
  std::vector<UnclearedItem> items;  ///< oldest first
  Decimal amount;
};
/// What the source had not cleared at the bank.
struct Clearing {
  std::vector<UnclearedAccount> accounts;  ///< banks and cards with such items, by name
  std::string unknown;                     ///< why nobody can say it
};

}  // namespace q2o::validator
