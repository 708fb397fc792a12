#pragma once

#include "sandbox/odoo/orm/env.h"

namespace q2o::sandbox::odoo {

/// One field as `read` gives it: empty is false, numbers 0, floats with a point, links [id, name] unless bare.
void write_field(json::Writer& out, const Record& record, const Field& field, bool bare_links);
/// 86.40 -> 86.4, 108 -> 108.0, as Python prints a float.
std::string as_float(const Decimal& value);

}  // namespace q2o::sandbox::odoo
