#pragma once

#include "services/mapper/domain/builders/scope.h"

/// The builders, one function each; registry.cpp gives them names.
namespace q2o::mapper::builders {

Outcome sales_document(const Scope& scope);
Outcome purchase_document(const Scope& scope);
Outcome payment(const Scope& scope);
Outcome bill_payment(const Scope& scope);
Outcome purchase(const Scope& scope);
Outcome deposit(const Scope& scope);
Outcome transfer(const Scope& scope);
Outcome card_payment(const Scope& scope);
Outcome journal_entry(const Scope& scope);
Outcome inventory_adjustment(const Scope& scope);
Outcome ledger_transaction(const Scope& scope);
Outcome opening_balance(const Scope& scope);  ///< of records that OpeningBalances makes
Outcome estimate(const Scope& scope);
Outcome purchase_order(const Scope& scope);
Outcome time_activity(const Scope& scope);

}  // namespace q2o::mapper::builders
