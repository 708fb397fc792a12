#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "sandbox/json/node.h"
#include "sandbox/mail/message_reader.h"

namespace q2o::sandbox::mail {

/// A message that the SMTP server took.
struct Received {
  std::string from;             ///< envelope
  std::vector<std::string> to;  ///< envelope
  std::string raw;
  bool tls = false;
  bool answered = true;  ///< false: the sender was left without an answer
};

/// Every mail for everybody, in the order of their coming. A message that comes again under its Message-ID is shown once, with its number
/// of copies, as mail programs do. Thread-safe.
class Mailbox {
 public:
  void add(Received mail);
  void clear();
  /// `to`: only mails to this address; empty: all.
  Node describe(const std::string& to) const;

 private:
  struct Kept {
    Received mail;
    Message message;
    std::string received_at;
    int copies = 1;
  };
  mutable std::mutex mutex_;
  std::vector<Kept> kept_;
};

}  // namespace q2o::sandbox::mail
