#pragma once

#include <string>

#include "sandbox/generator/recipe.h"

namespace CLI {
class App;
}

namespace q2o::sandbox::commands {

struct GenerateOptions {
  generator::Recipe recipe;
  std::string folder;
};
CLI::App* add_generate(CLI::App& app, GenerateOptions& options);
int generate(const GenerateOptions& options);

}  // namespace q2o::sandbox::commands
