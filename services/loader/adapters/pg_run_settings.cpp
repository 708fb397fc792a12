// The part of the run store that remembers what the target was like and what was changed in it.
#include "services/loader/adapters/pg_run_store.h"
#include "services/loader/adapters/sealed_item.h"

namespace q2o::loader {
namespace {
void must_hold(pg::Tx& tx, const Hold& hold) {
  if (!pg::held(tx, {"target", hold.target_id, hold.fence})) throw LeaseLost();
}

Setting setting_of(const pg::Row& row) {
  return {row.text("name"),         row.text("before_value"), row.text("during_value"),
          row.text("restore_call"), row.boolean("restored"),  row.text("note")};
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
        "on conflict (migration_id, run, name) do update set before_value = excluded.before_value, during_value = excluded.during_value, "
        "restore_call = excluded.restore_call, note = excluded.note, restored = false where setting.restored",
        {run.key.migration_id, run.key.run, setting.name, run.tenant_id, setting.before, setting.during, setting.restore_call,
         setting.note});
    tx.exec("update run set settings_changed = true where migration_id = $1 and run = $2 and not settings_changed",
            {run.key.migration_id, run.key.run});
  });
}

void PgRunStore::remember_values(const RunInfo& run, const Hold& hold, std::span<const ChangedValue> values) {
  pool_.transact([&](pg::Tx& tx) {
    must_hold(tx, hold);
    for (const auto& value : values) {
      // The tenant's key: another migration may write to the same record later, and its undo needs the first value.
      const std::string id = value_id(value.model, value.odoo_id, value.field);
      const auto seal = [&](std::string_view where, const std::string& text) { return tx.seal_text({run.tenant_id, "", where, id}, text); };
      tx.exec(
          "insert into changed_value (target_id, model, odoo_id, field, tenant_id, migration_id, before_value, written_value) values ($1, "
          "$2, $3, $4, $5, $6, $7, $8) on conflict (target_id, model, odoo_id, field) do update set written_value = "
          "excluded.written_value, migration_id = excluded.migration_id",
          {run.target_id, value.model, value.odoo_id, value.field, run.tenant_id, run.key.migration_id, seal(kValueBefore, value.before),
           seal(kValueWritten, value.written)});
    }
  });
}

void PgRunStore::remember_time(const RunInfo& run, const Hold& hold, const std::string& target_time) {
  pool_.transact([&](pg::Tx& tx) {
    must_hold(tx, hold);
    tx.exec("update run set target_time = $3 where migration_id = $1 and run = $2", {run.key.migration_id, run.key.run, target_time});
  });
}

void PgRunStore::mark_restored(const RunInfo& run, const Hold& hold, const std::string& name, bool restored, const std::string& note) {
  pool_.transact([&](pg::Tx& tx) {
    must_hold(tx, hold);
    tx.exec(
        "update setting s set restored = $4, note = $5 from run r where r.migration_id = s.migration_id and r.run = s.run and s.name = $3 "
        "and ((s.migration_id = $1 and s.run = $2) or ($4 and r.target_id = $6 and r.tenant_id = $7 and not s.restored and "
        "(s.restore_call <> '' or s.note not like 'stays%')))",
        {run.key.migration_id, run.key.run, name, restored, note, run.target_id, run.tenant_id});
  });
}

std::vector<Setting> PgRunStore::to_restore(const RunInfo& run) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<Setting> out;
    for (const auto row :
         tx.exec("select * from (select distinct on (s.name) s.* from setting s join run r using (migration_id, run) where "
                 "r.tenant_id = $1 and r.target_id = $2 and not s.restored and s.restore_call <> '' order by s.name, "
                 "s.ordinal desc) newest order by ordinal",
                 {run.tenant_id, run.target_id}))
      out.push_back(setting_of(row));
    return out;
  });
}

std::vector<Setting> PgRunStore::temporary(const RunInfo& run) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<Setting> out;
    for (const auto row : tx.exec("select * from setting where migration_id = $1 and run = $2 and restore_call <> '' order by ordinal",
                                  {run.key.migration_id, run.key.run}))
      out.push_back(setting_of(row));
    return out;
  });
}

}  // namespace q2o::loader
