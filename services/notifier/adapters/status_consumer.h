#pragma once

#include <span>

#include "common/bus/bus.h"
#include "common/pg/pg.h"
#include "services/notifier/adapters/announcer.h"

namespace q2o::notifier {

/// The topics whose facts make up the progress.
std::vector<std::string> status_topics();

/// Applies a polled batch in one transaction; what was seen before changes nothing, what does not decode goes to the dead letters.
/// What is worth telling is announced in the same transaction; without an announcer nothing is.
void consume(pg::Pool& pool, std::span<const bus::Incoming> messages, const Announcer* announcer = nullptr);

}  // namespace q2o::notifier
