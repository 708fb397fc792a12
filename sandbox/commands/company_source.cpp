#include "sandbox/commands/company_source.h"

#include <map>

#include <CLI/CLI.hpp>

#include "sandbox/generator/generator.h"

namespace q2o::sandbox::commands {

void add_recipe(CLI::App& command, generator::Recipe& recipe, CLI::Option* excludes) {
  using generator::Profile;
  using generator::Scale;
  const std::map<std::string, Profile> profiles{{"us", Profile::us}, {"uk", Profile::uk}, {"ca", Profile::ca}};
  const std::map<std::string, Scale> scales{{"small", Scale::small}, {"medium", Scale::medium}, {"large", Scale::large}};
  const auto options = {
      command.add_option("--profile", recipe.profile, "Country whose rules the generated company keeps: us, uk, ca")
          ->transform(CLI::CheckedTransformer(profiles)),
      command.add_option("--scale", recipe.scale, "small: about 300 transactions; medium: 6,000 in four years; large: 60,000 in seven")
          ->transform(CLI::CheckedTransformer(scales)),
      command.add_option("--seed", recipe.seed, "Any number; the same one gives the same company")->capture_default_str()};
  for (auto* option : options)
    if (excludes != nullptr) option->excludes(excludes);
}

Result<Company> company_named(const std::string& source) {
  if (!generator::is_recipe(source)) return load_company(source);
  const auto recipe = generator::parse_recipe(source);
  if (!recipe) return fail(recipe.error());
  return generator::generate(*recipe);
}

}  // namespace q2o::sandbox::commands
