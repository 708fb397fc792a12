#pragma once

#include "common/bus/bus.h"
#include "common/pg/pg.h"
#include "q2o/mapper/v1/mapper.pb.h"

namespace q2o::mapper {

/// Source record → the raw messages that brought it, and what each run made of it.
class RecordTracer {
 public:
  RecordTracer(pg::Pool& pool, bus::Options kafka, std::string raw_topic)
      : pool_(pool), kafka_(std::move(kafka)), raw_topic_(std::move(raw_topic)) {}
  /// Error not_found: no run of the migration has seen such a record.
  Result<v1::TraceRecordResponse> trace(const std::string& tenant, const v1::TraceRecordRequest& request) const;

 private:
  void add_body(v1::TraceRecordResponse::Record& record) const;
  pg::Pool& pool_;
  bus::Options kafka_;
  std::string raw_topic_;
};

}  // namespace q2o::mapper
