#include "services/loader/adapters/pg_run_store.h"

#include <fmt/format.h>

#include "common/migrations/migrations.h"
#include "q2o/mapper/v1/mapped.pb.h"
#include "services/loader/adapters/outgoing.h"
#include "services/loader/adapters/sealed_item.h"
#include "services/loader/app/facts.h"

namespace q2o::loader {
namespace {

constexpr std::string_view kLeaseKind = "target";

pg::Lease lease_of(const Hold& hold) {
  return {std::string(kLeaseKind), hold.target_id, hold.fence};
}

/// Writes leave no external id in the target; they get a key of their own in the ledger.
std::string ledger_key(const Item& item) {
  return item.operation == "write" ? item.external_id + "#write" : item.external_id;
}

RunInfo run_info(pg::Tx& tx, const pg::Row& row, const billing::v1::Migration& migration) {
  mapper::v1::RunPlan plan;
  plan.ParseFromString(tx.open({row.text("tenant_id"), row.text("migration_id"), kPlan, row.text("run")}, row.bytes("plan")));
  RunInfo out;
  out.key = {row.text("migration_id"), static_cast<std::uint32_t>(row.integer("run"))};
  out.tenant_id = row.text("tenant_id");
  out.connection = row.text("connection");
  out.target_id = migrations::target_of(migration);
  out.settings_json = plan.target_settings_json();
  out.home_currency = plan.home_currency();
  out.settings_changed = row.boolean("settings_changed");
  out.undo = row.text("kind") == "undo";
  out.dry_run = row.boolean("dry_run");
  for (const auto& module : plan.modules()) out.modules.push_back(module_of(module));
  const auto kind = migration.order().kind();
  const bool reads_source =
      kind == billing::v1::RUN_KIND_UNSPECIFIED || kind == billing::v1::RUN_KIND_FULL || kind == billing::v1::RUN_KIND_DELTA;
  out.follows_source = !out.undo && reads_source && migration.run() == out.key.run;
  out.transaction_entities.assign(plan.transaction_entities().begin(), plan.transaction_entities().end());
  return out;
}

void mark_items(pg::Tx& tx, const RunInfo& run, std::span<const Fate> fates) {
  std::vector<std::int64_t> numbers, odoo_ids;
  std::vector<std::string> states, outcomes, waits;
  for (const auto& fate : fates) {
    numbers.push_back(fate.item.number);
    odoo_ids.push_back(fate.odoo_id);
    states.emplace_back(fate.kind == Fate::Kind::done ? "done" : fate.kind == Fate::Kind::parked ? "parked" : "rejected");
    outcomes.push_back(fate.outcome);
    waits.push_back(fate.waits_for);
  }
  tx.exec(
      // One look into the index per item; they stay where they are, because the target is ours.
      "update item i set state = u.state, outcome = u.outcome, odoo_id = u.odoo_id, waits_for = u.waits from (select given.*, at.place "
      "from unnest($3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[]) as given(number, state, outcome, odoo_id, waits) "
      "cross join lateral (select ctid as place from item where migration_id = $1 and run = $2 and number = given.number offset 0) as at "
      "offset 0) as u where i.ctid = u.place",
      {run.key.migration_id, run.key.run, numbers, states, outcomes, odoo_ids, waits});
}

/// The record ledger: what is in the target, with the newest word of each key.
void write_records(pg::Tx& tx, const RunInfo& run, std::span<const Fate> fates) {
  std::vector<std::int64_t> odoo_ids;
  std::vector<std::string> keys, models, hashes, outcomes, entities, sources;
  for (const auto& fate : fates) {
    if (fate.kind != Fate::Kind::done) continue;
    keys.push_back(ledger_key(fate.item));
    models.push_back(fate.item.model);
    hashes.push_back(fate.item.content_hash);
    odoo_ids.push_back(fate.odoo_id);
    outcomes.push_back(fate.outcome);
    entities.push_back(fate.item.entity);
    sources.push_back(fate.item.source_id);
  }
  if (keys.empty()) return;
  tx.exec(
      "insert into record (target_id, external_id, tenant_id, model, odoo_id, content_hash, outcome, migration_id, run, entity, source_id) "
      "select "
      "distinct on (u.key) $1, u.key, $2, u.model, u.odoo_id, u.hash, u.outcome, $3, $4, u.entity, u.source from unnest($5::text[], "
      "$6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[]) with ordinality as u(key, model, odoo_id, hash, "
      "outcome, "
      "entity, source, at) order by u.key, u.at desc on conflict "
      "(target_id, external_id) do update set model = excluded.model, odoo_id = excluded.odoo_id, content_hash = excluded.content_hash, "
      "outcome = case when excluded.outcome = 'unchanged' then record.outcome else excluded.outcome end, migration_id = "
      "excluded.migration_id, run = excluded.run, entity = excluded.entity, source_id = excluded.source_id, written_at = now()",
      {run.target_id, run.tenant_id, run.key.migration_id, run.key.run, keys, models, odoo_ids, hashes, outcomes, entities, sources});
}

void add_rejects(pg::Tx& tx, const RunInfo& run, std::span<const Fate> fates) {
  for (const auto& fate : fates) {
    if (fate.kind != Fate::Kind::rejected) continue;
    const std::string id = item_id(run.key.run, fate.item.external_id);
    const auto seal = [&](std::string_view where, const std::string& text) {
      return tx.seal_text({run.tenant_id, run.key.migration_id, where, id}, text);
    };
    tx.exec(
        "insert into reject (migration_id, run, tenant_id, external_id, entity, source_id, reason, message, hint, label) values ($1, "
        "$2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
        {run.key.migration_id, run.key.run, run.tenant_id, fate.item.external_id, fate.item.entity, fate.item.source_id, fate.reason,
         seal(kRejectMessage, fate.message), seal(kRejectHint, fate.hint), seal(kRejectLabel, fate.item.label)});
  }
}

void add_totals(pg::Tx& tx, const RunInfo& run, std::span<const Fate> fates) {
  Totals add;
  for (const auto& fate : fates) {
    if (fate.kind == Fate::Kind::rejected) ++add.rejected;
    if (fate.kind != Fate::Kind::done) continue;
    ++(fate.outcome == "created" || fate.outcome == "adopted" ? add.created : fate.outcome == "changed" ? add.changed : add.unchanged);
  }
  tx.exec(
      "update run set created = created + $3, changed = changed + $4, unchanged = unchanged + $5, rejected = rejected + $6 where "
      "migration_id = $1 and run = $2",
      {run.key.migration_id, run.key.run, add.created, add.changed, add.unchanged, add.rejected});
}

}  // namespace

template <class Work>
void PgRunStore::fenced(const Hold& hold, Work work) {
  pool_.transact([&](pg::Tx& tx) {
    if (!pg::held(tx, lease_of(hold))) throw LeaseLost();
    work(tx);
  });
}

std::vector<RunInfo> PgRunStore::runnable() {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<RunInfo> out;
    for (const auto row : tx.exec("select * from run where state in ('working', 'failed') order by migration_id, run")) {
      const auto migration = migrations::find(tx, row.text("migration_id"));
      // The mapped stream may be ahead of the migration topic: then the run is not known yet.
      if (!migration || migration->run() < row.integer("run") || migrations::target_of(*migration).empty()) continue;
      const auto directive = migrations::directive(tx, row.text("migration_id"), static_cast<std::uint32_t>(row.integer("run")));
      if (directive == billing::v1::DIRECTIVE_PAUSE) continue;
      if (row.text("state") == "failed") {
        // Billing paused the migration when the run failed; somebody has resumed it since.
        const bool resumed = static_cast<std::int64_t>(migration->version()) > row.integer("failed_version");
        if (!resumed || directive != billing::v1::DIRECTIVE_GO || migration->state() != billing::v1::STATE_RUNNING) continue;
        tx.exec("update run set state = 'working', failure = '' where migration_id = $1 and run = $2",
                {row.text("migration_id"), row.integer("run")});
      }
      out.push_back(run_info(tx, row, *migration));
    }
    return out;
  });
}

std::optional<Hold> PgRunStore::hold(const std::string& target_id) {
  return pool_.transact([&](pg::Tx& tx) -> std::optional<Hold> {
    const auto lease = pg::try_lease(tx, kLeaseKind, target_id, owner_, lease_for_);
    return lease ? std::optional(Hold{target_id, lease->fence}) : std::nullopt;
  });
}

/// Asked between any two steps, renewed now and then: a lease that was ours a moment ago still is, and every write looks for itself.
bool PgRunStore::keep(const Hold& hold) {
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto known = kept_.find(hold.target_id);
    if (known != kept_.end() && known->second.fence == hold.fence && now - known->second.at < lease_for_ / 10) return true;
  }
  const bool ours = pool_.transact([&](pg::Tx& tx) { return pg::renew(tx, lease_of(hold), lease_for_); });
  const std::lock_guard lock(mutex_);
  if (ours)
    kept_[hold.target_id] = {hold.fence, now};
  else
    kept_.erase(hold.target_id);
  return ours;
}
void PgRunStore::release(const Hold& hold) {
  pool_.transact([&](pg::Tx& tx) { pg::release(tx, lease_of(hold)); });
}

/// Asked between any two steps as well: "go" holds for a moment.
Directive PgRunStore::directive(const RunKey& key) {
  constexpr std::chrono::milliseconds kGoHolds{100};
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto known = go_at_.find(key);
    if (known != go_at_.end() && now - known->second < kGoHolds) return Directive::go;
  }
  const auto directive = pool_.transact([&](pg::Tx& tx) {
    switch (migrations::directive(tx, key.migration_id, key.run)) {
      case billing::v1::DIRECTIVE_GO:
        return Directive::go;
      case billing::v1::DIRECTIVE_STOP:
        return Directive::stop;
      default:
        return Directive::pause;
    }
  });
  const std::lock_guard lock(mutex_);
  if (directive == Directive::go)
    go_at_[key] = now;
  else
    go_at_.erase(key);
  return directive;
}

Arrived PgRunStore::arrived(const RunKey& key) {
  return pool_.transact([&](pg::Tx& tx) {
    Arrived out;
    const pg::Params of_run{key.migration_id, key.run};
    for (const auto row : tx.exec("select * from wave where migration_id = $1 and run = $2 order by number", of_run))
      out.waves.push_back(
          {static_cast<std::uint32_t>(row.integer("number")), row.text("name"), row.text_array("entities"), row.boolean("completed")});
    for (const auto row : tx.exec("select entity from ended_entity where migration_id = $1 and run = $2", of_run))
      out.ended_entities.insert(row.text("entity"));
    out.ended = tx.one("select ended from run where migration_id = $1 and run = $2", of_run).boolean("ended");
    return out;
  });
}

std::vector<Item> PgRunStore::waiting_items(const RunInfo& run, std::uint32_t wave, const Place& after, std::size_t most) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<Item> out;
    for (const auto row :
         // The page in the index's order, then one look into an index per item: a plan that was made while the tables were small would
         // compare all items with all records. Only the index item_made fits the question for what was made: the primary key must not.
         tx.exec("with page as materialized (select * from item where migration_id = $2 and run = $3 and wave <= $4 and state in "
                 "('open', 'parked') and (wave, number) > ($5, $6) order by wave, number limit $7) "
                 "select i.*, case when (i.operation = 'write' or r.outcome = 'skipped') and exists (select 1 from unnest(i.refs) as "
                 "ref(name) cross join lateral (select 1 from item c where c.external_id = ref.name and c.outcome in ('created', "
                 "'adopted') and "
                 "c.migration_id::text = i.migration_id::text and c.run + 0 = i.run offset 0) as made) then '' else r.content_hash end as "
                 "ledger_hash, r.outcome as ledger_outcome from page i left join lateral (select content_hash, outcome from record where "
                 "target_id = $1 and external_id = i.external_id || case when i.operation = 'write' then '#write' else '' end offset 0) "
                 "as r on true order by i.wave, i.number",
                 {run.target_id, run.key.migration_id, run.key.run, wave, after.wave, after.number, static_cast<std::int64_t>(most)})) {
      out.push_back({row.integer("number"),
                     row.text("entity"),
                     row.text("source_id"),
                     opened(tx, row, "label", kItemLabel),
                     row.text("external_id"),
                     row.text("model"),
                     row.text("operation"),
                     opened(tx, row, "values_json", kItemValues),
                     row.text("content_hash"),
                     row.text_array("refs"),
                     static_cast<std::uint32_t>(row.integer("wave")),
                     row.boolean("post"),
                     row.text("state") == "parked",
                     row.text("ledger_hash"),
                     row.text("ledger_outcome"),
                     row.text("file_id"),
                     static_cast<std::uint64_t>(row.integer("file_bytes")),
                     {},
                     0,
                     {}});
    }
    return out;
  });
}

std::vector<SourceState> PgRunStore::sources(const RunKey& key, std::int64_t after) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<SourceState> out;
    for (const auto row :
         tx.exec("select entity, source_id, count(*) filter (where state = 'open') as open, count(*) filter (where state = 'parked') as "
                 "parked, bool_or(state = 'rejected') as rejected, max(number) as last, count(*) as records from item where migration_id = "
                 "$1 and run = $2 and "
                 "number "
                 "> $3 group by entity, source_id",
                 {key.migration_id, key.run, after}))
      out.push_back({row.text("entity"), row.text("source_id"), static_cast<std::uint32_t>(row.integer("open")),
                     static_cast<std::uint32_t>(row.integer("parked")), row.boolean("rejected"), row.integer("last"),
                     static_cast<std::uint32_t>(row.integer("records"))});
    return out;
  });
}

Totals PgRunStore::totals(const RunKey& key) {
  return pool_.transact([&](pg::Tx& tx) {
    const auto row = tx.one(
        "select created, changed, unchanged, rejected, u.removed, u.reversed, u.kept from run, lateral (select count(*) filter (where "
        "state in ('removed', 'theirs')) as removed, count(*) filter (where state = 'reversed') as reversed, count(*) filter (where "
        "state = 'kept') as kept from undo_record where migration_id = $1 and run = $2) as u where migration_id = $1 and run = $2",
        {key.migration_id, key.run});
    const auto number = [&](std::string_view column) { return static_cast<std::uint64_t>(row.integer(column)); };
    return Totals{number("created"), number("changed"),  number("unchanged"), number("rejected"),
                  number("removed"), number("reversed"), number("kept")};
  });
}

void PgRunStore::store(const RunInfo& run, const Hold& hold, std::span<const Fate> fates) {
  fenced(hold, [&](pg::Tx& tx) {
    mark_items(tx, run, fates);
    write_records(tx, run, fates);
    add_rejects(tx, run, fates);
    add_totals(tx, run, fates);
    store_results(tx, run, fates);
  });
}

void PgRunStore::forget(const RunInfo& run, const Hold& hold, const std::vector<std::string>& external_ids) {
  fenced(hold, [&](pg::Tx& tx) {
    tx.exec("delete from record where target_id = $1 and external_id = any($2::text[])", {run.target_id, external_ids});
  });
}

void PgRunStore::complete_wave(const RunInfo& run, const Hold& hold, const Wave& wave) {
  fenced(hold, [&](pg::Tx& tx) {
    tx.exec("update wave set completed = true where migration_id = $1 and run = $2 and number = $3",
            {run.key.migration_id, run.key.run, wave.number});
    store_fact(tx, run, wave_fact(run, wave));
  });
}

std::size_t PgRunStore::reject_parked(const RunInfo& run, const Hold& hold) {
  std::vector<Fate> fates;
  pool_.transact([&](pg::Tx& tx) {
    fates.clear();
    for (const auto row : tx.exec("select * from item where migration_id = $1 and run = $2 and state in ('open', 'parked') order by number",
                                  {run.key.migration_id, run.key.run})) {
      Fate fate;
      fate.kind = Fate::Kind::rejected;
      fate.item.number = row.integer("number");
      fate.item.external_id = row.text("external_id");
      fate.item.entity = row.text("entity");
      fate.item.source_id = row.text("source_id");
      fate.item.label = opened(tx, row, "label", kItemLabel);
      fate.item.model = row.text("model");
      fate.reason = "WAITS_FOR_PARENT";
      fate.message = fmt::format("waits for {}, which is not in the target", row.text("waits_for"));
      fate.hint =
          "Repair the record it waits for and run again; this one then follows by itself. If that record was deleted in the source, "
          "nothing "
          "is to be done.";
      fates.push_back(std::move(fate));
    }
  });
  if (!fates.empty()) store(run, hold, fates);
  return fates.size();
}

void PgRunStore::end(const RunInfo& run, const Hold& hold, const std::string& state, const v1::StatusFact& fact) {
  fenced(hold, [&](pg::Tx& tx) {
    const auto migration = migrations::find(tx, run.key.migration_id);
    tx.exec("update run set state = $3, target_id = $4, failure = $5, failed_version = $6 where migration_id = $1 and run = $2",
            {run.key.migration_id, run.key.run, state, run.target_id, fact.has_run_failed() ? fact.run_failed().reason() : "",
             static_cast<std::int64_t>(migration ? migration->version() : 0)});
    store_fact(tx, run, fact);
  });
}

void PgRunStore::publish(const RunInfo& run, const Hold& hold, const v1::StatusFact& fact) {
  fenced(hold, [&](pg::Tx& tx) { store_fact(tx, run, fact); });
}

}  // namespace q2o::loader
