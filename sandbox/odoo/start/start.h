#pragma once

#include "sandbox/odoo/orm/env.h"

namespace q2o::sandbox::odoo {

/// Fills an empty database with what a new Odoo 18 with the US chart and no demo data holds.
void fill_fresh_database(Env& env);

}  // namespace q2o::sandbox::odoo
