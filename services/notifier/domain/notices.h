#pragma once

#include <string>
#include <vector>

#include "q2o/billing/v1/event.pb.h"
#include "q2o/connector/v1/status.pb.h"
#include "q2o/loader/v1/status.pb.h"
#include "q2o/notifier/v1/progress.pb.h"
#include "services/notifier/domain/mail_templates.h"

namespace q2o::notifier {

/// Something that people or programs are told of: by mail where there are templates for the event, by webhook where a program wants it.
struct Notice {
  std::string id;     ///< the same for the same thing, however often its facts are read
  std::string event;  ///< "job.completed"
  std::string tenant;
  std::string migration;      ///< empty: of none
  std::string subject;        ///< what it is about
  Values values;              ///< for the templates, and `data` of a webhook
  std::string problem, hint;  ///< for the list of problems; empty: none
  bool quiet = false;         ///< told at most once a day for one subject: its facts repeat while it lasts
};

/// What a message about a migration makes worth telling, from the progress before and after it. Pure.
std::vector<Notice> notices_of(const v1::Progress& before, const v1::Progress& after, const std::string& public_url);
/// Of a connection's fact; nothing when it is good news, or when a person ended it himself.
std::vector<Notice> notices_of(const connector::v1::StatusFact& fact, const std::string& fact_id, const std::string& public_url);
std::vector<Notice> notices_of(const loader::v1::StatusFact& fact, const std::string& fact_id, const std::string& public_url);
/// Money that came or went; nothing for a kind that we do not know yet.
std::vector<Notice> notices_of(const billing::v1::PaymentEvent& event, const std::string& public_url);

/// The events that webhooks may ask for.
const std::vector<std::string>& webhook_events();

}  // namespace q2o::notifier
