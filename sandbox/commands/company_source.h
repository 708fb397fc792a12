#pragma once

#include <string>

#include "sandbox/company/company.h"
#include "sandbox/generator/recipe.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace q2o::sandbox::commands {

/// --profile, --scale and --seed of a company that is generated.
void add_recipe(CLI::App& command, generator::Recipe& recipe, CLI::Option* excludes = nullptr);
/// A company folder, or a recipe such as "generated:us:medium:7".
Result<Company> company_named(const std::string& source);

}  // namespace q2o::sandbox::commands
