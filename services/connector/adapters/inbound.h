#pragma once

#include <span>

#include "common/bus/bus.h"

namespace q2o::connector {

/// What the connector hears: migrations (projection, wakes the workers) and how far the loader is.
class Inbound {
 public:
  explicit Inbound(pg::Pool& pool) : pool_(pool) {}
  void handle(std::span<const bus::Incoming> messages);

 private:
  void migration(pg::Tx& tx, const bus::Incoming& message);
  void loader(pg::Tx& tx, const bus::Incoming& message);
  pg::Pool& pool_;
};

}  // namespace q2o::connector
