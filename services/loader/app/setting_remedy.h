#pragma once

#include <string>

namespace q2o::loader {

/// What a person does about a setting that a run has changed and could not put back: where it is in Odoo, and what belongs there.
std::string remedy_of(const std::string& name, const std::string& before, const std::string& during);

}  // namespace q2o::loader
