#pragma once

#include "services/mapper/adapters/replay_worker.h"
#include "services/mapper/tests/service_fixture.h"

namespace q2o::mapper::testing {

/// The first run's messages lie in a raw topic of the test's own; a replay reads them there.
class MapperReplay : public MapperService {
 protected:
  MapperReplay() {
    topics_.raw = q2o::testing::Kafka::instance().fresh_topic();
    auto stream = whole_run();
    for (auto& message : stream) {
      bus::Outgoing out;
      out.topic = topics_.raw;
      out.key = message.key;
      out.value = message.value;
      out.id = message.id();
      const auto place = producer_.publish({&out, 1}, std::chrono::seconds(10)).value().front();
      message.partition = place.partition;
      message.offset = place.offset;
      if (first_ < 0) first_ = place.offset;
      last_ = place.offset;
    }
    worker_->receive(stream);
  }
  void order(std::uint32_t run, std::int64_t first, const std::vector<std::string>& entities = {}, const std::string& mapping = {}) {
    run_ = run;
    direct(billing::v1::DIRECTIVE_GO);
    auto message = raw();
    message.mutable_scope()->set_run(run);
    auto& replay = *message.mutable_run_replay();
    replay.set_source_run(1);
    replay.set_mapping_version(mapping.empty() ? version_ : mapping);
    auto& range = *replay.add_ranges();
    range.set_first_offset(first);
    range.set_last_offset(last_);
    for (const auto& entity : entities) replay.add_entities(entity);
    const auto in = incoming(message);
    worker_->receive({&in, 1});
  }
  bool replay_some() { return ReplayWorker(pool_, kafka(), *worker_, "test", topics_.raw).run_one({}); }
  /// The mapped batches of a run, as they lie in the log.
  std::vector<std::string> batches(std::uint32_t run) {
    std::vector<std::string> all;
    for (const auto& one : published())
      if (one.message.scope().run() == run && one.message.has_batch()) all.push_back(one.message.batch().SerializeAsString());
    return all;
  }
  std::string failure() {
    return pool_.transact([](pg::Tx& tx) {
      for (const auto row : tx.exec("SELECT value FROM outbox ORDER BY id")) {
        v1::StatusFact fact;
        if (fact.ParseFromString(row.bytes("value")) && fact.has_run_failed())
          return fact.run_failed().reason() + ": " + fact.run_failed().hint();
      }
      return std::string();
    });
  }
  std::int64_t first_ = -1, last_ = -1;
};

}  // namespace q2o::mapper::testing
