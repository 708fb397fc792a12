#include "services/connector/adapters/kafka_recorded_run.h"

#include "common/bus/topic.h"
#include "q2o/connector/v1/raw.pb.h"

namespace q2o::connector {

std::vector<bus::Range> KafkaRecordedRun::ranges(const std::string& entity) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<bus::Range> out;
    for (const auto row :
         tx.exec("SELECT r.partition, CASE WHEN e.log_last >= e.log_first THEN e.log_first ELSE r.first_offset END AS first, "
                 "CASE WHEN e.log_last >= e.log_first THEN e.log_last ELSE r.last_offset END AS last FROM extraction_range r "
                 "JOIN extraction_entity e ON e.migration_id = r.migration_id AND e.run = r.run AND e.entity = $3 "
                 "AND (e.log_last < e.log_first OR e.log_partition = r.partition) "
                 "WHERE r.migration_id = $1 AND r.run = $2 ORDER BY r.partition",
                 {migration_, run_, entity}))
      out.push_back(
          {std::string(topic::kRaw), static_cast<std::int32_t>(row.integer("partition")), row.integer("first"), row.integer("last")});
    return out;
  });
}

Status KafkaRecordedRun::read(const std::string& entity, const std::function<void(Row)>& each, std::stop_token stop) {
  for (const auto& range : ranges(entity)) {
    bool readable = true;
    const auto take = [&](const bus::Incoming& incoming) {
      if (incoming.key != migration_) return;
      v1::RawMessage message;
      if (!message.ParseFromString(incoming.value)) {
        readable = false;
        return;
      }
      if (message.scope().run() != run_ || !message.has_batch() || message.batch().entity() != entity) return;
      for (auto& record : *message.mutable_batch()->mutable_records())
        each({std::move(*record.mutable_source_id()), std::move(*record.mutable_body())});
    };
    if (const auto done = bus::read_range(bus_, range, take, stop); !done) return done;
    if (!readable) return fail(Code::data_loss, "the replay log has messages that cannot be read", "UNDECODABLE");
  }
  return {};
}

}  // namespace q2o::connector
