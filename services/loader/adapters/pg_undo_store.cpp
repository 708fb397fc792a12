#include "services/loader/adapters/pg_undo_store.h"

#include <unordered_set>

#include "common/migrations/migrations.h"
#include "services/loader/adapters/sealed_item.h"
#include "services/loader/domain/ledger_entries.h"

namespace q2o::loader {

using Verdict = UndoLook::Verdict;

namespace {

std::string seal_reason(pg::Tx& tx, const RunInfo& run, const std::string& external_id, const std::string& reason) {
  return tx.seal_text({run.tenant_id, run.key.migration_id, kUndoReason, item_id(run.key.run, external_id)}, reason);
}

std::string open_value(pg::Tx& tx, const pg::Row& row, std::string_view column, std::string_view where) {
  return tx.open({row.text("tenant_id"), "", where, value_id(row.text("model"), row.integer("odoo_id"), row.text("field"))},
                 row.text(column));
}

}  // namespace

void begin_undo(pg::Tx& tx, const billing::v1::Migration& migration) {
  if (migration.order().kind() != billing::v1::RUN_KIND_UNDO || migration.state() != billing::v1::STATE_RUNNING) return;
  tx.exec(
      "insert into run (migration_id, run, tenant_id, connection, target_id, plan, ended, kind, dry_run) values ($1, $2, $3, $4, $5, "
      "''::bytea, true, 'undo', $6) on conflict do nothing",
      {migration.migration_id(), migration.run(), migration.tenant_id(), migration.connection_slug(), migrations::target_of(migration),
       migration.order().dry_run()});
}

template <class Work>
auto PgUndoStore::fenced(const Hold& hold, Work work) {
  return pool_.transact([&](pg::Tx& tx) {
    if (!pg::held(tx, {"target", hold.target_id, hold.fence})) throw LeaseLost();
    return work(tx);
  });
}

std::set<std::string> PgUndoStore::names_of_others(const RunInfo& run) {
  return pool_.transact([&](pg::Tx& tx) {
    std::set<std::string> out;
    for (const auto row :
         tx.exec("select external_id from record where target_id = $1 and migration_id <> $2", {run.target_id, run.key.migration_id}))
      out.insert(row.text("external_id"));
    return out;
  });
}

std::string PgUndoStore::last_write(const RunInfo& run) {
  return pool_.transact([&](pg::Tx& tx) {
    // What a run kept is not touched by later ones: what people did to it since then counts, not only since the newest run.
    const auto rows = tx.exec(
        "select target_time from run where migration_id = $1 and target_id = $2 and kind = 'load' and target_time <> '' and run < $3 and "
        "($4 or run <= (select min(r.run) from record r where r.target_id = $2 and r.migration_id = $1)) order by run desc limit 1",
        {run.key.migration_id, run.target_id, run.key.run, run.undo});
    return rows.empty() ? std::string() : rows[0].text("target_time");
  });
}

bool PgUndoStore::planned(const RunKey& key) {
  return pool_.transact([&](pg::Tx& tx) {
    return tx.one("select planned from run where migration_id = $1 and run = $2", {key.migration_id, key.run}).boolean("planned");
  });
}

void PgUndoStore::store_plan(const RunInfo& run, const Hold& hold, std::span<const UndoLook> records) {
  std::vector<std::string> names, models, reasons;
  std::vector<std::int64_t> ids, verdicts;
  for (const auto& record : records) {
    names.push_back(record.external_id);
    models.push_back(record.model);
    ids.push_back(record.odoo_id);
    verdicts.push_back(static_cast<std::int64_t>(record.verdict));
  }
  fenced(hold, [&](pg::Tx& tx) {
    reasons.clear();
    for (const auto& record : records) reasons.push_back(seal_reason(tx, run, record.external_id, record.reason));
    tx.exec(
        "insert into undo_record (migration_id, run, tenant_id, position, external_id, model, odoo_id, state, reverse, adopted, reason) "
        "select $1, $2, $3, u.at, u.name, u.model, u.id, case u.verdict when $8 then 'kept' else 'planned' end, u.verdict = $9, u.verdict "
        "= "
        "$10, u.reason from unnest($4::text[], $5::text[], $6::bigint[], $7::bigint[], $11::text[]) with ordinality as u(name, model, id, "
        "verdict, reason, at)",
        {run.key.migration_id, run.key.run, run.tenant_id, names, models, ids, verdicts, static_cast<std::int64_t>(Verdict::keep),
         static_cast<std::int64_t>(Verdict::reverse), static_cast<std::int64_t>(Verdict::theirs), reasons});
    tx.exec("update run set planned = true where migration_id = $1 and run = $2", {run.key.migration_id, run.key.run});
  });
}

std::vector<UndoRow> PgUndoStore::next_rows(const RunKey& key, std::size_t most) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<UndoRow> out;
    for (const auto row : tx.exec("select * from undo_record where migration_id = $1 and run = $2 and state = "
                                  "'planned' order by postponed, position limit $3",
                                  {key.migration_id, key.run, static_cast<std::int64_t>(most)}))
      out.push_back({row.text("external_id"), row.text("model"), row.boolean("reverse"), row.boolean("adopted"), row.boolean("postponed")});
    return out;
  });
}

void PgUndoStore::settle(const RunInfo& run, const Hold& hold, std::span<const UndoFate> fates) {
  std::vector<std::string> names, states, reasons;
  for (const auto& fate : fates) {
    names.push_back(fate.external_id);
    states.push_back(fate.state);
  }
  fenced(hold, [&](pg::Tx& tx) {
    reasons.clear();
    for (const auto& fate : fates) reasons.push_back(seal_reason(tx, run, fate.external_id, fate.reason));
    tx.exec(
        "update undo_record r set state = u.state, reason = u.reason from unnest($3::text[], $4::text[], $5::text[]) as u(name, state, "
        "reason) where r.migration_id = $1 and r.run = $2 and r.external_id = u.name",
        {run.key.migration_id, run.key.run, names, states, reasons});
  });
}

void PgUndoStore::postpone(const RunInfo& run, const Hold& hold, const std::vector<std::string>& names) {
  fenced(hold, [&](pg::Tx& tx) {
    tx.exec("update undo_record set postponed = true where migration_id = $1 and run = $2 and external_id = any($3::text[])",
            {run.key.migration_id, run.key.run, names});
  });
}

std::vector<std::string> PgUndoStore::keep(const RunInfo& run, const Hold& hold, const std::vector<std::string>& names,
                                           const std::string& reason) {
  return fenced(hold, [&](pg::Tx& tx) {
    std::vector<std::string> out;
    std::vector<std::string> reasons;
    for (const auto& name : names) reasons.push_back(seal_reason(tx, run, name, reason));
    for (const auto row :
         tx.exec("update undo_record r set state = 'kept', reason = u.reason from unnest($3::text[], $4::text[]) as u(name, "
                 "reason) where r.migration_id = $1 and r.run = $2 and r.state = 'planned' and not r.adopted and "
                 "r.external_id = u.name returning r.external_id",
                 {run.key.migration_id, run.key.run, names, reasons}))
      out.push_back(row.text("external_id"));
    return out;
  });
}

std::vector<ChangedValue> PgUndoStore::changed_values(const RunInfo& run) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<ChangedValue> out;
    for (const auto row : tx.exec("select * from changed_value where target_id = $1 and migration_id = $2 order by ordinal",
                                  {run.target_id, run.key.migration_id}))
      out.push_back({row.text("model"), row.integer("odoo_id"), row.text("field"), open_value(tx, row, "before_value", kValueBefore),
                     open_value(tx, row, "written_value", kValueWritten)});
    return out;
  });
}

void PgUndoStore::settle_values(const RunInfo& run, const Hold& hold, std::span<const ValueFate> fates) {
  fenced(hold, [&](pg::Tx& tx) {
    for (const auto& fate : fates) {
      const auto& value = fate.value;
      tx.exec(
          "insert into undo_value (migration_id, run, tenant_id, model, odoo_id, field, state, reason) values ($1, $2, $3, $4, $5, $6, $7, "
          "$8) on conflict (migration_id, run, model, odoo_id, field) do update set state = excluded.state, reason = excluded.reason",
          {run.key.migration_id, run.key.run, run.tenant_id, value.model, value.odoo_id, value.field, fate.restored ? "restored" : "kept",
           tx.seal_text({run.tenant_id, run.key.migration_id, kValueReason, value_id(value.model, value.odoo_id, value.field)},
                        fate.reason)});
      if (fate.restored)
        tx.exec("delete from changed_value where target_id = $1 and model = $2 and odoo_id = $3 and field = $4",
                {run.target_id, value.model, value.odoo_id, value.field});
    }
  });
}

void PgUndoStore::forget_undone(const RunInfo& run, const Hold& hold) {
  fenced(hold, [&](pg::Tx& tx) {
    tx.exec(
        "delete from record r where target_id = $1 and migration_id = $2 and not exists (select 1 from undo_record u where u.migration_id "
        "= $2 and u.run = $3 and u.external_id = r.external_id and u.state = 'kept')",
        {run.target_id, run.key.migration_id, run.key.run});
  });
}

bool PgUndoStore::follows_another(const RunInfo& run) {
  return run.follows_source && pool_.transact([&](pg::Tx& tx) {
    return !tx.exec("select 1 from record where target_id = $1 and migration_id = $2 and run < $3 limit 1",
                    {run.target_id, run.key.migration_id, run.key.run})
                .empty();
  });
}

namespace {
std::string ledger_entry_of(const std::string& transaction) {
  return std::string(kLedgerEntity) + "/" + transaction;
}
}  // namespace

/// Compared here: both lists are large, and a plan that was made while the tables were small would compare every one with every other.
std::set<std::string> PgUndoStore::departed(const RunInfo& run) {
  return pool_.transact([&](pg::Tx& tx) {
    std::unordered_set<std::string> here, spared;
    std::set<std::string> out;
    const auto records = entities_with_records(run.transaction_entities);
    for (const auto row :
         tx.exec("select external_id, source_id, entity = any($3::text[]) as is_transaction from item where migration_id = $1 "
                 "and run = $2 and operation <> 'write'",
                 {run.key.migration_id, run.key.run, records})) {
      here.insert(row.text("external_id"));
      // What stood for the record while it could not be read goes when the record comes (ledger_entries.h).
      if (row.boolean("is_transaction")) spared.insert(ledger_entry_of(row.text("source_id")));
    }
    for (const auto row :
         tx.exec("select entity || '/' || source_id as name from spared where migration_id = $1 and run = $2 and not left_out",
                 {run.key.migration_id, run.key.run}))
      spared.insert(row.text("name"));
    // A rejected record claims its transaction: what stands for it from an earlier run is all there is.
    for (const auto row :
         tx.exec("select source_id from spared where migration_id = $1 and run = $2 and not left_out and entity = any($3::text[])",
                 {run.key.migration_id, run.key.run, records}))
      spared.insert(ledger_entry_of(row.text("source_id")));
    for (const auto row :
         tx.exec("select r.external_id, r.entity || '/' || r.source_id as name from record r where r.target_id = $1 and "
                 "r.migration_id = $2 and r.external_id not like '%#write' and r.entity in (select entity from ended_entity "
                 "where migration_id = $2 and run = $3 and complete)",
                 {run.target_id, run.key.migration_id, run.key.run}))
      if (!here.contains(row.text("external_id")) && !spared.contains(row.text("name"))) out.insert(row.text("external_id"));
    return out;
  });
}

std::optional<std::uint32_t> PgUndoStore::first_matches(const RunKey& key) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<std::uint32_t> {
    const auto rows = tx.exec("select wave from item where migration_id = $1 and run = $2 and operation = 'match' order by wave limit 1",
                              {key.migration_id, key.run});
    if (rows.empty()) return std::nullopt;
    return static_cast<std::uint32_t>(rows[0].integer("wave"));
  });
}

namespace {
/// Named as what a person should look at.
void add_departure(pg::Tx& tx, const RunInfo& run, const pg::Row& gone) {
  const auto external_id = gone.text("external_id");
  const bool kept = gone.text("state") == "kept";
  const auto seal = [&](std::string_view where, const std::string& text) {
    return tx.seal_text({run.tenant_id, run.key.migration_id, where, item_id(run.key.run, external_id)}, text);
  };
  const auto labels = tx.exec(
      "select tenant_id, migration_id, run, external_id, label from item where migration_id = $1 and external_id = $2 order by run desc "
      "limit 1",
      {run.key.migration_id, external_id});
  const auto why = opened(tx, gone, "reason", kUndoReason);
  const bool left_out = gone.boolean("left_out");
  const std::string what = left_out ? "it is left out now" : "it is not in the source any more";
  tx.exec(
      "insert into reject (migration_id, run, tenant_id, external_id, entity, source_id, reason, message, hint, label) values ($1, $2, $3, "
      "$4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
      {run.key.migration_id, run.key.run, run.tenant_id, external_id, gone.text("entity"), gone.text("source_id"),
       std::string(left_out ? "LEFT_OUT_" : "GONE_IN_SOURCE_") + (kept ? "KEPT" : "REVERSED"),
       seal(kRejectMessage, what + (kept ? ", and stays in Odoo: " : "; in Odoo it was ") + why),
       seal(kRejectHint, kept ? "Undo in Odoo what the reason names and run again; or leave it, and accept the difference."
                              : "Both entries stay in Odoo and cancel each other out."),
       seal(kRejectLabel, labels.empty() ? std::string() : opened(tx, labels[0], "label", kItemLabel))});
}
}  // namespace

void PgUndoStore::settle_departures(const RunInfo& run, const Hold& hold) {
  fenced(hold, [&](pg::Tx& tx) {
    for (const auto row : tx.exec(
             "select u.tenant_id, u.migration_id, u.run, u.external_id, u.state, u.reason, r.entity, r.source_id, exists (select 1 from "
             "spared s where s.migration_id = $2 and s.run = $3 and s.left_out and s.entity = r.entity and s.source_id = r.source_id) as "
             "left_out from undo_record u "
             "cross join lateral (select entity, source_id from record where target_id = $1 and external_id = u.external_id offset 0) "
             "as r where u.migration_id = $2 and u.run = $3 and u.state in ('kept', 'reversed')",
             {run.target_id, run.key.migration_id, run.key.run}))
      add_departure(tx, run, row);
    // Nobody deleted it in the source: the report says that it was there.
    tx.exec(
        "insert into setting (migration_id, run, name, tenant_id, before_value, during_value, note) select distinct $2::uuid, $3::bigint, "
        "r.entity || ' ' || r.source_id || ' (left out)', $4::uuid, 'in Odoo', 'taken away', 'stays: left out on purpose; the list of what "
        "was not migrated says why' from undo_record u cross join lateral (select entity, source_id from record where target_id = $1 and "
        "external_id = u.external_id offset 0) as r join spared s on s.migration_id = $2 and s.run = $3 and s.left_out and s.entity = "
        "r.entity and s.source_id = r.source_id where u.migration_id = $2 and u.run = $3 and u.state = 'removed' on conflict do nothing",
        {run.target_id, run.key.migration_id, run.key.run, run.tenant_id});
    tx.exec(
        "delete from record r using undo_record u where u.migration_id = $2 and u.run = $3 and u.state in ('removed', 'reversed', "
        "'theirs') and r.target_id = $1 and r.external_id = u.external_id and r.migration_id = $2 and r.tenant_id = $4",
        {run.target_id, run.key.migration_id, run.key.run, run.tenant_id});
  });
}

v1::RunUndone PgUndoStore::summary(const RunInfo& run) {
  return pool_.transact([&](pg::Tx& tx) { return undo_summary(tx, run.key, run.dry_run); });
}

v1::UndoProgress PgUndoStore::progress(const RunKey& key) {
  return pool_.transact([&](pg::Tx& tx) {
    const auto row = tx.one(
        "select count(*) filter (where state not in ('planned', 'kept')) as done, count(*) filter (where state <> 'kept') as total from "
        "undo_record where migration_id = $1 and run = $2",
        {key.migration_id, key.run});
    v1::UndoProgress out;
    out.set_done(static_cast<std::uint64_t>(row.integer("done")));
    out.set_total(static_cast<std::uint64_t>(row.integer("total")));
    return out;
  });
}

}  // namespace q2o::loader
