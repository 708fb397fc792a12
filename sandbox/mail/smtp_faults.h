#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"
#include "common/result/result.h"

namespace q2o::sandbox::mail {

/// What the SMTP server does instead of the right thing.
struct SmtpFault {
  std::string kind;     ///< "reply" (says `code` and `text`), "drop" (ends the connection), "slow" (answers after `delay_ms`)
  std::string at;       ///< "connect", "ehlo", "starttls", "mail", "rcpt", "data", "dot": the step before whose answer it strikes
  std::string address;  ///< only when this is the recipient; empty: any
  int code = 451;
  std::string text = "4.3.0 try again later";
  int delay_ms = 1000;
  int count = 1;  ///< -1 = no end
};

/// Thread-safe. The first rule that fits strikes. A "drop" at "dot" comes after the mail was taken: the sender cannot know.
class SmtpFaults {
 public:
  std::optional<SmtpFault> strike(std::string_view at, std::string_view address);
  /// {"clear": true?, "starttls": false?, "implicit_tls": true?, "faults": [{"kind": "reply", "at": "rcpt", "code": 550, "text": "5.1.1
  /// unknown", "count": 1}]}
  Status apply(const json::Value& body);
  void clear();
  std::string describe() const;
  bool offers_starttls() const;
  bool implicit_tls() const;  ///< as on port 465: encrypted from the first byte

 private:
  mutable std::mutex mutex_;
  std::vector<SmtpFault> rules_;
  bool starttls_ = true, implicit_tls_ = false;
  int struck_ = 0;
};

}  // namespace q2o::sandbox::mail
