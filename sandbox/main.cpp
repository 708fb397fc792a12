#include <CLI/CLI.hpp>

#include "sandbox/commands/check.h"
#include "sandbox/commands/generate.h"
#include "sandbox/commands/serve.h"

int main(int argc, char** argv) {
  using namespace q2o::sandbox::commands;
  CLI::App app{"Plays QuickBooks Online and Odoo over HTTP, and makes companies with true books."};
  app.require_subcommand(1);
  app.footer(
      "Examples:\n  q2o-sandbox serve\n  q2o-sandbox serve --company ./books --quickbooks-port 15301\n"
      "  q2o-sandbox serve --company generated:us:medium:7\n  q2o-sandbox generate --scale large --seed 7 --out ./books\n  q2o-sandbox "
      "check ./books");

  ServeOptions serve_options;
  auto* serve_command = add_serve(app, serve_options);
  GenerateOptions generate_options;
  auto* generate_command = add_generate(app, generate_options);
  CheckOptions check_options;
  auto* check_command = add_check(app, check_options);
  CLI11_PARSE(app, argc, argv);

  if (serve_command->parsed()) return serve(serve_options);
  if (generate_command->parsed()) return generate(generate_options);
  return check_command->parsed() ? check(check_options) : 1;
}
