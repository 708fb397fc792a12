#pragma once

#include "common/config/config.h"
#include "services/notifier/adapters/smtp_client.h"
#include "services/notifier/app/mailer.h"

namespace q2o::notifier {

/// [smtp] and [mail]: where mails go out, and under whose name.
struct MailSettings {
  SmtpClient::Options server;
  Mailer::Options sender;
  bool on = false;
};

/// Complaints go to the reader; throws std::runtime_error where a value means nothing, or where mails would go in clear out of development.
MailSettings read_mail_settings(config::Reader& config);

}  // namespace q2o::notifier
