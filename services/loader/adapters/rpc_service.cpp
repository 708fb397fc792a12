#include "services/loader/adapters/rpc_service.h"

#include <fmt/format.h>

#include "common/ids/ids.h"
#include "common/rpc/page.h"
#include "common/rpc/serve.h"
#include "services/loader/adapters/entry_owner.h"
#include "services/loader/adapters/left_settings.h"
#include "services/loader/adapters/lock_desk.h"
#include "services/loader/adapters/outgoing.h"
#include "services/loader/adapters/pg_undo_store.h"
#include "services/loader/adapters/record_finder.h"
#include "services/loader/adapters/sealed_item.h"
#include "services/loader/app/facts.h"
#include "services/loader/app/readiness.h"
#include "services/loader/app/setting_remedy.h"
#include "services/loader/domain/read_policy.h"

namespace q2o::loader {
namespace {

void fill(v1::Target& out, const Target& target) {
  out.set_target_id(target.target_id);
  out.set_url(target.url);
  out.set_database(target.database);
  out.set_user(target.user);
  out.set_state(target.state);
  out.set_version(target.version);
}

template <class Work>
grpc::Status serve(const grpc::ServerContext& context, const Work& work) {
  return rpc::serve(context, "loader", work);
}

Status must_be_uuid(const std::string& id) {
  return ids::is_uuid(id) ? Status{} : fail(Code::invalid_argument, "migration_id is no UUID", "ID_INVALID");
}

/// What is left of the caller's time, `most` at most.
std::chrono::milliseconds patience(const rpc::Caller& caller, std::chrono::milliseconds most) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(caller.deadline - std::chrono::system_clock::now());
  return std::clamp(left, std::chrono::milliseconds(1), most);
}

}  // namespace

grpc::Status RpcService::SaveTarget(grpc::ServerContext* context, const v1::SaveTargetRequest* request, v1::SaveTargetResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    auto saved = targets_.save(caller.tenant, {"", request->url(), request->database(), request->user(), "", ""},
                               config::Secret(request->password()));
    if (!saved) return fail(saved.error());
    {
      const std::lock_guard lock(mutex_);
      opened_.erase(caller.tenant + saved->target_id);
    }
    if (!request->skip_check()) {
      const TargetAccess access{caller.tenant,   saved->target_id, saved->url,
                                saved->database, saved->user,      config::Secret(request->password())};
      const auto check = checks_.look(access, "", {}, caller.deadline);
      if (check.asked) remember(caller.tenant, *saved, check.readiness);
      *response->mutable_check() = to_proto(check);
    }
    fill(*response->mutable_target(), *saved);
    return {};
  });
}

grpc::Status RpcService::ListTargets(grpc::ServerContext* context, const v1::ListTargetsRequest* request,
                                     v1::ListTargetsResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    if (!request->target_id().empty()) {
      if (const auto one = targets_.find(caller.tenant, request->target_id())) fill(*response->add_targets(), *one);
      return {};
    }
    const auto page = targets_.list(caller.tenant, request->page_token(), request->page_size());
    if (!page) return fail(page.error());
    for (const auto& target : page->targets) fill(*response->add_targets(), target);
    response->set_next_page_token(page->more);
    return {};
  });
}

grpc::Status RpcService::ListLeftSettings(grpc::ServerContext* context, const v1::ListLeftSettingsRequest* request,
                                          v1::ListLeftSettingsResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    if (!request->migration_id().empty())
      if (const auto valid = must_be_uuid(request->migration_id()); !valid) return valid;
    const auto page = left_settings(pool_, caller.tenant, request->migration_id(), request->page_token(), request->page_size(),
                                    request->of_runs_at_work());
    if (!page) return fail(page.error());
    for (const auto& left : page->settings) {
      auto& out = *response->add_settings();
      fill(*out.mutable_target(), left.target);
      out.set_migration_id(left.run.migration_id);
      out.set_run(left.run.run);
      out.set_name(left.name);
      out.set_before(left.before);
      out.set_during(left.during);
      out.set_note(left.note);
      out.set_remedy(remedy_of(left.name, left.before, left.during));
    }
    response->set_next_page_token(page->more);
    return {};
  });
}

Result<std::shared_ptr<Books>> RpcService::books(const std::string& tenant_id, const std::string& target_id) {
  const std::lock_guard lock(mutex_);
  auto& books = opened_[tenant_id + target_id];
  if (books) return books;
  const auto access = targets_.access(tenant_id, target_id);
  if (!access) return fail(access.error());
  books = open_(*access);
  return books;
}

grpc::Status RpcService::CheckTarget(grpc::ServerContext* context, const v1::CheckTargetRequest* request,
                                     v1::CheckTargetResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) { return check(caller.tenant, *request, *response); });
}

/// The state of the target and the fact about it, together.
void RpcService::remember(const std::string& tenant_id, Target& target, const Readiness& readiness) {
  target.state = readiness.ready() ? "ready" : "blocked";
  target.version = readiness.version;
  RunInfo nowhere;
  nowhere.tenant_id = tenant_id;
  nowhere.target_id = target.target_id;
  v1::StatusFact fact;
  if (readiness.ready()) {
    set_scope(*fact.mutable_scope(), nowhere);
    fact.mutable_target_verified()->set_target_id(target.target_id);
    fact.mutable_target_verified()->set_version(target.version);
  } else {
    fact = blocked_fact(nowhere, readiness.findings);
  }
  pool_.transact([&](pg::Tx& tx) {
    tx.exec("update target set state = $3, version = $4 where tenant_id = $1 and target_id = $2",
            {tenant_id, target.target_id, target.state, target.version});
    store_target_fact(tx, tenant_id, target.target_id, fact);
  });
}

Status RpcService::check(const std::string& tenant_id, const v1::CheckTargetRequest& request, v1::CheckTargetResponse& response) {
  auto target = targets_.find(tenant_id, request.target_id());
  if (!target) return fail(target.error());
  const auto opened = books(tenant_id, request.target_id());
  if (!opened) return fail(opened.error());
  std::vector<Module> modules;
  for (const auto& module : request.modules()) modules.push_back(module_of(module));
  const auto readiness = check_readiness(**opened, request.home_currency(), modules);
  if (!readiness) return fail(readiness.error());
  remember(tenant_id, *target, *readiness);
  fill(*response.mutable_target(), *target);
  for (const auto& finding : readiness->findings) *response.add_findings() = to_proto(finding);
  return {};
}

grpc::Status RpcService::ReadTarget(grpc::ServerContext* context, const v1::ReadTargetRequest* request, v1::ReadTargetResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) { return read(caller.tenant, patience(caller, kBatchCall), *request, *response); });
}

Status RpcService::read(const std::string& tenant_id, std::chrono::milliseconds deadline, const v1::ReadTargetRequest& request,
                        v1::ReadTargetResponse& response) {
  if (const auto allowed = may_read(request.model(), request.method()); !allowed) return allowed;
  const std::string args = request.args_json().empty() ? "[]" : request.args_json();
  const std::string kwargs = request.kwargs_json().empty() ? "{}" : request.kwargs_json();
  const auto parsed_args = json::Document::parse(args);
  const auto parsed_kwargs = json::Document::parse(kwargs);
  if (!parsed_args || !parsed_args->root().is_array() || !parsed_kwargs || !parsed_kwargs->root().is_object())
    return fail(Code::invalid_argument, "args_json must be a JSON array and kwargs_json a JSON object", "ARGUMENTS_INVALID");
  const auto opened = books(tenant_id, request.target_id());
  if (!opened) return fail(opened.error());
  const auto result = (*opened)->call(request.model(), request.method(), args, kwargs, deadline);
  if (!result) return fail(result.error());
  response.set_result_json(std::string(result->value().raw()));
  return {};
}

grpc::Status RpcService::ListRejects(grpc::ServerContext* context, const v1::ListRejectsRequest* request,
                                     v1::ListRejectsResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    if (const auto valid = must_be_uuid(request->migration_id()); !valid) return valid;
    const auto size = rpc::page_size(request->page_size());
    pool_.transact([&](pg::Tx& tx) {
      response->Clear();
      // A source record may become several records that wait for the same: it is one reject.
      for (const auto row : tx.exec("select * from (select distinct on (entity, source_id, reason) * from reject where tenant_id = $1 and "
                                    "migration_id = $2 and run = $3 order by entity, source_id, reason, external_id) one "
                                    "where external_id > $4 order by external_id limit $5",
                                    {caller.tenant, request->migration_id(), request->run(), request->page_token(), size})) {
        auto& reject = *response->add_rejects();
        reject.set_entity(row.text("entity"));
        reject.set_source_id(row.text("source_id"));
        reject.set_reason(row.text("reason"));
        reject.set_message(opened(tx, row, "message", kRejectMessage));
        reject.set_hint(opened(tx, row, "hint", kRejectHint));
        reject.set_label(opened(tx, row, "label", kRejectLabel));
        reject.set_value(row.text("external_id"));
        response->set_next_page_token(row.text("external_id"));
      }
      if (static_cast<std::uint32_t>(response->rejects_size()) < size) response->clear_next_page_token();
    });
    return {};
  });
}

grpc::Status RpcService::FindRecords(grpc::ServerContext* context, const v1::FindRecordsRequest* request,
                                     v1::FindRecordsResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    if (const auto valid = must_be_uuid(request->migration_id()); !valid) return valid;
    auto found = find_records(pool_, caller.tenant, *request);
    if (found && found->records().empty() && is_entry(*request)) found = find_owner(caller, *request);
    if (!found) return fail(found.error());
    *response = std::move(*found);
    return {};
  });
}

Result<v1::FindRecordsResponse> RpcService::find_owner(const rpc::Caller& caller, const v1::FindRecordsRequest& request) {
  const auto target = newest_target(pool_, caller.tenant, request.migration_id());
  if (target.empty()) return v1::FindRecordsResponse();
  const auto opened = books(caller.tenant, target);
  if (!opened) return fail(opened.error());
  const auto owner = owner_of_entry(**opened, request, patience(caller, kQuickCall));
  if (!owner) return fail(owner.error());
  return *owner ? find_records(pool_, caller.tenant, **owner) : v1::FindRecordsResponse();
}

grpc::Status RpcService::GetUndo(grpc::ServerContext* context, const v1::GetUndoRequest* request, v1::GetUndoResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    if (const auto valid = must_be_uuid(request->migration_id()); !valid) return valid;
    auto report = undo_report(pool_, caller.tenant, *request);
    if (!report) return fail(report.error());
    *response = std::move(*report);
    return {};
  });
}

grpc::Status RpcService::GetRun(grpc::ServerContext* context, const v1::GetRunRequest* request, v1::GetRunResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    if (const auto valid = must_be_uuid(request->migration_id()); !valid) return valid;
    return pool_.transact([&](pg::Tx& tx) -> Status {
      response->Clear();
      const pg::Params key{caller.tenant, request->migration_id(), request->run()};
      const auto rows = tx.exec("select * from run where tenant_id = $1 and migration_id = $2 and run = $3", key);
      if (rows.empty())
        return fail(Code::not_found, fmt::format("the loader knows no run {} of this migration", request->run()), "RUN_UNKNOWN");
      const auto run = rows[0];
      response->set_target_id(run.text("target_id"));
      auto& totals = *response->mutable_totals();
      totals.set_created(static_cast<std::uint64_t>(run.integer("created")));
      totals.set_changed(static_cast<std::uint64_t>(run.integer("changed")));
      totals.set_unchanged(static_cast<std::uint64_t>(run.integer("unchanged")));
      totals.set_rejected(static_cast<std::uint64_t>(run.integer("rejected")));
      if (run.text("kind") == "load") {
        const auto undone = undo_summary(tx, {request->migration_id(), request->run()}, false);
        for (const auto& count : undone.counts()) {
          totals.set_removed(totals.removed() + count.removed());
          totals.set_reversed(totals.reversed() + count.reversed());
          totals.set_kept(totals.kept() + count.kept());
        }
      }
      for (const auto& finding : findings_of(run.text("findings"))) *response->add_findings() = to_proto(finding);
      for (const auto row :
           tx.exec("select * from setting where tenant_id = $1 and migration_id = $2 and run = $3 order by ordinal", key)) {
        auto& setting = *response->add_settings();
        setting.set_name(row.text("name"));
        setting.set_before(row.text("before_value"));
        setting.set_during(row.text("during_value"));
        setting.set_restored(row.boolean("restored"));
        setting.set_note(row.text("note"));
      }
      return {};
    });
  });
}

grpc::Status RpcService::LockBooks(grpc::ServerContext* context, const v1::LockBooksRequest* request, v1::LockBooksResponse* response) {
  return serve(*context, [&](const rpc::Caller& caller) -> Status {
    if (auto valid = must_be_uuid(request->migration_id()); !valid) return valid;
    auto locked =
        lock_books(pool_, runs_, [&](const std::string& target_id) { return books(caller.tenant, target_id); }, caller.tenant, *request);
    if (!locked) return fail(locked.error());
    *response = std::move(*locked);
    return {};
  });
}

}  // namespace q2o::loader
