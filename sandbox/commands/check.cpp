#include "sandbox/commands/check.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "sandbox/checker/check.h"
#include "sandbox/commands/company_source.h"

namespace q2o::sandbox::commands {

CLI::App* add_check(CLI::App& app, CheckOptions& options) {
  auto* command = app.add_subcommand("check", "Proves that the books of a company folder are true");
  command->add_option("folder", options.folder, "A company folder, or a recipe such as generated:us:large:7")->required();
  return command;
}

int check(const CheckOptions& options) {
  const auto company = company_named(options.folder);
  if (!company) {
    fmt::print(stderr, "{}\n", company.error().message);
    return 2;
  }
  const auto complaints = checker::complaints_of(*company);
  for (const auto& complaint : complaints) fmt::print("{}\n", complaint);
  fmt::print("{}: {} transactions, {}\n", company->name(), company->ledger.size(),
             complaints.empty() ? std::string("the books are true") : fmt::format("{} complaints", complaints.size()));
  return complaints.empty() ? 0 : 1;
}

}  // namespace q2o::sandbox::commands
