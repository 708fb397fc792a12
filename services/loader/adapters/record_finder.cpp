#include "services/loader/adapters/record_finder.h"

#include <fmt/format.h>

namespace q2o::loader {
namespace {

constexpr std::int64_t kRecordsMax = 500;

/// A label begins with the document's number or name: "1043, Cool Cars, 2026-03-01".
constexpr std::string_view kBySource =
    "lower(entity) = lower($3) and (source_id = $4 or lower(label) = lower($4) or starts_with(lower(label), lower($4) || ', '))";
constexpr std::string_view kByTarget = "model = $3 and odoo_id = $4";

/// All items of the source records that `which` finds: a document's matches and notes belong to it.
pg::Rows items(pg::Tx& tx, std::string_view which, const pg::Params& params) {
  return tx.exec(
      fmt::format("with meant as (select distinct entity, source_id from item where tenant_id = $1 and migration_id = $2 and {}), "
                  "shown as (select i.*, coalesce(r.target_id::text, '') as run_target from item i join meant using (entity, "
                  "source_id) join run r using (migration_id, run) where i.tenant_id = $1 and i.migration_id = $2) "
                  "select s.*, coalesce(j.reason || ': ' || j.message, s.waits_for) as why from shown s left join reject j on "
                  "j.migration_id = s.migration_id and j.run = s.run and j.external_id = s.external_id "
                  "order by s.entity, s.source_id, s.external_id, s.operation, s.run limit $5",
                  which),
      params);
}

bool is_same(const v1::FindRecordsResponse::Written& record, const pg::Row& row) {
  return record.external_id() == row.text("external_id") && record.operation() == row.text("operation");
}

void add(v1::FindRecordsResponse& response, const pg::Row& row) {
  if (response.records().empty() || !is_same(*response.records().rbegin(), row)) {
    auto& record = *response.add_records();
    record.set_entity(row.text("entity"));
    record.set_source_id(row.text("source_id"));
    record.set_label(row.text("label"));
    record.set_external_id(row.text("external_id"));
    record.set_model(row.text("model"));
    record.set_operation(row.text("operation"));
  }
  auto& attempt = *response.mutable_records()->rbegin()->add_attempts();
  attempt.set_run(static_cast<std::uint32_t>(row.integer("run")));
  attempt.set_target_id(row.text("run_target"));
  attempt.set_outcome(row.text("state") == "done" ? row.text("outcome") : row.text("state"));
  attempt.set_reason(row.text("why"));
  attempt.set_odoo_id(row.integer("odoo_id"));
}

}  // namespace

Result<v1::FindRecordsResponse> find_records(pg::Pool& pool, const std::string& tenant_id, const v1::FindRecordsRequest& request) {
  const bool by_target = !request.model().empty() && request.odoo_id() > 0;
  if (!by_target && (request.entity().empty() || request.word().empty()))
    return fail(Code::invalid_argument, "neither entity and word nor model and odoo_id are given", "ARGUMENTS_INVALID",
                "q2o trace invoice 1043, or q2o trace odoo account.move 512");
  return pool.transact([&](pg::Tx& tx) {
    v1::FindRecordsResponse response;
    const auto rows = by_target ? items(tx, kByTarget, {tenant_id, request.migration_id(), request.model(), request.odoo_id(), kRecordsMax})
                                : items(tx, kBySource, {tenant_id, request.migration_id(), request.entity(), request.word(), kRecordsMax});
    for (const auto row : rows) add(response, row);
    return response;
  });
}

}  // namespace q2o::loader
