#include "services/mapper/adapters/mapper_service.h"

#include <fmt/format.h>

#include "common/rpc/page.h"
#include "common/rpc/serve.h"
#include "services/mapper/adapters/covered.h"
#include "services/mapper/adapters/rows.h"
#include "services/mapper/app/output.h"

namespace q2o::mapper {
namespace {

/// An id that is none is the caller's mistake.
template <class Work>
grpc::Status serve(const grpc::ServerContext& context, const Work& work) {
  return rpc::serve(context, "mapper", [&](const rpc::Caller& caller) -> Status {
    try {
      return work(caller);
    } catch (const pg::SqlError& error) {
      if (error.sqlstate != "22P02") throw;
      return fail(Code::invalid_argument, "the id is no UUID", "BAD_ID", "Give the id as q2o status shows it.");
    }
  });
}

/// One page of the rows of a run, in the order they were made; one row more is read, so that a full last page has no token.
template <class Request, class Response, class Add>
Status page_of(pg::Pool& pool, const rpc::Caller& caller, const char* table, const Request& request, Response& response, Add add) {
  const auto after = rpc::place_of(request.page_token());
  if (!after) return fail(after.error());
  const auto size = rpc::page_size(request.page_size());
  pool.transact([&](pg::Tx& tx) {
    response.Clear();
    std::uint32_t rows = 0;
    std::int64_t last = 0;
    for (const auto row :
         tx.exec(fmt::format("SELECT * FROM {} WHERE tenant_id = $1 AND migration_id = $2 AND run = $3 AND position > $4 ORDER BY position "
                             "LIMIT $5",
                             table),
                 {caller.tenant, request.migration_id(), request.run(), *after, static_cast<std::int64_t>(size) + 1})) {
      if (++rows > size) {
        response.set_next_page_token(std::to_string(last));
        break;
      }
      last = row.integer("position");
      add(tx, row);
    }
  });
  return {};
}

}  // namespace

grpc::Status MapperServiceImpl::CheckMapping(grpc::ServerContext* context, const v1::CheckMappingRequest* request,
                                             v1::CheckMappingResponse* response) {
  return serve(*context, [&](const rpc::Caller&) -> Status {
    const auto check = Mapping::compile(request->mapping_json());
    for (const auto& complaint : check.complaints) {
      auto& added = *response->add_complaints();
      added.set_place(complaint.place);
      added.set_message(complaint.message);
    }
    if (check.mapping) response->set_version(check.mapping->version());
    return {};
  });
}

grpc::Status MapperServiceImpl::StoreMapping(grpc::ServerContext* context, const v1::StoreMappingRequest* request,
                                             v1::StoreMappingResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    const auto stored = mappings_.store(caller.tenant, request->platform(), request->mapping_json());
    if (!stored.complaints.empty()) {
      const auto& first = stored.complaints.front();
      return fail(Code::invalid_argument,
                  fmt::format("the mapping has {} mistakes; the first: {}: {}", stored.complaints.size(), first.place, first.message),
                  "MAPPING_INVALID", "q2o mapping check lists them all.");
    }
    response->set_version(stored.version);
    return {};
  });
}

Result<std::shared_ptr<const Mapping>> MapperServiceImpl::mapping_of(const std::string& tenant, const std::string& platform,
                                                                     const std::string& version) {
  std::shared_ptr<const Mapping> mapping;
  const auto found = pool_.transact([&](pg::Tx& tx) {
    auto known = version.empty() ? mappings_.current(tx, tenant, platform) : mappings_.named(tx, tenant, platform, version);
    if (known) mapping = mappings_.find(tx, tenant, *known);
    return known;
  });
  if (!found && !version.empty())
    return fail(Code::not_found, fmt::format("no single mapping of {} begins with '{}'", platform, version), "MAPPING_UNKNOWN",
                "Give at least 6 digits of its version; q2o mapping store prints it.");
  if (!found)
    return fail(Code::not_found, fmt::format("no mapping is stored for {}", platform), "MAPPING_UNKNOWN", "Store one with q2o mapping.");
  if (!mapping)
    return fail(Code::failed_precondition, fmt::format("this program no longer accepts mapping {}", found->substr(0, 12)),
                "MAPPING_UNKNOWN", "`q2o mapping check FILE` says why; correct it and store it again.");
  return mapping;
}

grpc::Status MapperServiceImpl::CurrentMapping(grpc::ServerContext* context, const v1::CurrentMappingRequest* request,
                                               v1::CurrentMappingResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    const auto mapping = mapping_of(caller.tenant, request->platform(), request->version());
    if (!mapping) return fail(mapping.error());
    response->set_version((*mapping)->version());
    for (const auto& module : (*mapping)->modules()) *response->add_modules() = to_proto(module);
    return {};
  });
}

grpc::Status MapperServiceImpl::CheckCoverage(grpc::ServerContext* context, const v1::CheckCoverageRequest* request,
                                              v1::CheckCoverageResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    const auto mapping = mapping_of(caller.tenant, request->platform(), request->version());
    if (!mapping) return fail(mapping.error());
    *response = covered(**mapping, *request);
    return {};
  });
}

grpc::Status MapperServiceImpl::DiffRuns(grpc::ServerContext* context, const v1::DiffRunsRequest* request,
                                         grpc::ServerWriter<v1::DiffRunsResponse>* writer) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    return differ_.diff(caller.tenant, *request, stop_, [&](const auto& part) { return writer->Write(part); });
  });
}

grpc::Status MapperServiceImpl::ListRejects(grpc::ServerContext* context, const v1::ListRejectsRequest* request,
                                            v1::ListRejectsResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    return page_of(pool_, caller, "reject", *request, *response,
                   [&](pg::Tx& tx, const pg::Row& row) { fill(tx, *response->add_rejects(), row); });
  });
}

grpc::Status MapperServiceImpl::ListNotes(grpc::ServerContext* context, const v1::ListNotesRequest* request,
                                          v1::ListNotesResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    return page_of(pool_, caller, "note", *request, *response,
                   [&](pg::Tx& tx, const pg::Row& row) { fill(tx, *response->add_notes(), row); });
  });
}

grpc::Status MapperServiceImpl::RepairRecord(grpc::ServerContext* context, const v1::RepairRecordRequest* request,
                                             v1::RepairRecordResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    auto repaired = repairs_.repair(caller, *request);
    if (!repaired) return fail(repaired.error());
    *response = std::move(*repaired);
    return {};
  });
}

grpc::Status MapperServiceImpl::ListRepairs(grpc::ServerContext* context, const v1::ListRepairsRequest* request,
                                            v1::ListRepairsResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    auto listed = repairs_.list(caller, *request);
    if (!listed) return fail(listed.error());
    *response = std::move(*listed);
    return {};
  });
}

grpc::Status MapperServiceImpl::TraceRecord(grpc::ServerContext* context, const v1::TraceRecordRequest* request,
                                            v1::TraceRecordResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    auto traced = tracer_.trace(caller.tenant, *request);
    if (!traced) return fail(traced.error());
    *response = std::move(*traced);
    return {};
  });
}

}  // namespace q2o::mapper
