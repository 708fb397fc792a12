#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/pg/pg.h"
#include "q2o/notifier/v1/mail.pb.h"
#include "services/notifier/app/mail_ports.h"

namespace q2o::notifier {

/// Postgres behind the mails.
class MailStore final : public MailQueue {
 public:
  MailStore(pg::Pool& pool, std::string instance) : pool_(pool), instance_(std::move(instance)) {}
  std::optional<MailJob> next() override;
  bool handing_over(const MailJob& job) override;
  bool settle(const MailJob& job, const Outcome& outcome, std::optional<std::chrono::milliseconds> pause) override;
  bool renew(const MailJob& job) override;

  /// Newest first, those before `before` (0: from the newest); `next` is the place to go on, 0 at the end.
  std::vector<v1::Mail> list(const std::string& tenant, std::int64_t before, std::uint32_t most, std::int64_t& next);
  /// From the beginning, what was given up or refused. Nothing when there is no such mail of the tenant; error failed_precondition
  /// (MAIL_NOT_OVER, MAIL_CONTENT_GONE) when it cannot be sent again.
  Result<std::optional<v1::Mail>> resend(const std::string& tenant, const std::string& mail_id);
  /// No more mails that are not essential. May be repeated.
  void unsubscribe(const std::string& tenant, const std::string& recipient);

 private:
  pg::Pool& pool_;
  const std::string instance_;
};

}  // namespace q2o::notifier
