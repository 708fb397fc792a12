#include "services/billing/adapters/service.h"

#include "common/rpc/page.h"
#include "services/billing/adapters/caller.h"

namespace q2o::billing {
namespace {

/// Calls `command` and puts the migration into the answer.
template <class Request, class Response, class Command>
grpc::Status answer(const grpc::ServerContext* context, const Request* request, Response* response, const Command& command) {
  return serve(context, *request, [&](const Caller& caller) {
    return command(caller).map([&](const auto& migration) { *response->mutable_migration() = migration; });
  });
}

}  // namespace

grpc::Status Service::CreateMigration(grpc::ServerContext* context, const v1::CreateMigrationRequest* request,
                                      v1::CreateMigrationResponse* response) {
  return answer(context, request, response, [&](const Caller& caller) { return commands_.create(caller, *request); });
}
grpc::Status Service::GetMigration(grpc::ServerContext* context, const v1::GetMigrationRequest* request,
                                   v1::GetMigrationResponse* response) {
  return answer(context, request, response, [&](const Caller& caller) { return commands_.get(caller, request->migration_id()); });
}
grpc::Status Service::ListMigrations(grpc::ServerContext* context, const v1::ListMigrationsRequest* request,
                                     v1::ListMigrationsResponse* response) {
  return serve(context, *request, [&](const Caller& caller) -> Status {
    const auto size = rpc::page_size(request->page_size());
    for (auto& migration : commands_.list(caller, request->page_token(), size)) *response->add_migrations() = std::move(migration);
    if (static_cast<std::uint32_t>(response->migrations_size()) == size)
      response->set_next_page_token(response->migrations().rbegin()->migration_id());
    return {};
  });
}
grpc::Status Service::SetConnections(grpc::ServerContext* context, const v1::SetConnectionsRequest* request,
                                     v1::SetConnectionsResponse* response) {
  return answer(context, request, response, [&](const Caller& caller) { return commands_.set_connections(caller, *request); });
}
grpc::Status Service::MarkPaid(grpc::ServerContext* context, const v1::MarkPaidRequest* request, v1::MarkPaidResponse* response) {
  return answer(context, request, response,
                [&](const Caller& caller) { return commands_.mark_paid(caller, request->migration_id(), request->reason()); });
}
grpc::Status Service::Start(grpc::ServerContext* context, const v1::StartRequest* request, v1::StartResponse* response) {
  return answer(context, request, response, [&](const Caller& caller) { return commands_.start(caller, *request); });
}
grpc::Status Service::Pause(grpc::ServerContext* context, const v1::PauseRequest* request, v1::PauseResponse* response) {
  return answer(context, request, response,
                [&](const Caller& caller) { return commands_.pause(caller, request->migration_id(), request->reason()); });
}
grpc::Status Service::Resume(grpc::ServerContext* context, const v1::ResumeRequest* request, v1::ResumeResponse* response) {
  return answer(context, request, response, [&](const Caller& caller) { return commands_.resume(caller, request->migration_id()); });
}
grpc::Status Service::Stop(grpc::ServerContext* context, const v1::StopRequest* request, v1::StopResponse* response) {
  return answer(context, request, response,
                [&](const Caller& caller) { return commands_.stop(caller, request->migration_id(), request->reason()); });
}
grpc::Status Service::AcceptDifferences(grpc::ServerContext* context, const v1::AcceptDifferencesRequest* request,
                                        v1::AcceptDifferencesResponse* response) {
  return answer(context, request, response,
                [&](const Caller& caller) { return commands_.accept_differences(caller, request->migration_id(), request->reason()); });
}
grpc::Status Service::History(grpc::ServerContext* context, const v1::HistoryRequest* request, v1::HistoryResponse* response) {
  return serve(context, *request, [&](const Caller& caller) -> Status {
    const auto after = rpc::place_of(request->page_token());
    if (!after) return fail(after.error());
    const auto size = rpc::page_size(request->page_size());
    auto events = commands_.history(caller, request->migration_id(), static_cast<std::uint64_t>(*after), size);
    if (!events) return fail(events.error());
    for (auto& event : *events) *response->add_events() = std::move(event);
    if (static_cast<std::uint32_t>(response->events_size()) == size)
      response->set_next_page_token(std::to_string(response->events().rbegin()->version()));
    return {};
  });
}

grpc::Status Service::ListRuns(grpc::ServerContext* context, const v1::ListRunsRequest* request, v1::ListRunsResponse* response) {
  return serve(context, *request, [&](const Caller& caller) -> Status {
    auto runs = commands_.runs(caller, request->migration_id());
    if (!runs) return fail(runs.error());
    for (auto& run : *runs) *response->add_runs() = std::move(run);
    return {};
  });
}

}  // namespace q2o::billing
