#pragma once

#include <functional>

#include "common/metrics/metrics.h"
#include "services/notifier/app/mail_ports.h"
#include "services/notifier/domain/retry_plan.h"

namespace q2o::notifier {

/// Sends one mail after the other: render, hand over, remember. Thread-safe; one run_one() per thread.
class Mailer {
 public:
  struct Options {
    std::string from_name, from_address;
    std::string home;  ///< where we are, "https://…", without a slash at its end
    RetryPlan plan = mail_plan();
  };
  /// `unsubscribe_url` makes the link for a recipient of a tenant.
  Mailer(MailQueue& queue, MailServer& server, const MailTemplates& templates, Options options,
         std::function<std::string(const std::string& tenant, const std::string& recipient)> unsubscribe_url, metrics::Registry& metrics);
  /// False: nothing is due.
  bool run_one();

 private:
  Outcome send(const MailJob& job);
  MailQueue& queue_;
  MailServer& server_;
  const MailTemplates& templates_;
  const Options options_;
  const std::function<std::string(const std::string&, const std::string&)> unsubscribe_url_;
  metrics::Registry& metrics_;
};

}  // namespace q2o::notifier
