#pragma once

#include "sandbox/odoo/rules/rules.h"

namespace q2o::sandbox::odoo {

/// read_group(domain, fields, groupby, offset, limit, orderby, lazy): sums and counts per group.
std::string read_group(Env& env, const Call& call);

}  // namespace q2o::sandbox::odoo
