#pragma once

#include "sandbox/odoo/orm/env.h"

namespace q2o::sandbox::odoo {

/// All records with an external id of ours as canonical JSON, sorted by external id; links are external ids where there is one. Ids of the
/// database, times of writing and numbers that Odoo assigns itself are left out, so that two runs can be compared.
std::string dump_records(Env& env, std::string_view module = "q2o");

}  // namespace q2o::sandbox::odoo
