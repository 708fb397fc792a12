#pragma once

#include <librdkafka/rdkafka.h>

#include "common/bus/bus.h"

/// Between our messages and librdkafka's; internal to bus.
namespace q2o::bus {

/// Header names and values of an outgoing message (CloudEvents and ours).
Headers headers_of(const Outgoing& message, std::string_view source);
Incoming incoming_of(const rd_kafka_message_t& message);

}  // namespace q2o::bus
