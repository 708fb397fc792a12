#pragma once

#include <span>

#include "common/bus/bus.h"
#include "common/pg/pg.h"

namespace q2o::notifier {

/// The topics whose facts make up the progress.
std::vector<std::string> status_topics();

/// Applies a polled batch in one transaction; what was seen before changes nothing, what does not decode goes to the dead letters.
void consume(pg::Pool& pool, std::span<const bus::Incoming> messages);

}  // namespace q2o::notifier
