#include "services/billing/adapters/service.h"

#include "common/rpc/page.h"
#include "common/rpc/rpc.h"

namespace q2o::billing {
namespace {

/// Calls `command` for a known caller and puts the migration into the answer.
template <class Response, class Command>
grpc::Status answer(grpc::ServerContext* context, Response* response, const Command& command) {
  const auto caller = rpc::caller(*context);
  if (!caller) return rpc::to_status(caller.error());
  const auto migration = command(Caller{caller->tenant, caller->actor, caller->idempotency_key});
  if (!migration) return rpc::to_status(migration.error());
  *response->mutable_migration() = *migration;
  return grpc::Status::OK;
}

}  // namespace

grpc::Status Service::CreateMigration(grpc::ServerContext* context, const v1::CreateMigrationRequest* request,
                                      v1::CreateMigrationResponse* response) {
  return answer(context, response, [&](const Caller& caller) { return commands_.create(caller, *request); });
}
grpc::Status Service::GetMigration(grpc::ServerContext* context, const v1::GetMigrationRequest* request,
                                   v1::GetMigrationResponse* response) {
  return answer(context, response, [&](const Caller& caller) { return commands_.get(caller, request->migration_id()); });
}
grpc::Status Service::ListMigrations(grpc::ServerContext* context, const v1::ListMigrationsRequest* request,
                                     v1::ListMigrationsResponse* response) {
  const auto caller = rpc::caller(*context);
  if (!caller) return rpc::to_status(caller.error());
  const auto size = rpc::page_size(request->page_size());
  for (auto& migration : commands_.list(Caller{caller->tenant, caller->actor, {}}, request->page_token(), size))
    *response->add_migrations() = std::move(migration);
  if (static_cast<std::uint32_t>(response->migrations_size()) == size)
    response->set_next_page_token(response->migrations().rbegin()->migration_id());
  return grpc::Status::OK;
}
grpc::Status Service::MarkPaid(grpc::ServerContext* context, const v1::MarkPaidRequest* request, v1::MarkPaidResponse* response) {
  return answer(context, response,
                [&](const Caller& caller) { return commands_.mark_paid(caller, request->migration_id(), request->reason()); });
}
grpc::Status Service::Start(grpc::ServerContext* context, const v1::StartRequest* request, v1::StartResponse* response) {
  return answer(context, response, [&](const Caller& caller) { return commands_.start(caller, *request); });
}
grpc::Status Service::Pause(grpc::ServerContext* context, const v1::PauseRequest* request, v1::PauseResponse* response) {
  return answer(context, response,
                [&](const Caller& caller) { return commands_.pause(caller, request->migration_id(), request->reason()); });
}
grpc::Status Service::Resume(grpc::ServerContext* context, const v1::ResumeRequest* request, v1::ResumeResponse* response) {
  return answer(context, response, [&](const Caller& caller) { return commands_.resume(caller, request->migration_id()); });
}
grpc::Status Service::Stop(grpc::ServerContext* context, const v1::StopRequest* request, v1::StopResponse* response) {
  return answer(context, response,
                [&](const Caller& caller) { return commands_.stop(caller, request->migration_id(), request->reason()); });
}
grpc::Status Service::AcceptDifferences(grpc::ServerContext* context, const v1::AcceptDifferencesRequest* request,
                                        v1::AcceptDifferencesResponse* response) {
  return answer(context, response,
                [&](const Caller& caller) { return commands_.accept_differences(caller, request->migration_id(), request->reason()); });
}
grpc::Status Service::History(grpc::ServerContext* context, const v1::HistoryRequest* request, v1::HistoryResponse* response) {
  const auto caller = rpc::caller(*context);
  if (!caller) return rpc::to_status(caller.error());
  const auto after = rpc::place_of(request->page_token());
  if (!after) return rpc::to_status(after.error());
  const auto size = rpc::page_size(request->page_size());
  auto events =
      commands_.history(Caller{caller->tenant, caller->actor, {}}, request->migration_id(), static_cast<std::uint64_t>(*after), size);
  if (!events) return rpc::to_status(events.error());
  for (auto& event : *events) *response->add_events() = std::move(event);
  if (static_cast<std::uint32_t>(response->events_size()) == size)
    response->set_next_page_token(std::to_string(response->events().rbegin()->version()));
  return grpc::Status::OK;
}

grpc::Status Service::ListRuns(grpc::ServerContext* context, const v1::ListRunsRequest* request, v1::ListRunsResponse* response) {
  const auto caller = rpc::caller(*context);
  if (!caller) return rpc::to_status(caller.error());
  auto runs = commands_.runs(Caller{caller->tenant, caller->actor, {}}, request->migration_id());
  if (!runs) return rpc::to_status(runs.error());
  for (auto& run : *runs) *response->add_runs() = std::move(run);
  return grpc::Status::OK;
}

}  // namespace q2o::billing
