#pragma once

#include "services/connector/app/ports.h"

namespace q2o::connector {

/// The raw topic behind the port.
class KafkaRawLog : public RawLog {
 public:
  KafkaRawLog(bus::Producer& producer, std::string topic) : producer_(producer), topic_(std::move(topic)) {}
  Result<std::vector<bus::Position>> publish(const std::vector<v1::RawMessage>& messages) override;

 private:
  bus::Producer& producer_;
  const std::string topic_;
};

/// Deterministic; a batch's id holds its content as well, because a page read again after a crash may hold other rows.
bus::Outgoing outgoing(const v1::RawMessage& message, const std::string& topic);

}  // namespace q2o::connector
