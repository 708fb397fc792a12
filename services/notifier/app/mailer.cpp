#include "services/notifier/app/mailer.h"

#include <random>

#include "common/failpoint/failpoint.h"
#include "common/liveness/lease_keeper.h"
#include "common/log/log.h"
#include "services/notifier/domain/message.h"

namespace q2o::notifier {
namespace {

const failpoint::Point kBeforeSend{"before_send"};
const failpoint::Point kAfterSend{"after_send"};

/// A third of the lease (adapters/mail_store.cpp).
constexpr std::chrono::milliseconds kRenewEvery{3000};

double dice() {
  thread_local std::mt19937_64 random(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(random);
}

const char* word(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::sent:
      return "sent";
    case Outcome::Kind::later:
      return "later";
    case Outcome::Kind::bad_address:
      return "bad_address";
    case Outcome::Kind::refused:
      return "refused";
    case Outcome::Kind::unknown:
      break;
  }
  return "unknown";
}

}  // namespace

Mailer::Mailer(MailQueue& queue, MailServer& server, const MailTemplates& templates, Options options,
               std::function<std::string(const std::string&, const std::string&)> unsubscribe_url, metrics::Registry& metrics)
    : queue_(queue),
      server_(server),
      templates_(templates),
      options_(std::move(options)),
      unsubscribe_url_(std::move(unsubscribe_url)),
      metrics_(metrics) {}

Outcome Mailer::send(const MailJob& job) {
  if (!is_address(job.address)) return {Outcome::Kind::bad_address, "that is no e-mail address"};
  const auto* kind = templates_.kind(job.event);
  if (kind == nullptr) return {Outcome::Kind::refused, "there is no template for this event any more"};
  auto values = job.values;
  values["home"] = options_.home;
  values["address"] = job.address;
  if (!kind->essential) values["unsubscribe"] = unsubscribe_url_(job.tenant, job.recipient);
  const auto mail = templates_.render(job.event, values);
  const auto message = write_message({options_.from_name, options_.from_address, values["name"], job.address, mail.subject, mail.text,
                                      mail.html, job.message_id, values["unsubscribe"], std::chrono::system_clock::now()});
  if (!message) return {Outcome::Kind::refused, message.error().message};
  const liveness::LeaseKeeper keeper("mail", kRenewEvery, [&] { return queue_.renew(job); });
  return server_.send(options_.from_address, job.address, *message, [&] { return queue_.handing_over(job); });
}

bool Mailer::run_one() {
  const auto job = queue_.next();
  if (!job) return false;
  kBeforeSend.hit(job->event);
  const auto outcome = send(*job);
  kAfterSend.hit(job->event);
  const bool again = outcome.kind == Outcome::Kind::later || outcome.kind == Outcome::Kind::unknown;
  const auto pause = again ? options_.plan.pause(job->attempts, job->age, dice()) : std::nullopt;
  metrics_.counter("q2o_notifier_mails_total", "Attempts to send a mail", {{"event", job->event}, {"outcome", word(outcome.kind)}}).add();
  if (outcome.kind != Outcome::Kind::sent)
    log::warn("mail not sent", {{"mail", job->id},
                                {"event", job->event},
                                {"outcome", word(outcome.kind)},
                                {"attempt", job->attempts},
                                {"again", pause.has_value()},
                                {"reply", outcome.reply}});
  if (!queue_.settle(*job, outcome, pause)) log::warn("another process has taken the mail over", {{"mail", job->id}});
  return true;
}

}  // namespace q2o::notifier
