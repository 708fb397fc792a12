#pragma once

#include "sandbox/http/message.h"
#include "sandbox/mail/hooks.h"
#include "sandbox/mail/mailbox.h"
#include "sandbox/mail/smtp_faults.h"
#include "sandbox/mail/smtp_server.h"

namespace q2o::sandbox::mail {

/// The other end of what the notifier tells: a mail server, everybody's mailbox, and programs that get webhooks. HTTP:
///   GET /mailbox[?to=ann@example.com], DELETE /mailbox       what was received (Mailbox::describe)
///   POST, GET, DELETE /control/smtp                          faults of the mail server (SmtpFaults::apply)
///   GET /control/certificate                                 what a client has to trust (PEM)
///   POST /hook/<name>; GET /hooks/<name>; DELETE /hooks      a program; what it got
///   POST /control/hooks                                      what it answers (Hooks::script)
class MailSandbox {
 public:
  explicit MailSandbox(std::uint16_t smtp_port) : smtp_(smtp_port, mailbox_, faults_) {}
  Response handle(const Request& request);
  std::uint16_t smtp_port() const { return smtp_.port(); }
  const std::string& certificate_pem() const { return smtp_.certificate_pem(); }
  Mailbox& mailbox() { return mailbox_; }

 private:
  Response control_smtp(const Request& request);
  Mailbox mailbox_;
  SmtpFaults faults_;
  Hooks hooks_;
  SmtpServer smtp_;  // last: ends before what it uses
};

}  // namespace q2o::sandbox::mail
