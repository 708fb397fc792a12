#include "services/loader/adapters/record_finder.h"

#include <fmt/format.h>

#include <set>

#include "common/sealing/labels.h"
#include "services/loader/adapters/sealed_item.h"

namespace q2o::loader {
namespace {

constexpr std::int64_t kRecordsMax = 500;

constexpr std::string_view kBySource = "entity = $3 and source_id = any($4::text[])";
constexpr std::string_view kByTarget = "model = $3 and odoo_id = $4";

/// All items of the source records that `which` finds: a document's matches and notes belong to it.
pg::Rows items(pg::Tx& tx, std::string_view which, const pg::Params& params) {
  return tx.exec(
      fmt::format("with meant as (select distinct entity, source_id from item where tenant_id = $1 and migration_id = $2 and {}), "
                  "shown as (select i.*, coalesce(r.target_id::text, '') as run_target from item i join meant using (entity, "
                  "source_id) join run r using (migration_id, run) where i.tenant_id = $1 and i.migration_id = $2) "
                  "select s.*, j.reason, j.message from shown s left join reject j on "
                  "j.migration_id = s.migration_id and j.run = s.run and j.external_id = s.external_id "
                  "order by s.entity, s.source_id, s.external_id, s.operation, s.run limit $5",
                  which),
      params);
}

bool is_same(const v1::FindRecordsResponse::Written& record, const pg::Row& row) {
  return record.external_id() == row.text("external_id") && record.operation() == row.text("operation");
}

/// Why an attempt came to nothing: its reject, or what it waits for.
std::string why(pg::Tx& tx, const pg::Row& row) {
  return row.is_null("reason") ? row.text("waits_for") : row.text("reason") + ": " + opened(tx, row, "message", kRejectMessage);
}

/// Entity and source ids that a word means: an id, or the number or name that a label begins with. Labels are sealed, so those of the
/// entity are opened and compared here.
std::pair<std::string, std::vector<std::string>> meant(pg::Tx& tx, const std::string& tenant_id, const v1::FindRecordsRequest& request) {
  std::string entity;
  std::set<std::string> found;
  for (const auto row :
       tx.exec("select distinct on (entity, source_id, label = '') tenant_id, migration_id, run, external_id, entity, source_id, "
               "label from item where tenant_id = $1 and migration_id = $2 and lower(entity) = lower($3)",
               {tenant_id, request.migration_id(), request.entity()})) {
    entity = row.text("entity");
    if (row.text("source_id") == request.word() || sealing::begins_label(opened(tx, row, "label", kItemLabel), request.word()))
      found.insert(row.text("source_id"));
  }
  return {entity, {found.begin(), found.end()}};
}

void add(pg::Tx& tx, v1::FindRecordsResponse& response, const pg::Row& row) {
  if (response.records().empty() || !is_same(*response.records().rbegin(), row)) {
    auto& record = *response.add_records();
    record.set_entity(row.text("entity"));
    record.set_source_id(row.text("source_id"));
    record.set_label(opened(tx, row, "label", kItemLabel));
    record.set_external_id(row.text("external_id"));
    record.set_model(row.text("model"));
    record.set_operation(row.text("operation"));
  }
  auto& attempt = *response.mutable_records()->rbegin()->add_attempts();
  attempt.set_run(static_cast<std::uint32_t>(row.integer("run")));
  attempt.set_target_id(row.text("run_target"));
  attempt.set_outcome(row.text("state") == "done" ? row.text("outcome") : row.text("state"));
  attempt.set_reason(why(tx, row));
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
    const auto rows = [&] {
      if (by_target) return items(tx, kByTarget, {tenant_id, request.migration_id(), request.model(), request.odoo_id(), kRecordsMax});
      const auto [entity, ids] = meant(tx, tenant_id, request);
      return items(tx, kBySource, {tenant_id, request.migration_id(), entity, ids, kRecordsMax});
    }();
    for (const auto row : rows) add(tx, response, row);
    return response;
  });
}

}  // namespace q2o::loader
