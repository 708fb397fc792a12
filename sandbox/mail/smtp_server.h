#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "sandbox/mail/mailbox.h"
#include "sandbox/mail/smtp_faults.h"
#include "sandbox/mail/wire.h"

namespace q2o::sandbox::mail {

/// SMTP on 127.0.0.1 (RFC 5321: EHLO, STARTTLS, AUTH PLAIN and LOGIN with any password, MAIL, RCPT, DATA, RSET, NOOP, QUIT), one thread per
/// connection. What it takes goes to the mailbox, nowhere else. Starts in the constructor (throws when the port is taken, naming it).
class SmtpServer {
 public:
  SmtpServer(std::uint16_t port, Mailbox& mailbox, SmtpFaults& faults);
  ~SmtpServer();
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;
  std::uint16_t port() const { return port_; }
  const std::string& certificate_pem() const { return certificate_.pem(); }

 private:
  struct Session;
  void accept_all();
  bool pause(int milliseconds);

  Mailbox& mailbox_;
  SmtpFaults& faults_;
  const Certificate certificate_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::list<std::unique_ptr<Session>> sessions_;
  std::thread accepting_;
};

}  // namespace q2o::sandbox::mail
