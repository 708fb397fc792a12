#include "sandbox/commands/serve.h"

#include <signal.h>

#include <fstream>
#include <optional>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "sandbox/commands/company_source.h"
#include "sandbox/generator/generator.h"
#include "sandbox/http/server.h"
#include "sandbox/mail/mail.h"
#include "sandbox/stripe/stripe.h"
#ifdef Q2O_SANDBOX_ODOO
#include "sandbox/odoo/odoo.h"
#endif

namespace q2o::sandbox::commands {
namespace {

Result<Company> company_of(const ServeOptions& options) {
  if (options.company.empty()) return generator::generate(options.recipe);
  return company_named(options.company);
}

/// Blocks the signals for all threads started later; wait() takes them.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  void wait() {
    int signal = 0;
    sigwait(&set_, &signal);
  }

 private:
  sigset_t set_{};
};

#ifdef Q2O_SANDBOX_ODOO
/// Odoo and its server; the faults of Odoo have rules of their own.
class OdooHalf {
 public:
  explicit OdooHalf(const ServeOptions& options)
      : odoo_({.database = options.odoo_database,
               .login = options.odoo_login,
               .password = options.odoo_password,
               .today = {},
               .national_chart = options.odoo_national_chart}),
        server_(
            {.port = options.odoo_port, .route_of = &odoo::OdooSandbox::route_of, .fault_answer = {}},
            [this](const Request& request) { return odoo_.handle(request); }, std::make_shared<Faults>(options.fault_seed)) {}
  std::string url() const { return server_.url(); }

 private:
  odoo::OdooSandbox odoo_;
  Server server_;
};
#endif

/// Stripe and its server.
class StripeHalf {
 public:
  explicit StripeHalf(const ServeOptions& options)
      : stripe_({.webhooks = {.url = options.stripe_webhook_url,
                              .secrets = {options.stripe_webhook_secret},
                              .ca_file = options.stripe_webhook_ca_file}}),
        server_(
            {.port = static_cast<std::uint16_t>(options.stripe_port)}, [this](const Request& request) { return stripe_.handle(request); },
            std::make_shared<Faults>(options.fault_seed)) {}
  std::string url() const { return server_.url(); }

 private:
  stripe::StripeSandbox stripe_;
  Server server_;
};

/// The mail server, and everybody's mailbox by HTTP.
class MailHalf {
 public:
  explicit MailHalf(const ServeOptions& options)
      : mail_(static_cast<std::uint16_t>(options.smtp_port)),
        server_(
            {.port = static_cast<std::uint16_t>(options.mail_port)}, [this](const Request& request) { return mail_.handle(request); },
            std::make_shared<Faults>(options.fault_seed)) {
    if (!options.mail_certificate_file.empty()) std::ofstream(options.mail_certificate_file) << mail_.certificate_pem();
  }
  std::string words() const {
    return fmt::format("Mail        smtp://127.0.0.1:{}, mailbox {}/mailbox\n", mail_.smtp_port(), server_.url());
  }

 private:
  mail::MailSandbox mail_;
  Server server_;
};

std::string headline(const Company& company) {
  return fmt::format("Company     {}, {} transactions from {} to {}\n", company.name(), company.ledger.size(), company.first_date(),
                     company.last_date());
}

void print_connection(const quickbooks::Sandbox& sandbox, const std::string& url) {
  fmt::print("QuickBooks  {}\n", url);
  fmt::print("  realm id       {}\n  client id      {}\n  client secret  {}\n  refresh token  {}\n", sandbox.realm_id(),
             sandbox.credentials().client_id, sandbox.credentials().client_secret, sandbox.credentials().first_refresh_token);
}

}  // namespace

CLI::App* add_serve(CLI::App& app, ServeOptions& options) {
  auto* command = app.add_subcommand("serve", "Serves a company as QuickBooks, and an empty Odoo");
  auto& quickbooks = options.quickbooks;
  auto* company = command->add_option("--company", options.company,
                                      "Company folder (entities/ and ledger.json) or a recipe (generated:us:medium:7); without it the "
                                      "generator's company");
  add_recipe(*command, options.recipe, company);
  command->add_option("--quickbooks-port", options.quickbooks_port, "Port of QuickBooks on 127.0.0.1; 0 = any")->capture_default_str();
  command->add_option("--odoo-port", options.odoo_port, "Port of Odoo on 127.0.0.1; 0 = any")->capture_default_str();
  command->add_option("--stripe-port", options.stripe_port, "Port of Stripe on 127.0.0.1; 0 = any, without it there is none");
  command->add_option("--stripe-webhook-url", options.stripe_webhook_url, "Where Stripe's events go; without it they are kept");
  command->add_option("--stripe-webhook-ca-file", options.stripe_webhook_ca_file, "Certificate that is trusted there");
  command->add_option("--stripe-webhook-secret", options.stripe_webhook_secret, "What Stripe signs its events with")->capture_default_str();
  command->add_option("--smtp-port", options.smtp_port, "Port of the mail server on 127.0.0.1; 0 = any, without it there is none");
  command->add_option("--mail-port", options.mail_port, "Port of its mailbox (HTTP); 0 = any");
  command->add_option("--mail-certificate-file", options.mail_certificate_file,
                      "Where to write the certificate that the mail server makes for itself, for those who check it");
  command->add_option("--odoo-database", options.odoo_database, "Name of Odoo's database")->capture_default_str();
  command->add_option("--odoo-login", options.odoo_login, "User of Odoo")->capture_default_str();
  command->add_option("--odoo-password", options.odoo_password, "Password of that user")->capture_default_str();
  command->add_flag("--odoo-national-chart", options.odoo_national_chart,
                    "Odoo names the chart's accounts by their codes, as in the charts of countries");
  command->add_option("--realm-id", quickbooks.realm_id, "Company id of the API; without it one that follows from the company's name");
  command->add_option("--client-id", quickbooks.credentials.client_id, "OAuth client id")->capture_default_str();
  command->add_option("--client-secret", quickbooks.credentials.client_secret, "OAuth client secret")->capture_default_str();
  command->add_option("--refresh-token", quickbooks.credentials.first_refresh_token, "The first refresh token")->capture_default_str();
  command->add_option("--access-token-seconds", quickbooks.tokens.access_seconds, "Life of an access token")->capture_default_str();
  command->add_option("--refresh-grace-seconds", quickbooks.tokens.grace_seconds, "How long a replaced refresh token still works")
      ->capture_default_str();
  command->add_option("--report-cells", quickbooks.report_cells_max, "Largest report before 'Unable to display more data'")
      ->capture_default_str();
  command->add_option("--fault-seed", options.fault_seed, "Seed of the faults' dice")->capture_default_str();
  command->add_flag("--no-odoo", options.no_odoo, "QuickBooks only, for a migration into a real Odoo");
  command->add_flag("--no-limits", options.no_limits, "Do not enforce the request budgets");
  return command;
}

int serve(const ServeOptions& options) try {
  StopSignals signals;
  auto company = company_of(options);
  if (!company) {
    fmt::print(stderr, "{}\n", company.error().message);
    return 1;
  }
  auto quickbooks_options = options.quickbooks;
  quickbooks_options.limits.enforced = !options.no_limits;
  const auto words = headline(*company);
  quickbooks::Sandbox sandbox(std::move(*company), quickbooks_options);
  const Server server({.port = options.quickbooks_port,
                       .route_of = {},
                       .fault_answer = [&](const Fault& fault, const Request& request) { return sandbox.fault_answer(fault, request); }},
                      sandbox.http_handler(), std::make_shared<Faults>(options.fault_seed));
  fmt::print("{}", words);
  print_connection(sandbox, server.url());
#ifdef Q2O_SANDBOX_ODOO
  std::optional<OdooHalf> odoo;
  if (!options.no_odoo) {
    odoo.emplace(options);
    fmt::print("Odoo        {}\n  database {}, user {}, password {}\n", odoo->url(), options.odoo_database, options.odoo_login,
               options.odoo_password);
  }
#endif
  std::optional<StripeHalf> stripe;
  if (options.stripe_port >= 0) {
    stripe.emplace(options);
    fmt::print("Stripe      {}\n  secret key {}, webhooks signed with {}\n", stripe->url(), stripe::StripeOptions().secret_key,
               options.stripe_webhook_secret);
  }
  std::optional<MailHalf> mail;
  if (options.smtp_port >= 0) {
    mail.emplace(options);
    fmt::print("{}", mail->words());
  }
  std::fflush(stdout);
  signals.wait();
  return 0;
} catch (const std::exception& surprise) {
  fmt::print(stderr, "{}\n", surprise.what());
  return 1;
}

}  // namespace q2o::sandbox::commands
