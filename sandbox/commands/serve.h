#pragma once

#include <cstdint>
#include <string>

#include "sandbox/generator/recipe.h"
#include "sandbox/quickbooks/sandbox.h"

namespace CLI {
class App;
}

namespace q2o::sandbox::commands {

struct ServeOptions {
  std::string company;  ///< folder or recipe; empty: as `recipe` says
  generator::Recipe recipe;
  std::uint16_t quickbooks_port = 15301;
  std::uint16_t odoo_port = 15302;
  int stripe_port = -1;  ///< -1: no Stripe
  std::string stripe_webhook_url, stripe_webhook_ca_file;
  std::string stripe_webhook_secret = "whsec_sandbox";
  int smtp_port = -1;  ///< -1: no mail server
  int mail_port = 0;   ///< its mailbox, by HTTP
  std::string mail_certificate_file;
  std::string odoo_database = "sandbox";
  std::string odoo_login = "admin";
  std::string odoo_password = "admin";
  bool odoo_national_chart = false;
  std::uint64_t fault_seed = 1;
  bool no_limits = false;
  bool no_odoo = false;
  quickbooks::Options quickbooks;
};
CLI::App* add_serve(CLI::App& app, ServeOptions& options);
/// Until SIGINT or SIGTERM.
int serve(const ServeOptions& options);

}  // namespace q2o::sandbox::commands
