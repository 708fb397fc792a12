#pragma once

#include <string>

#include "common/pg/pg.h"
#include "services/notifier/domain/notices.h"

namespace q2o::notifier {

/// Makes a notice's mails, webhook deliveries and problem, all within the transaction that learned of it. The same notice a second time
/// does nothing. Thread-safe.
class Announcer {
 public:
  struct Options {
    std::string public_url;   ///< of the edge, without a slash at its end
    std::string mail_domain;  ///< of our sender's address: last part of every Message-ID
    bool mails = true;        ///< false: there is no mail server
  };
  Announcer(const MailTemplates& templates, Options options) : templates_(templates), options_(std::move(options)) {}
  const std::string& public_url() const { return options_.public_url; }

  void announce(pg::Tx& tx, const Notice& notice) const;
  /// One mail to one address, whatever roles say: accounts and invitations.
  struct Personal {
    std::string notice_id, event, tenant, address;
    Values values;
  };
  void announce(pg::Tx& tx, const Personal& mail) const;

 private:
  void add_mail(pg::Tx& tx, const Personal& mail, const std::string& migration, bool essential) const;
  const MailTemplates& templates_;
  const Options options_;
};

/// Keyed fingerprint of an address: what rows are found by that must not name it.
std::string recipient_of(pg::Tx& tx, const std::string& tenant, const std::string& address);
/// Who gets nothing any more, or nothing that is not essential.
bool is_unwanted(pg::Tx& tx, const std::string& tenant, const std::string& recipient, bool essential);
/// Values as one JSON object and back.
std::string to_json(const Values& values);
Values values_of(const std::string& json);

/// Channels that wake those who send.
inline constexpr const char* kMailChannel = "notifier_mail";
inline constexpr const char* kWebhookChannel = "notifier_webhook";

}  // namespace q2o::notifier
