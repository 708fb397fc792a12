#pragma once

#include "services/mapper/app/run_mapper.h"
#include "services/mapper/domain/mapping.h"
#include "tests/sim/world.h"

namespace q2o::sim {

/// What the mapper's database holds; a transaction works on a copy.
struct MapperDb {
  std::set<std::string> inbox;
  std::optional<mapper::RunState> run;
  std::map<std::string, std::set<std::string>> seen;
  std::map<std::string, std::vector<mapper::RawRecord>> deferred;
  std::map<std::string, mapper::Counts> counts;
  std::map<std::string, bool> source_ended;  ///< -> our own end was sent
  std::set<std::string> complete;
  std::map<std::string, std::map<std::string, std::string>> lookups;
  std::set<std::string> unclaimed;
  std::vector<Message> outbox;
};

/// The raw consumer of the mapper: maps, publishes, waits for the broker, then commits.
class Mapper {
 public:
  Mapper(World& world, Topic& mapped);
  void handle(const Message& message);
  void forget() { lookups_.reset(); }  ///< a crash
  const Message* fact(std::size_t number) const { return number < db_.outbox.size() ? &db_.outbox[number] : nullptr; }
  const MapperDb& db() const { return db_; }

 private:
  class Lookups;
  class Store;
  void work(MapperDb& db, const connector::v1::RawMessage& message);
  World& world_;
  Topic& mapped_;
  MapperDb db_;
  std::shared_ptr<Lookups> lookups_;  ///< volatile, as in the service
};

}  // namespace q2o::sim
