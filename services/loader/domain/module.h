#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "services/loader/domain/item.h"

namespace q2o::loader {

/// A module of the target that the mapping writes into.
struct Module {
  std::string name, title;             ///< "hr_timesheet", "Timesheets"
  std::vector<std::string> needed_by;  ///< "hr.employee" or "account.analytic.line:employee_id"; empty: every run
  std::string purpose;                 ///< what in the source needs it: "hours of employees"
  bool operator==(const Module&) const = default;
};

/// Whether the target must have the module before this record can be written.
bool needs(const Item& item, const Module& module);
/// Those of `wanted` that are not among the installed ones, and Odoo's own accounting, which no run can do without.
std::vector<Module> not_installed(std::span<const Module> wanted, const std::set<std::string>& installed);
/// "Timesheets (hr_timesheet)".
std::string shown(const Module& module);

}  // namespace q2o::loader
