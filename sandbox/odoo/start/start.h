#pragma once

#include "sandbox/odoo/orm/env.h"

namespace q2o::sandbox::odoo {

/// Fills an empty database with what a new Odoo 18 with the US chart and no demo data holds. `national_chart`: see OdooOptions.
void fill_fresh_database(Env& env, bool national_chart = false);

}  // namespace q2o::sandbox::odoo
