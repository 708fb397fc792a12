#include "services/mapper/adapters/record_tracer.h"

#include <fmt/format.h>

#include <set>

#include "common/sealing/labels.h"
#include "q2o/connector/v1/raw.pb.h"
#include "services/mapper/adapters/rows.h"

namespace q2o::mapper {
namespace {

using Record = v1::TraceRecordResponse::Record;

constexpr std::size_t kRecordsMax = 100;

/// Entity and id in the source, in order of the ids: by its id, or by the label that rejects and notes carry. Labels are sealed, so those
/// of the entity are opened and compared here.
std::set<std::pair<std::string, std::string>> meant(pg::Tx& tx, const std::string& tenant, const v1::TraceRecordRequest& request) {
  std::set<std::pair<std::string, std::string>> found;  // id first
  for (const auto row :
       tx.exec("SELECT DISTINCT entity, source_id FROM (SELECT entity, source_id FROM seen WHERE tenant_id = $1 AND "
               "migration_id = $2 AND lower(entity) = lower($3) AND source_id = $4 UNION SELECT entity, source_id FROM reject "
               "WHERE tenant_id = $1 AND migration_id = $2 AND lower(entity) = lower($3) AND source_id = $4) AS found",
               {tenant, request.migration_id(), request.entity(), request.word()}))
    found.emplace(row.text("source_id"), row.text("entity"));
  for (const auto* table : {"reject", "note"}) {
    for (const auto row : tx.exec(fmt::format("SELECT tenant_id, migration_id, run, entity, source_id, label FROM {} WHERE tenant_id = $1 "
                                              "AND migration_id = $2 AND lower(entity) = lower($3) AND label <> ''",
                                              table),
                                  {tenant, request.migration_id(), request.entity()})) {
      if (sealing::begins_label(opened(tx, row, "label", "mapper.label"), request.word()))
        found.emplace(row.text("source_id"), row.text("entity"));
    }
  }
  while (found.size() > kRecordsMax) found.erase(std::prev(found.end()));
  return found;
}

void add_readings(pg::Tx& tx, const std::string& tenant, const std::string& migration, const std::string& topic, Record& record) {
  const auto of_run = [&](const char* table, std::uint32_t run) {
    return tx.exec(
        fmt::format("SELECT * FROM {} WHERE tenant_id = $1 AND migration_id = $2 AND run = $3 AND entity = $4 AND source_id = $5 "
                    "ORDER BY position",
                    table),
        {tenant, migration, run, record.entity(), record.source_id()});
  };
  for (const auto row :
       tx.exec("SELECT * FROM seen JOIN run USING (tenant_id, migration_id, run) WHERE tenant_id = $1 AND migration_id = $2 "
               "AND entity = $3 AND source_id = $4 ORDER BY run",
               {tenant, migration, record.entity(), record.source_id()})) {
    auto& reading = *record.add_readings();
    reading.set_run(static_cast<std::uint32_t>(row.integer("run")));
    reading.set_mapping_version(row.text("mapping_version"));
    reading.set_topic(topic);
    reading.set_partition(static_cast<std::int32_t>(row.integer("partition")));
    reading.set_offset(row.integer("raw_offset"));
    for (const auto reject : of_run("reject", reading.run())) fill(tx, *reading.add_rejects(), reject);
    for (const auto note : of_run("note", reading.run())) fill(tx, *reading.add_notes(), note);
  }
}

}  // namespace

void RecordTracer::add_body(Record& record) const {
  const auto newest = record.readings().rbegin();
  if (newest == record.readings().rend() || newest->offset() < 0) {
    record.set_body_missing("where the record lies in the log was not written down");
    return;
  }
  const bus::Range place{newest->topic(), newest->partition(), newest->offset(), newest->offset()};
  bool found = false;
  const auto read = bus::read_range(kafka_, place,
                                    [&](const bus::Incoming& incoming) {
                                      connector::v1::RawMessage message;
                                      if (!message.ParseFromString(incoming.value)) return;
                                      for (auto& raw : *message.mutable_batch()->mutable_records()) {
                                        if (raw.source_id() != record.source_id()) continue;
                                        record.set_body(std::move(*raw.mutable_body()));
                                        found = true;
                                      }
                                    },
                                    {});
  if (!read)
    record.set_body_missing(read.error().message);
  else if (!found)
    record.set_body_missing("the message at this offset does not hold the record");
}

Result<v1::TraceRecordResponse> RecordTracer::trace(const std::string& tenant, const v1::TraceRecordRequest& request) const {
  auto response = pool_.transact([&](pg::Tx& tx) {
    v1::TraceRecordResponse found;
    for (const auto& [source_id, entity] : meant(tx, tenant, request)) {
      auto& record = *found.add_records();
      record.set_entity(entity);
      record.set_source_id(source_id);
      add_readings(tx, tenant, request.migration_id(), raw_topic_, record);
    }
    return found;
  });
  if (response.records().empty())
    return fail(Code::not_found, fmt::format("no run of this migration has seen {} {}", request.entity(), request.word()), "RECORD_UNKNOWN",
                "Give the document number or the id that the source shows, and the entity as `q2o status` lists it.");
  if (request.with_body())
    for (auto& record : *response.mutable_records()) add_body(record);
  return response;
}

}  // namespace q2o::mapper
