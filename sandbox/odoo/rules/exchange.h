#pragma once

#include "sandbox/odoo/orm/env.h"

/// Reconciliation of two items in one foreign currency, and the entry that books what their rates leave over.
namespace q2o::sandbox::odoo {

/// What one partial takes, and what it leaves over at home on each side (signed as the item's residual).
struct ForeignMatch {
  Decimal currency, home, debit_over, credit_over;
};
/// Both items are in the same foreign currency and open in it.
ForeignMatch match_abroad(const Record& debit, const Record& credit);

/// The entry in the company's exchange journal that closes `over` on the items, and its matches.
void book_exchange_difference(Env& env, const std::vector<std::pair<Record, Decimal>>& over, const std::string& date);

}  // namespace q2o::sandbox::odoo
