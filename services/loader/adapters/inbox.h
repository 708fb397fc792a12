#pragma once

#include <span>

#include "common/bus/bus.h"
#include "common/pg/pg.h"
#include "q2o/mapper/v1/mapped.pb.h"

namespace q2o::loader {

/// NOTIFY channel that wakes the workers.
inline constexpr std::string_view kWorkChannel = "loader_work";

/// Bus handler of the migration and the mapped topic: stores and returns. Undecodable messages go to the dead letters.
class Inbox {
 public:
  explicit Inbox(pg::Pool& pool) : pool_(pool) {}
  void handle(std::span<const bus::Incoming> messages);

 private:
  void take(pg::Tx& tx, const bus::Incoming& message);
  void take_mapped(pg::Tx& tx, const bus::Incoming& message);
  pg::Pool& pool_;
};

/// Effects of one mapped message; it must not have been applied before.
void apply_mapped(pg::Tx& tx, const mapper::v1::MappedMessage& message);

}  // namespace q2o::loader
