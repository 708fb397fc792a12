#pragma once

#include <chrono>
#include <string>

#include "common/config/config.h"
#include "services/notifier/app/mail_ports.h"

namespace q2o::notifier {

/// A mail server by SMTP (libcurl), one connection per mail: there are few, and a connection that is not shared cannot mix them up.
/// Thread-safe.
class SmtpClient final : public MailServer {
 public:
  enum class Security {
    starttls,  ///< required: without it nothing is sent
    tls,       ///< from the first byte (port 465)
    none,      ///< in clear: tests
  };
  struct Options {
    std::string host;
    int port = 587;
    Security security = Security::starttls;
    std::string ca_file;  ///< PEM; empty: the system's
    std::string user;     ///< empty: no sign-in
    config::Secret password;
    std::string helo = "localhost";  ///< how we call ourselves
    std::chrono::seconds connect_timeout{30}, total_timeout{300};
  };
  explicit SmtpClient(Options options);
  Outcome send(const std::string& from, const std::string& to, const std::string& message,
               const std::function<bool()>& before_body) override;

 private:
  const Options options_;
};

}  // namespace q2o::notifier
