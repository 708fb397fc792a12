#pragma once

#include "common/bus/bus.h"
#include "common/pg/pg.h"
#include "services/connector/app/recorded_run.h"

namespace q2o::connector {

/// Reads a run's records from the raw topic without a consumer group: each entity where the journal says that its messages lie.
class KafkaRecordedRun : public RecordedRun {
 public:
  KafkaRecordedRun(pg::Pool& pool, bus::Options bus, std::string migration, std::uint32_t run)
      : pool_(pool), bus_(std::move(bus)), migration_(std::move(migration)), run_(run) {}
  Status read(const std::string& entity, const std::function<void(Row)>& each, std::stop_token stop) override;

 private:
  std::vector<bus::Range> ranges(const std::string& entity);
  pg::Pool& pool_;
  const bus::Options bus_;
  const std::string migration_;
  const std::uint32_t run_;
};

}  // namespace q2o::connector
