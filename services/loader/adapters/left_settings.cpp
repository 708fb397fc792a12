#include "services/loader/adapters/left_settings.h"

#include "common/migrations/migrations.h"
#include "common/rpc/page.h"

namespace q2o::loader {
namespace {

/// The newest word about a setting of a target counts: a later run may have put back what an earlier one could not. What is meant to stay
/// says so in its note, and what a run at work has changed is not left yet, unless it is asked for ($6); a paused run ($5) is not at work.
constexpr std::string_view kLeft =
    "select * from (select distinct on (r.target_id, s.name) s.*, r.target_id, r.state as run_state, t.url, t.database_name, t.login, "
    "t.state as target_state, t.version from setting s join run r using (migration_id, run) join target t on t.target_id = r.target_id "
    "where r.tenant_id = $1 and ($2 = '' or r.target_id in (select target_id from run where tenant_id = $1 and migration_id::text = $2)) "
    "order by r.target_id, s.name, s.ordinal desc) newest where not restored and (restore_call <> '' or note not like 'stays%') and "
    "(run_state <> 'working' or migration_id::text = any($5::text[]) or $6::boolean) and ordinal > $3 order by ordinal limit $4";

std::vector<std::string> paused(pg::Tx& tx, const std::string& tenant_id) {
  std::vector<std::string> out;
  for (const auto row : tx.exec("select migration_id, run from run where tenant_id = $1 and state = 'working'", {tenant_id}))
    if (migrations::directive(tx, row.text("migration_id"), static_cast<std::uint32_t>(row.integer("run"))) == billing::v1::DIRECTIVE_PAUSE)
      out.push_back(row.text("migration_id"));
  return out;
}

LeftSetting left_of(const pg::Row& row) {
  return {
      {row.text("target_id"), row.text("url"), row.text("database_name"), row.text("login"), row.text("target_state"), row.text("version")},
      {row.text("migration_id"), static_cast<std::uint32_t>(row.integer("run"))},
      row.text("name"),
      row.text("before_value"),
      row.text("during_value"),
      row.text("note")};
}

}  // namespace

Result<LeftSettings> left_settings(pg::Pool& pool, const std::string& tenant_id, const std::string& migration_id, const std::string& token,
                                   std::uint32_t size, bool of_runs_at_work) {
  const auto after = rpc::place_of(token);
  if (!after) return fail(after.error());
  const std::uint32_t most = rpc::page_size(size);
  return pool.transact([&](pg::Tx& tx) {
    LeftSettings page;
    std::int64_t last = 0;
    for (const auto row :
         tx.exec(kLeft, {tenant_id, migration_id, *after, static_cast<std::int64_t>(most) + 1, paused(tx, tenant_id), of_runs_at_work})) {
      if (page.settings.size() == most) {
        page.more = std::to_string(last);
        break;
      }
      last = row.integer("ordinal");
      page.settings.push_back(left_of(row));
    }
    return page;
  });
}

}  // namespace q2o::loader
