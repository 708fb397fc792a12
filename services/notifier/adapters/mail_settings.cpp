#include "services/notifier/adapters/mail_settings.h"

#include <stdexcept>

#include "services/notifier/domain/message.h"

namespace q2o::notifier {
namespace {

SmtpClient::Security security_of(const std::string& word) {
  if (word == "tls") return SmtpClient::Security::tls;
  return word == "none" ? SmtpClient::Security::none : SmtpClient::Security::starttls;
}

}  // namespace

MailSettings read_mail_settings(config::Reader& config) {
  MailSettings out;
  out.server.host = config.text("smtp.host", "");
  out.on = !out.server.host.empty();
  out.server.port = static_cast<int>(config.integer("smtp.port", 587, 1, 65535));
  const auto security = config.text("smtp.security", "starttls");
  if (security != "starttls" && security != "tls" && security != "none")
    throw std::runtime_error("smtp.security is starttls, tls or none, not '" + security + "'");
  out.server.security = security_of(security);
  if (out.on && out.server.security == SmtpClient::Security::none && config.text("service.mode", "production") != "development")
    throw std::runtime_error(
        "smtp.security = \"none\" sends links and addresses in clear: it is refused where service.mode is not \"development\"");
  out.server.ca_file = config.text("smtp.ca_file", "");
  out.server.user = config.text("smtp.user", "");
  if (!out.server.user.empty()) out.server.password = config.secret("smtp.password");
  out.server.helo = config.text("smtp.helo", "localhost");
  out.server.total_timeout = std::chrono::seconds(config.integer("smtp.timeout_s", 300, 1, 900));
  out.sender.from_name = config.text("mail.from_name", "Quick2Odoo");
  out.sender.from_address = config.text("mail.from", "no-reply@quick2odoo.example");
  if (!is_address(out.sender.from_address)) throw std::runtime_error("mail.from is no e-mail address");
  // For tests of what happens after minutes and hours.
  if (const auto first = config.integer("mail.first_pause_s", 60, 1, 3600); first != 60)
    out.sender.plan.pauses.front() = std::chrono::seconds(first);
  return out;
}

}  // namespace q2o::notifier
