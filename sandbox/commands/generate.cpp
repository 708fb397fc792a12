#include "sandbox/commands/generate.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "sandbox/commands/company_source.h"
#include "sandbox/generator/generator.h"

namespace q2o::sandbox::commands {

CLI::App* add_generate(CLI::App& app, GenerateOptions& options) {
  auto* command = app.add_subcommand("generate", "Writes a company folder; the same options give the same company");
  add_recipe(*command, options.recipe);
  command->add_option("--out", options.folder, "Folder to write, made when missing")->required();
  return command;
}

int generate(const GenerateOptions& options) {
  const auto company = generator::generate(options.recipe);
  if (const auto saved = save_company(company, options.folder); !saved) {
    fmt::print(stderr, "{}\n", saved.error().message);
    return 1;
  }
  fmt::print("{}: {} transactions from {} to {} in {}\n", company.name(), company.ledger.size(), company.first_date(), company.last_date(),
             options.folder);
  return 0;
}

}  // namespace q2o::sandbox::commands
