#pragma once

#include "common/rpc/rpc.h"
#include "services/mapper/adapters/record_tracer.h"
#include "services/mapper/domain/repairs.h"

namespace q2o::mapper {

/// Takes down what people decide about records, checked against what the source sent.
class RepairDesk {
 public:
  RepairDesk(pg::Pool& pool, const RecordTracer& tracer) : pool_(pool), tracer_(tracer) {}
  Result<v1::RepairRecordResponse> repair(const rpc::Caller& caller, const v1::RepairRecordRequest& request) const;
  Result<v1::ListRepairsResponse> list(const rpc::Caller& caller, const v1::ListRepairsRequest& request) const;

 private:
  Result<v1::TraceRecordResponse::Record> find(const rpc::Caller& caller, const v1::RepairRecordRequest& request) const;
  pg::Pool& pool_;
  const RecordTracer& tracer_;
};

}  // namespace q2o::mapper
