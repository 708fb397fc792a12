#include "services/billing/adapters/purger.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/acting/acting.h"
#include "common/bus/bus.h"
#include "common/bus/topic.h"
#include "common/calendar/calendar.h"
#include "common/ids/ids.h"
#include "common/json/json.h"
#include "common/liveness/pause.h"
#include "common/log/log.h"
#include "common/rpc/page.h"
#include "common/sealing/services.h"
#include "services/billing/adapters/pg_migrations.h"
#include "services/billing/domain/transitions.h"

namespace q2o::billing {
namespace {

constexpr std::chrono::minutes kDeadline{2};
constexpr std::chrono::seconds kQuestion{10};
constexpr std::chrono::seconds kResumeEvery{5};
/// Billing's own, those first that refer to others. Prices and payments stay: they are our books, and hold none of the tenant's content.
constexpr const char* kOwnTables[]{"run_fact", "run_count", "run", "migration_event", "idempotency_key", "migration"};
constexpr const char* kColumns =
    "SELECT *, to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS started FROM purge ";

std::string to_json(const std::map<std::string, std::uint64_t>& rows) {
  json::Writer out;
  out.begin_object();
  for (const auto& [name, count] : rows) out.field(name, static_cast<std::int64_t>(count));
  out.end_object();
  return out.take();
}

v1::Certificate certificate_of(const pg::Row& row) {
  v1::Certificate out;
  out.set_purge_id(row.text("purge_id"));
  out.set_json(row.text("certificate"));
  out.set_sha256(row.text("sha256"));
  return out;
}

bool is_going_on(const pg::Row& row) {
  const auto state = static_cast<State>(row.integer("state"));
  return state == State::running || state == State::validating;
}

/// The last word of a key in the compacted topic: whoever reads it from the beginning finds nothing.
void store_tombstone(pg::Tx& tx, const std::string& tenant, const std::string& purge, const std::string& migration) {
  bus::Outgoing message;
  message.topic = topic::kMigration;
  message.key = migration;
  message.id = ids::uuid_v5({migration, "billing", "purge", purge});
  message.type = "q2o.billing.v1.Migration";
  message.tenant = tenant;
  message.migration = migration;
  bus::store(tx, message);
}

/// The migrations of the scope, locked; an error when a run of one of them goes on.
Result<std::vector<std::string>> at_rest_of(pg::Tx& tx, const std::string& tenant, const std::string& wanted) {
  std::vector<std::string> out;
  for (const auto row : tx.exec("SELECT migration_id, state FROM migration WHERE tenant_id = $1 AND ($2 = '' OR migration_id = $2) "
                                "ORDER BY migration_id FOR UPDATE",
                                {tenant, wanted})) {
    if (is_going_on(row))
      return fail(Code::failed_precondition, fmt::format("migration {} runs", row.text("migration_id")), "RUN_GOES_ON",
                  "Wait for its end, or stop it: q2o stop.");
    out.push_back(row.text("migration_id"));
  }
  return out;
}

}  // namespace

Purger::Purger(pg::Pool& pool, const Options& options) : pool_(pool), options_(options) {
  for (const auto& [name, address] : options.services) services_[name] = identity::v1::ContentService::NewStub(rpc::channel(address));
  keys_ = identity::v1::KeyService::NewStub(rpc::channel(options.identity));
  if (const auto loader = options.services.find("loader"); loader != options.services.end())
    loader_ = loader::v1::LoaderService::NewStub(rpc::channel(loader->second));
}

Purger::Job Purger::job_of(const pg::Row& row) {
  Job job;
  job.id = row.text("purge_id");
  job.tenant = row.text("tenant_id");
  job.migration = row.text("migration_id");
  job.actor = row.text("actor");
  job.reason = row.text("reason");
  job.started = row.text("started");
  job.migrations = row.text_array("migrations");
  // Who was asked when the purge was interrupted never told what it deleted.
  job.unanswered = row.text_array("unanswered");
  for (auto& service : row.text_array("asked")) {
    if (std::ranges::find(job.unanswered, service) == job.unanswered.end()) job.unanswered.push_back(std::move(service));
  }
  const auto rows = json::Document::parse(row.text("rows_deleted")).value();
  for (const auto& [name, count] : rows.root().members()) job.rows[std::string(name)] = std::stoull(std::string(count.text()));
  if (!row.text("certificate").empty()) job.certificate = certificate_of(row);
  return job;
}

bool Purger::is_answered(const Caller& caller) {
  if (caller.idempotency_key.empty()) return false;
  return pool_.transact([&](pg::Tx& tx) {
    return !tx.exec("SELECT 1 FROM purge WHERE tenant_id = $1 AND idempotency_key = $2", {caller.tenant, caller.idempotency_key}).empty();
  });
}

bool Purger::is_open(const std::string& tenant, const std::string& migration) {
  return pool_.transact([&](pg::Tx& tx) {
    return !tx.exec("SELECT 1 FROM purge WHERE tenant_id = $1 AND migration_id = $2 AND certificate = ''", {tenant, migration}).empty();
  });
}

Status Purger::settings_are_back(const std::string& tenant, const std::string& migration) {
  if (!loader_) return {};
  const auto at_rest = pool_.transact([&](pg::Tx& tx) { return at_rest_of(tx, tenant, migration); });
  if (!at_rest) return fail(at_rest.error());
  loader::v1::ListLeftSettingsRequest request;
  request.set_migration_id(migration);
  request.set_of_runs_at_work(true);  // a run that was stopped a moment ago is still at work there
  const auto left = rpc::all_pages(request, [&](const auto& page) -> Result<loader::v1::ListLeftSettingsResponse> {
    const auto context = rpc::context(tenant, "billing", kQuestion);
    loader::v1::ListLeftSettingsResponse answer;
    if (const auto status = loader_->ListLeftSettings(context.get(), page, &answer); !status.ok()) return fail(rpc::to_error(status));
    return answer;
  });
  if (!left) {
    auto error = left.error();
    error.message = "the loader does not say whether the target's settings are back: " + error.message;
    return fail(std::move(error));
  }
  std::string names;
  for (const auto& setting : left->settings()) {
    if (migration.empty() || setting.migration_id() == migration) names += (names.empty() ? "" : ", ") + setting.name();
  }
  if (names.empty()) return {};
  return fail(
      Code::failed_precondition,
      fmt::format("settings in Odoo are not back as they were ({}); with the purge nobody would know any more what they were", names),
      "SETTINGS_NOT_BACK",
      "Wait a moment after q2o stop; q2o doctor says what is left and what to do. To leave them: q2o purge --leave-settings.");
}

Result<Purger::Job> Purger::begin(const Caller& caller, const v1::PurgeRequest& request) {
  const auto& wanted = request.migration_id();
  const auto asked_for = [](const pg::Row& row) {
    auto job = job_of(row);
    acting::about("purge", job.id);
    return job;
  };
  return pool_.transact([&](pg::Tx& tx) -> Result<Job> {
    lock_tenant(tx, caller.tenant);
    if (!caller.idempotency_key.empty()) {
      const auto known =
          tx.exec(std::string(kColumns) + "WHERE tenant_id = $1 AND idempotency_key = $2", {caller.tenant, caller.idempotency_key});
      if (!known.empty() && known[0].text("request") != caller.request) return fail(key_reused());
      if (!known.empty()) return asked_for(known[0]);
    }
    const auto open = tx.exec(std::string(kColumns) + "WHERE tenant_id = $1 AND migration_id = $2 AND certificate = '' FOR UPDATE",
                              {caller.tenant, wanted});
    if (!open.empty()) return asked_for(open[0]);
    const auto at_rest = at_rest_of(tx, caller.tenant, wanted);
    if (!at_rest) return fail(at_rest.error());
    const auto& migrations = *at_rest;
    if (migrations.empty() && !wanted.empty())
      return fail(Code::not_found, fmt::format("there is no migration '{}'", wanted), "MIGRATION_NOT_FOUND", "q2o status lists them.");
    tx.exec("UPDATE migration SET purging = true WHERE migration_id = ANY($1::text[])", {migrations});
    const auto id = ids::uuid_v7();
    tx.exec(
        "INSERT INTO purge (purge_id, tenant_id, migration_id, migrations, actor, reason, idempotency_key, request) VALUES ($1, $2, $3, "
        "$4, "
        "$5, $6, $7, $8)",
        {id, caller.tenant, wanted, migrations, caller.actor, request.reason(), caller.idempotency_key, caller.request});
    return asked_for(tx.one(std::string(kColumns) + "WHERE purge_id = $1", {id}));
  });
}

/// What a service has deleted is written down before the next one is asked: an interruption costs the count of one service at most, and
/// the certificate says of which.
Status Purger::delete_everywhere(Job& job) {
  identity::v1::PurgeContentRequest request;
  request.set_tenant_id(job.tenant);
  request.set_migration_id(job.migration);
  for (const auto& [name, stub] : services_) {
    pool_.transact([&](pg::Tx& tx) {
      tx.exec("UPDATE purge SET asked = ARRAY[$2::text], unanswered = $3::text[] WHERE purge_id = $1", {job.id, name, job.unanswered});
    });
    const auto context = sealing::service_context(job.tenant, "billing", options_.token, kDeadline);
    identity::v1::PurgeContentResponse answer;
    if (const auto status = stub->PurgeContent(context.get(), request, &answer); !status.ok()) {
      auto error = rpc::to_error(status);
      error.message = fmt::format("the {} did not delete its rows: {}", name, error.message);
      if (error.hint.empty()) error.hint = "The purge goes on by itself when it is back; then q2o purge shows the certificate.";
      return fail(error);
    }
    for (const auto& table : answer.tables()) job.rows[name + "/" + table.table()] += table.rows();
    pool_.transact(
        [&](pg::Tx& tx) { tx.exec("UPDATE purge SET rows_deleted = $2, asked = '{}' WHERE purge_id = $1", {job.id, to_json(job.rows)}); });
  }
  return {};
}

Result<identity::v1::DestroyTenantKeysResponse> Purger::destroy_keys(const Job& job) {
  identity::v1::DestroyTenantKeysRequest request;
  request.set_tenant_id(job.tenant);
  request.set_migration_id(job.migration);
  request.set_purge_id(job.id);
  request.set_actor(job.actor);
  request.set_reason(job.reason);
  const auto context = sealing::service_context(job.tenant, "billing", options_.token, kDeadline);
  identity::v1::DestroyTenantKeysResponse answer;
  if (const auto status = keys_->DestroyTenantKeys(context.get(), request, &answer); !status.ok()) return fail(rpc::to_error(status));
  return answer;
}

void Purger::delete_own(pg::Tx& tx, Job& job) {
  for (const auto* table : kOwnTables) {
    const auto rows =
        tx.exec(fmt::format("DELETE FROM {} WHERE tenant_id = $1 AND migration_id = ANY($2::text[])", table), {job.tenant, job.migrations})
            .affected();
    job.rows[std::string("billing/") + table] += rows;
  }
  // Answers that belong to no migration (plans).
  if (job.migration.empty())
    job.rows["billing/idempotency_key"] += tx.exec("DELETE FROM idempotency_key WHERE tenant_id = $1", {job.tenant}).affected();
  for (const auto& migration : job.migrations) store_tombstone(tx, job.tenant, job.id, migration);
}

Result<v1::Certificate> Purger::finish(Job job) {
  if (const auto done = delete_everywhere(job); !done) return fail(done.error());
  const auto keys = destroy_keys(job);
  if (!keys) return fail(keys.error());
  // What was on its way while the keys lived; from now on nobody can read more of it.
  if (const auto done = delete_everywhere(job); !done) return fail(done.error());
  return pool_.transact([&](pg::Tx& tx) {
    Job done = job;
    delete_own(tx, done);
    json::Writer out;
    out.begin_object()
        .field("certificate", "Quick2Odoo: destruction of content")
        .field("purge_id", done.id)
        .field("tenant_id", done.tenant);
    out.field("scope", done.migration.empty() ? "everything of the tenant" : "one migration");
    out.key("migrations").begin_array();
    for (const auto& migration : done.migrations) out.string(migration);
    out.end_array().field("actor", done.actor).field("reason", done.reason).field("started_at", done.started);
    out.field("finished_at", calendar::rfc3339_milliseconds(std::chrono::system_clock::now()));
    out.key("rows_deleted").begin_object();
    for (const auto& [name, rows] : done.rows) out.field(name, static_cast<std::int64_t>(rows));
    out.end_object();
    if (!done.unanswered.empty()) {  // deleted it is, only not all of it is counted
      out.key("counts_incomplete_of").begin_array();
      for (const auto& service : done.unanswered) out.string(service);
      out.end_array();
    }
    out.key("tombstones").begin_object().field(topic::kMigration, static_cast<std::int64_t>(done.migrations.size())).end_object();
    out.key("keys_destroyed").begin_array();
    for (const auto& key : keys->destroyed()) {
      out.begin_object()
          .field("key_id", key.key_id())
          .field("migration_id", key.migration_id())
          .field("version", static_cast<std::int64_t>(key.version()));
      out.field("created_at", key.created_at()).field("destroyed_at", key.destroyed_at()).end_object();
    }
    out.end_array();
    out.field(
        "effect",
        "What these keys sealed cannot be read any more, wherever copies are: topics, tables, logs of the database, backups. The master "
        "key that wrapped them was replaced and deleted.");
    out.end_object();
    v1::Certificate certificate;
    certificate.set_purge_id(done.id);
    certificate.set_json(out.take());
    certificate.set_sha256(ids::sha256_hex(certificate.json()));
    tx.exec("UPDATE purge SET rows_deleted = $2, certificate = $3, sha256 = $4 WHERE purge_id = $1",
            {done.id, to_json(done.rows), certificate.json(), certificate.sha256()});
    log::info("content purged", {{"tenant", done.tenant}, {"purge", done.id}, {"sha256", certificate.sha256()}});
    return certificate;
  });
}

Result<v1::Certificate> Purger::purge(const Caller& caller, const v1::PurgeRequest& request) {
  if (request.migration_id().empty() != request.whole_tenant())
    return fail(Code::invalid_argument, "a purge is of one migration or of the whole tenant", "ARGUMENTS_INVALID", "Give one of both.");
  const std::lock_guard lock(one_at_a_time_);
  if (!request.settings_may_stay() && !is_open(caller.tenant, request.migration_id()) && !is_answered(caller)) {
    if (auto back = settings_are_back(caller.tenant, request.migration_id()); !back) return fail(back.error());
  }
  auto job = begin(caller, request);
  if (!job) return fail(job.error());
  if (!job->certificate.json().empty()) return job->certificate;
  return finish(std::move(*job));
}

std::vector<v1::Certificate> Purger::certificates(const std::string& tenant) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<v1::Certificate> out;
    for (const auto row : tx.exec(std::string(kColumns) + "WHERE tenant_id = $1 AND certificate <> '' ORDER BY started_at", {tenant}))
      out.push_back(certificate_of(row));
    return out;
  });
}

void Purger::finish_open() {
  const std::unique_lock lock(one_at_a_time_, std::try_to_lock);
  if (!lock.owns_lock()) return;  // one is being finished now
  std::vector<Job> open;
  pool_.transact([&](pg::Tx& tx) {
    open.clear();
    for (const auto row : tx.exec(std::string(kColumns) + "WHERE certificate = '' ORDER BY started_at")) open.push_back(job_of(row));
  });
  for (auto& job : open) {
    const auto id = job.id;
    if (const auto done = finish(std::move(job)); !done) log::warn("purge waits", {{"purge", id}, {"error", done.error().message}});
  }
}

void Purger::resume(std::stop_token stop) {
  while (!stop.stop_requested()) {
    finish_open();
    liveness::pause(kResumeEvery, stop);
  }
}

}  // namespace q2o::billing
