#pragma once

#include "services/connector/app/ports.h"

namespace q2o::connector {

/// The raw topic behind the port.
class KafkaRawLog : public RawLog {
 public:
  explicit KafkaRawLog(bus::Producer& producer) : producer_(producer) {}
  Result<std::vector<bus::Position>> publish(const std::vector<v1::RawMessage>& messages) override;

 private:
  bus::Producer& producer_;
};

/// Deterministic; a batch's id holds its content as well, because a page read again after a crash may hold other rows.
bus::Outgoing outgoing(const v1::RawMessage& message);

}  // namespace q2o::connector
