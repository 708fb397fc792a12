#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "services/notifier/domain/mail_templates.h"

namespace q2o::notifier {

/// A mail whose time has come, held by this process under a lease.
struct MailJob {
  std::string id, tenant, event;
  std::string address, recipient;  ///< recipient: the address's keyed fingerprint
  Values values;
  std::string message_id;
  int attempts = 0;          ///< this one included
  std::chrono::seconds age;  ///< since its first attempt was due
  std::int64_t fence = 0;
};

/// How an attempt ended.
struct Outcome {
  enum class Kind {
    sent,         ///< the mail server has taken it
    later,        ///< not taken now (4xx, no connection, our own settings): nothing was handed over
    bad_address,  ///< 5xx for the recipient: never again to this address
    refused,      ///< 5xx for this mail
    unknown,      ///< ended between the first byte of the mail and the answer
  };
  Kind kind = Kind::later;
  std::string reply;  ///< the mail server's own words, or ours
};

/// The mails that are to be sent. Called from several threads.
class MailQueue {
 public:
  virtual ~MailQueue() = default;
  /// The one that waits longest. What a dead process had begun to hand over becomes `unknown` first.
  virtual std::optional<MailJob> next() = 0;
  /// Durable: from now on nobody can say that the mail was not sent. False: the lease is lost, do not send.
  virtual bool handing_over(const MailJob& job) = 0;
  /// `pause`: until the next attempt, where there is one. False: the lease was lost.
  virtual bool settle(const MailJob& job, const Outcome& outcome, std::optional<std::chrono::milliseconds> pause) = 0;
  virtual bool renew(const MailJob& job) = 0;
};

/// Takes one mail to one recipient. Called from several threads.
class MailServer {
 public:
  virtual ~MailServer() = default;
  /// `before_body` is called once, when the mail server is ready for the mail's first byte; false ends it without one.
  virtual Outcome send(const std::string& from, const std::string& to, const std::string& message,
                       const std::function<bool()>& before_body) = 0;
};

}  // namespace q2o::notifier
