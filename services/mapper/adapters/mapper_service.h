#pragma once

#include "q2o/mapper/v1/mapper.grpc.pb.h"
#include "services/mapper/adapters/mapping_store.h"
#include "services/mapper/adapters/record_tracer.h"
#include "services/mapper/adapters/repair_desk.h"
#include "services/mapper/adapters/run_differ.h"

namespace q2o::mapper {

/// gRPC face of the mapper.
class MapperServiceImpl : public v1::MapperService::Service {
 public:
  MapperServiceImpl(pg::Pool& pool, MappingStore& mappings, RecordTracer tracer, RunDiffer differ, std::stop_token stop)
      : pool_(pool),
        mappings_(mappings),
        tracer_(std::move(tracer)),
        repairs_(pool, tracer_),
        differ_(std::move(differ)),
        stop_(std::move(stop)) {}

  grpc::Status CheckMapping(grpc::ServerContext* context, const v1::CheckMappingRequest* request,
                            v1::CheckMappingResponse* response) override;
  grpc::Status StoreMapping(grpc::ServerContext* context, const v1::StoreMappingRequest* request,
                            v1::StoreMappingResponse* response) override;
  grpc::Status CurrentMapping(grpc::ServerContext* context, const v1::CurrentMappingRequest* request,
                              v1::CurrentMappingResponse* response) override;
  grpc::Status ListRejects(grpc::ServerContext* context, const v1::ListRejectsRequest* request, v1::ListRejectsResponse* response) override;
  grpc::Status ListNotes(grpc::ServerContext* context, const v1::ListNotesRequest* request, v1::ListNotesResponse* response) override;
  grpc::Status TraceRecord(grpc::ServerContext* context, const v1::TraceRecordRequest* request, v1::TraceRecordResponse* response) override;
  grpc::Status RepairRecord(grpc::ServerContext* context, const v1::RepairRecordRequest* request,
                            v1::RepairRecordResponse* response) override;
  grpc::Status CheckCoverage(grpc::ServerContext* context, const v1::CheckCoverageRequest* request,
                             v1::CheckCoverageResponse* response) override;
  grpc::Status DiffRuns(grpc::ServerContext* context, const v1::DiffRunsRequest* request,
                        grpc::ServerWriter<v1::DiffRunsResponse>* writer) override;
  grpc::Status ListRepairs(grpc::ServerContext* context, const v1::ListRepairsRequest* request, v1::ListRepairsResponse* response) override;

 private:
  /// The version asked for, or the current one where none is. Error not_found says what to do.
  Result<std::shared_ptr<const Mapping>> mapping_of(const std::string& tenant, const std::string& platform, const std::string& version);
  pg::Pool& pool_;
  MappingStore& mappings_;
  RecordTracer tracer_;
  RepairDesk repairs_;
  RunDiffer differ_;
  const std::stop_token stop_;
};

}  // namespace q2o::mapper
