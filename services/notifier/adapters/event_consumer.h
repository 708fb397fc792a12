#pragma once

#include <span>

#include "common/bus/bus.h"
#include "services/notifier/adapters/announcer.h"

namespace q2o::notifier {

/// q2o.identity.event.v1 and q2o.billing.payment.v1: accounts, people and money, in one transaction per polled batch. Mails for what asks
/// for one, people remembered. Seen before: nothing; undecodable: to the dead letters.
void consume_events(pg::Pool& pool, const Announcer& announcer, std::span<const bus::Incoming> messages);
std::vector<std::string> event_topics();

}  // namespace q2o::notifier
