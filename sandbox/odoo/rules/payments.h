#pragma once

#include "sandbox/odoo/orm/env.h"

namespace q2o::sandbox::odoo {

/// The items of a payment's move, sorted as Odoo does: on any account of its journal's method lines; on receivable or payable; the rest.
struct PaymentItems {
  std::vector<Record> liquidity, counterpart, other;
};
PaymentItems items_of(const Record& payment);

/// `in_process` or `paid`, after the residuals of its items have changed.
void update_payment(Env& env, const Record& payment);

}  // namespace q2o::sandbox::odoo
