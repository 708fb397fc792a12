#pragma once

#include <string>
#include <vector>

#include "services/validator/domain/books.h"

/// What a person has to know for the next bank reconciliation: every movement is a statement line in Odoo, whether the source had cleared
/// it or not. Told, never a difference.
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
struct Clearing {
  std::vector<UnclearedAccount> accounts;  ///< banks and cards with such items, by name
  std::string unknown;                     ///< why nobody can say it
};

Clearing clearing_of(const SourceBooks& source);

}  // namespace q2o::validator
