#pragma once

#include "sandbox/odoo/orm/env.h"

namespace q2o::sandbox::odoo {

/// What a client's value becomes in a field, or the error that Odoo gives for it. Not for one2many and many2many.
Value converted(Env& env, const Model& model, const Field& field, const Any& value);
/// Decimals that a float field keeps (decimal.precision); -1 = all.
int digits_of(Env& env, const Field& field);
bool is_date(std::string_view text);

}  // namespace q2o::sandbox::odoo
