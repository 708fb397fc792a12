#include "services/connector/adapters/grpc_service.h"

#include "common/once/once.h"
#include "common/rpc/serve.h"
#include "services/connector/adapters/changes_report.h"
#include "services/connector/adapters/compression.h"
#include "services/connector/adapters/postgres_replay.h"

namespace q2o::connector {
namespace {

using config::Secret;

void fill(v1::Connection& out, const Connection& c) {
  out.set_connection_id(c.id);
  out.set_slug(c.slug);
  out.set_platform(c.platform);
  out.set_company_id(c.company_id);
  out.set_company_name(c.company_name);
  out.set_home_currency(c.home_currency);
  out.set_state(c.state);
  out.set_message(c.message);
  out.set_base_url(c.base_url);
  out.set_fiscal_year_first_month(c.fiscal_year_first_month);
}

template <class Work>
grpc::Status serve(const grpc::ServerContext* context, const Work& work) {
  return rpc::serve(*context, "connector", work);
}

}  // namespace

grpc::Status GrpcService::SaveConnection(grpc::ServerContext* context, const v1::SaveConnectionRequest* request,
                                         v1::SaveConnectionResponse* response) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    SaveRequest wanted{caller.tenant,
                       request->platform(),
                       request->base_url(),
                       request->token_url(),
                       request->company_id(),
                       request->redirect_uri(),
                       {Secret(request->client_id()), Secret(request->client_secret())},
                       Secret(request->authorization_code()),
                       Secret(request->refresh_token())};
    // A code works once, and a token that was given is an old one by now: the same order does not give them again.
    auto saved = once::answered_after(pool_, [&]() -> Result<v1::SaveConnectionResponse> {
      const auto connection = connections_.save(wanted);
      if (!connection) return fail(connection.error());
      v1::SaveConnectionResponse out;
      fill(*out.mutable_connection(), *connection);
      return out;
    });
    if (!saved) return fail(saved.error());
    *response = std::move(*saved);
    return {};
  });
}

grpc::Status GrpcService::VerifyConnection(grpc::ServerContext* context, const v1::VerifyConnectionRequest* request,
                                           v1::VerifyConnectionResponse* response) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    const auto connection = connections_.verify(caller.tenant, request->connection_id(), stop_);
    if (!connection) return tl::unexpected(connection.error());
    fill(*response->mutable_connection(), *connection);
    return {};
  });
}

grpc::Status GrpcService::ListConnections(grpc::ServerContext* context, const v1::ListConnectionsRequest* request,
                                          v1::ListConnectionsResponse* response) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    if (!request->connection_id().empty()) {
      if (const auto one = connections_.find(caller.tenant, request->connection_id())) fill(*response->add_connections(), *one);
      return {};
    }
    const auto page = connections_.list(caller.tenant, request->page_token(), request->page_size());
    if (!page) return tl::unexpected(page.error());
    for (const auto& connection : page->connections) fill(*response->add_connections(), connection);
    response->set_next_page_token(page->more);
    return {};
  });
}

grpc::Status GrpcService::GetReports(grpc::ServerContext* context, const v1::GetReportsRequest* request,
                                     grpc::ServerWriter<v1::GetReportsResponse>* writer) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    using Key = std::tuple<std::string, std::string, std::string>;
    std::vector<Key> keys;
    std::uint32_t recorded = 0;
    const Status known = pool_.transact([&](pg::Tx& tx) -> Status {
      const auto run = recorded_run(tx, caller.tenant, request->migration_id(), request->run());
      if (!run) return fail(run.error());
      recorded = *run;
      keys.clear();
      for (const auto row : tx.exec("SELECT name, start_date, end_date FROM report WHERE migration_id = $1 AND run = $2 AND tenant_id = $3 "
                                    "AND ($4 = '' OR name ="
                                    " $4) ORDER BY name, end_date, start_date",
                                    {request->migration_id(), recorded, caller.tenant, request->name()}))
        keys.emplace_back(row.text("name"), row.text("start_date"), row.text("end_date"));
      return {};
    });
    if (!known) return known;
    // One body at a time: together they may be larger than memory should hold.
    for (const auto& [name, start, end] : keys) {
      v1::GetReportsResponse report;
      report.set_name(name);
      report.set_start_date(start);
      report.set_end_date(end);
      report.set_body(pool_.transact([&, &name = name, &start = start, &end = end](pg::Tx& tx) {
        const auto row = tx.one(
            "SELECT bytes, body FROM report WHERE migration_id = $1 AND run = $2 AND name = $3 AND start_date = $4 AND end_date = $5",
            {request->migration_id(), recorded, name, start, end});
        const auto packed =
            tx.open({caller.tenant, request->migration_id(), kReportBody, report_id(recorded, name, start, end)}, row.bytes("body"));
        return decompress(packed, static_cast<std::size_t>(row.integer("bytes")));
      }));
      if (!writer->Write(report)) return fail(Code::cancelled, "the caller left", "CANCELLED");
    }
    return {};
  });
}

grpc::Status GrpcService::GetExtraction(grpc::ServerContext* context, const v1::GetExtractionRequest* request,
                                        v1::GetExtractionResponse* response) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    return pool_.transact([&](pg::Tx& tx) -> Status {
      response->Clear();
      const auto recorded = recorded_run(tx, caller.tenant, request->migration_id(), request->run());
      if (!recorded) return fail(recorded.error());
      const auto run = tx.one(
          "SELECT e.slug, e.requests, coalesce(c.platform, '') AS platform FROM extraction e LEFT JOIN connection c "
          "ON c.connection_id = e.connection_id WHERE e.migration_id = $1 AND e.run = $2",
          {request->migration_id(), request->run()});
      const auto* manifest = connections_.manifest(run.text("platform"));
      response->set_source_requests(static_cast<std::uint64_t>(run.integer("requests")));
      auto& scope = *response->mutable_scope();
      scope.set_tenant_id(caller.tenant);
      scope.set_migration_id(request->migration_id());
      scope.set_run(request->run());
      scope.set_connection(run.text("slug"));
      for (const auto row : tx.exec("SELECT entity, counted_after, extracted, explanation, absence FROM extraction_entity WHERE "
                                    "migration_id = $1 AND run = $2 ORDER BY"
                                    " entity",
                                    {request->migration_id(), *recorded})) {
        auto& entity = *response->add_entities();
        entity.set_entity(row.text("entity"));
        entity.set_counted(static_cast<std::uint64_t>(row.integer("counted_after")));
        entity.set_extracted(static_cast<std::uint64_t>(row.integer("extracted")));
        entity.set_explanation(row.text("explanation"));
        entity.set_absence(static_cast<v1::Absence>(row.integer("absence")));
        const auto* rule = manifest == nullptr ? nullptr : manifest->find(entity.entity());
        if (rule != nullptr) *entity.mutable_ledger_types() = {rule->ledger_types.begin(), rule->ledger_types.end()};
      }
      if (manifest != nullptr)
        *response->mutable_ledger_only_types() = {manifest->ledger.own_types.begin(), manifest->ledger.own_types.end()};
      return {};
    });
  });
}

grpc::Status GrpcService::ListChanges(grpc::ServerContext* context, const v1::ListChangesRequest* request,
                                      v1::ListChangesResponse* response) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    auto report = pool_.transact([&](pg::Tx& tx) { return changes_report(tx, caller.tenant, *request); });
    if (!report) return fail(report.error());
    *response = std::move(*report);
    return {};
  });
}

grpc::Status GrpcService::GetFile(grpc::ServerContext* context, const v1::GetFileRequest* request,
                                  grpc::ServerWriter<v1::GetFileResponse>* writer) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    const auto connection =
        pool_.transact([&](pg::Tx& tx) { return connection_for_files(tx, caller.tenant, request->migration_id(), request->run()); });
    if (!connection) return fail(connection.error());
    const auto file = files_.fetch({caller.tenant, *connection, request->entity(), request->source_id(), request->bytes_expected()}, stop_);
    if (!file) return fail(file.error());
    constexpr std::size_t kChunk = 256 * 1024;
    v1::GetFileResponse message;
    message.set_content_type(file->content_type);
    message.set_size(file->bytes.size());
    for (std::size_t at = 0; at == 0 || at < file->bytes.size(); at += kChunk) {
      message.set_chunk(file->bytes.substr(at, kChunk));
      if (!writer->Write(message)) return fail(Code::cancelled, "the caller left", "CANCELLED");
      message.Clear();
    }
    return {};
  });
}

grpc::Status GrpcService::StartAssessment(grpc::ServerContext* context, const v1::StartAssessmentRequest* request,
                                          v1::StartAssessmentResponse* response) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    auto started = assessments_.start(caller.tenant, request->connection_id());
    if (!started) return fail(started.error());
    *response->mutable_assessment() = std::move(*started);
    return {};
  });
}

grpc::Status GrpcService::GetAssessment(grpc::ServerContext* context, const v1::GetAssessmentRequest* request,
                                        v1::GetAssessmentResponse* response) {
  return serve(context, [&](const rpc::Caller& caller) -> Status {
    auto found = assessments_.find(caller.tenant, request->connection_id(), request->assessment_id(), request->only_done());
    if (!found) return fail(found.error());
    *response->mutable_assessment() = std::move(*found);
    return {};
  });
}

}  // namespace q2o::connector
