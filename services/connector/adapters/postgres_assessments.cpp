#include "services/connector/adapters/postgres_assessments.h"

#include "common/acting/acting.h"
#include "common/ids/ids.h"
#include "common/once/once.h"
#include "services/connector/adapters/postgres_queue.h"
#include "services/connector/adapters/sealed_texts.h"
#include "services/connector/app/assessment_summary.h"

namespace q2o::connector {
namespace {

constexpr const char* kKind = "assessment";
constexpr const char* kColumns =
    "SELECT a.*, to_char(a.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS started, "
    "coalesce(to_char(a.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '') AS finished, "
    "c.platform, c.company_name, c.home_currency FROM assessment a JOIN connection c USING (connection_id) ";

std::optional<Period> span_of(const pg::Row& row) {
  const auto first = parse_day(row.text("first_date")), last = parse_day(row.text("last_date"));
  if (!first || !last) return std::nullopt;
  return Period{*first, *last};
}

}  // namespace

v1::Assessment PostgresAssessments::read(pg::Tx& tx, const pg::Row& row) const {
  v1::Assessment out;
  out.set_assessment_id(row.text("assessment_id"));
  out.set_connection_id(row.text("connection_id"));
  out.set_platform(row.text("platform"));
  out.set_company_name(company_name(tx, row));
  out.set_home_currency(row.text("home_currency"));
  out.set_state(row.text("state"));
  out.set_message(row.text("message"));
  out.set_hint(row.text("hint"));
  out.set_started_at(row.text("started"));
  out.set_finished_at(row.text("finished"));
  out.set_requests(static_cast<std::uint64_t>(row.integer("requests")));
  out.set_answer_ms(static_cast<std::uint64_t>(row.integer("answer_ms")));
  for (const auto entity : tx.exec("SELECT body FROM assessment_entity WHERE assessment_id = $1", {out.assessment_id()}))
    if (!out.add_entities()->ParseFromString(entity.bytes("body"))) throw std::runtime_error("assessment_entity.body is not readable");
  if (const auto manifest = manifests_.find(out.platform()); manifest != manifests_.end()) sum_up(manifest->second, span_of(row), out);
  return out;
}

Result<v1::Assessment> PostgresAssessments::start(const std::string& tenant, const std::string& connection_id) {
  const auto make = [&](pg::Tx& tx) -> Result<v1::Assessment> {
    const auto unknown = [] { return fail(Code::not_found, "no such connection", "NOT_FOUND", "`q2o connections` lists them."); };
    // Before anything is written: what has changed something must name it for the audit.
    if (tx.exec("SELECT 1 FROM connection WHERE tenant_id = $1 AND connection_id = $2", {tenant, connection_id}).empty()) return unknown();
    const auto added = tx.exec(
        "INSERT INTO assessment (assessment_id, tenant_id, connection_id) SELECT $3, tenant_id, connection_id FROM connection "
        "WHERE tenant_id = $1 AND connection_id = $2 ON CONFLICT (connection_id) WHERE state = 'running' DO NOTHING RETURNING 1",
        {tenant, connection_id, ids::uuid_v7()});
    const auto rows =
        tx.exec(std::string(kColumns) + "WHERE a.tenant_id = $1 AND a.connection_id = $2 AND a.state = 'running'", {tenant, connection_id});
    if (rows.empty()) return unknown();
    acting::about("assessment", rows[0].text("assessment_id"));
    if (!added.empty()) tx.notify(kJobsChannel);
    return read(tx, rows[0]);
  };
  return pool_.transact([&](pg::Tx& tx) { return once::answered(tx, [&] { return make(tx); }); });
}

Result<v1::Assessment> PostgresAssessments::find(const std::string& tenant, const std::string& connection_id, const std::string& id,
                                                 bool only_done) {
  return pool_.transact([&](pg::Tx& tx) -> Result<v1::Assessment> {
    const auto rows = tx.exec(std::string(kColumns) +
                                  "WHERE a.tenant_id = $1 AND a.connection_id = $2 AND ($3 = '' OR a.assessment_id = $3) AND "
                                  "(NOT $4::boolean OR a.state = 'done') ORDER BY a.number DESC LIMIT 1",
                              {tenant, connection_id, id, only_done});
    if (rows.empty())
      return fail(Code::not_found, "the connection has no such assessment", "NOT_ASSESSED", "`q2o assess CONNECTION` makes one.");
    return read(tx, rows[0]);
  });
}

std::optional<TakenAssessment> PostgresAssessments::take(milliseconds ttl) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<TakenAssessment> {
    for (const auto row : tx.exec("SELECT assessment_id, tenant_id, connection_id FROM assessment WHERE state = 'running' AND retry_at <= "
                                  "clock_timestamp() ORDER BY number")) {
      const auto lease = pg::try_lease(tx, kKind, row.text("assessment_id"), owner_, ttl);
      if (!lease) continue;
      TakenAssessment taken{row.text("assessment_id"), row.text("tenant_id"), row.text("connection_id"), *lease, {}};
      for (const auto entity : tx.exec("SELECT entity FROM assessment_entity WHERE assessment_id = $1", {taken.id}))
        taken.done.insert(entity.text("entity"));
      return taken;
    }
    return std::nullopt;
  });
}

bool PostgresAssessments::renew(const TakenAssessment& taken, milliseconds ttl) {
  return pool_.transact([&](pg::Tx& tx) { return pg::renew(tx, taken.lease, ttl); });
}

void PostgresAssessments::release(const TakenAssessment& taken) {
  pool_.transact([&](pg::Tx& tx) { pg::release(tx, taken.lease); });
}

bool PostgresAssessments::store(const TakenAssessment& taken, const Assessed& assessed, const AskingCost& cost) {
  return pool_.transact([&](pg::Tx& tx) {
    if (!pg::held(tx, taken.lease)) return false;
    tx.exec("INSERT INTO assessment_entity (assessment_id, entity, tenant_id, body) VALUES ($1, $2, $3, $4)",
            {taken.id, assessed.entity.entity(), taken.tenant, pg::Param::bytes(assessed.entity.SerializeAsString())});
    const auto first = assessed.span ? to_text(assessed.span->first) : "", last = assessed.span ? to_text(assessed.span->last) : "";
    tx.exec(
        "UPDATE assessment SET requests = requests + $2, answer_ms = answer_ms + $3, message = '', failures = 0, "
        "first_date = CASE WHEN $4 <> '' AND (first_date = '' OR $4 < first_date) THEN $4 ELSE first_date END, "
        "last_date = greatest(last_date, $5) WHERE assessment_id = $1",
        {taken.id, static_cast<std::int64_t>(cost.requests), static_cast<std::int64_t>(cost.answers.count()), first, last});
    return true;
  });
}

void PostgresAssessments::finish(const TakenAssessment& taken) {
  pool_.transact([&](pg::Tx& tx) {
    if (pg::held(tx, taken.lease))
      tx.exec("UPDATE assessment SET state = 'done', message = '', finished_at = clock_timestamp() WHERE assessment_id = $1", {taken.id});
  });
}

void PostgresAssessments::later(const TakenAssessment& taken, const Error& why) {
  constexpr std::int64_t kFirstSeconds = 5, kLastSeconds = 300;
  pool_.transact([&](pg::Tx& tx) {
    if (pg::held(tx, taken.lease))
      tx.exec(
          "UPDATE assessment SET failures = least(failures + 1, 20), message = $2, hint = $3, retry_at = clock_timestamp() + "
          "least($5::bigint, $4::bigint * power(2, failures)::bigint) * interval '1 second' WHERE assessment_id = $1",
          {taken.id, why.message, why.hint, kFirstSeconds, kLastSeconds});
  });
}

void PostgresAssessments::failed(const TakenAssessment& taken, const Error& why) {
  pool_.transact([&](pg::Tx& tx) {
    if (pg::held(tx, taken.lease))
      tx.exec("UPDATE assessment SET state = 'failed', message = $2, hint = $3, finished_at = clock_timestamp() WHERE assessment_id = $1",
              {taken.id, why.message, why.hint});
  });
}

}  // namespace q2o::connector
