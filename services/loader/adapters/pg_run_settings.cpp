// The part of the run store that remembers what the target was like and what was changed in it.
#include "services/loader/adapters/pg_run_store.h"

namespace q2o::loader {
namespace {
void must_hold(pg::Tx& tx, const Hold& hold) {
  if (!pg::held(tx, {"target", hold.target_id, hold.fence})) throw LeaseLost();
}
}  // namespace

void PgRunStore::remember_findings(const RunInfo& run, const Hold& hold, const std::vector<Finding>& findings) {
  pool_.transact([&](pg::Tx& tx) {
    must_hold(tx, hold);
    tx.exec("update run set findings = $3, target_id = $4 where migration_id = $1 and run = $2",
            {run.key.migration_id, run.key.run, findings_json(findings), run.target_id});
  });
}

void PgRunStore::target_state(const RunInfo& run, const std::string& state, const std::string& version) {
  pool_.transact([&](pg::Tx& tx) {
    tx.exec("update target set state = $3, version = $4 where tenant_id = $1 and target_id = $2",
            {run.tenant_id, run.target_id, state, version});
  });
}

void PgRunStore::remember_setting(const RunInfo& run, const Hold& hold, const Setting& setting) {
  pool_.transact([&](pg::Tx& tx) {
    must_hold(tx, hold);
    tx.exec(
        "insert into setting (migration_id, run, name, tenant_id, before_value, during_value, restore_call, note) values ($1, $2, $3, $4, "
        "$5, $6, $7, $8) "
        "on conflict (migration_id, run, name) do nothing",
        {run.key.migration_id, run.key.run, setting.name, run.tenant_id, setting.before, setting.during, setting.restore_call,
         setting.note});
    tx.exec("update run set settings_changed = true where migration_id = $1 and run = $2 and not settings_changed",
            {run.key.migration_id, run.key.run});
  });
}

void PgRunStore::mark_restored(const RunInfo& run, const Hold& hold, const std::string& name, bool restored, const std::string& note) {
  pool_.transact([&](pg::Tx& tx) {
    must_hold(tx, hold);
    tx.exec("update setting set restored = $4, note = $5 where migration_id = $1 and run = $2 and name = $3",
            {run.key.migration_id, run.key.run, name, restored, note});
  });
}

std::vector<Setting> PgRunStore::settings(const RunKey& key) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<Setting> out;
    for (const auto row :
         tx.exec("select * from setting where migration_id = $1 and run = $2 order by ordinal", {key.migration_id, key.run}))
      out.push_back({row.text("name"), row.text("before_value"), row.text("during_value"), row.text("restore_call"),
                     row.boolean("restored"), row.text("note")});
    return out;
  });
}

}  // namespace q2o::loader
