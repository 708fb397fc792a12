#include "services/notifier/adapters/store.h"

namespace q2o::notifier {
namespace {

sealing::Place place(std::string_view tenant, std::string_view migration) {
  return {tenant, migration, "notifier.progress.body", migration};
}

v1::Progress parse(const std::string& body) {
  v1::Progress progress;
  if (!body.empty() && !progress.ParseFromString(body)) throw std::runtime_error("progress row does not parse");
  if (progress.run() == 0) progress.set_run(progress.migration().run());  // of a row from before `run` was kept
  return progress;
}

std::chrono::system_clock::time_point at(std::int64_t milliseconds) {
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds));
}

/// Those of the last 30 s, oldest first.
std::vector<Sample> recent_samples(pg::Tx& tx, const std::string& migration_id) {
  std::vector<Sample> samples;
  for (const auto row : tx.exec("select (extract(epoch from at) * 1000)::bigint as ms, settled, work from sample "
                                "where migration_id = $1 and at >= now() - interval '30 seconds' order by at",
                                {migration_id}))
    samples.push_back(
        {at(row.integer("ms")), static_cast<std::uint64_t>(row.integer("settled")), static_cast<std::uint64_t>(row.integer("work"))});
  return samples;
}

/// What shown() reads. One clock for samples and estimate: the database's.
const std::string kShown = "select migration_id, body, (extract(epoch from now()) * 1000)::bigint as now_ms from progress ";

/// With rate and ETA as of now; nothing before the migration's own message has been read.
std::optional<v1::Progress> shown(pg::Tx& tx, const std::string& tenant_id, const pg::Row& row) {
  const auto migration_id = row.text("migration_id");
  auto progress = parse(tx.open(place(tenant_id, migration_id), row.bytes("body")));
  if (!progress.has_migration()) return std::nullopt;
  estimate(progress, recent_samples(tx, migration_id), at(row.integer("now_ms")));
  return progress;
}

}  // namespace

v1::Progress load_for_update(pg::Tx& tx, const std::string& migration_id) {
  tx.exec(
      "insert into progress (migration_id, tenant_id, version, body) values ($1, '00000000-0000-0000-0000-000000000000', 0, '') on "
      "conflict do nothing",
      {migration_id});
  const auto row = tx.one("select tenant_id, body from progress where migration_id = $1 for update", {migration_id});
  auto progress = parse(tx.open(place(row.text("tenant_id"), migration_id), row.bytes("body")));
  progress.set_migration_id(migration_id);
  return progress;
}

void save(pg::Tx& tx, const std::string& tenant_id, v1::Progress& progress) {
  progress.set_version(progress.version() + 1);
  tx.exec(
      "update progress set tenant_id = $2, version = $3, body = $4, updated_at = now(), changed_xid = pg_current_xact_id() where "
      "migration_id = $1",
      {progress.migration_id(), tenant_id, static_cast<std::int64_t>(progress.version()),
       pg::Param::bytes(tx.seal_bytes(place(tenant_id, progress.migration_id()), progress.SerializeAsString()))});
  tx.notify(kChangedChannel, progress.migration_id());
}

std::optional<v1::Progress> find(pg::Tx& tx, const std::string& tenant_id, const std::string& migration_id) {
  const auto rows = tx.exec(kShown + "where migration_id = $1 and tenant_id = $2", {migration_id, tenant_id});
  if (rows.empty()) return std::nullopt;
  return shown(tx, tenant_id, rows[0]);
}

ChangedJobs changed_since(pg::Tx& tx, const std::string& tenant_id, const std::string& position) {
  ChangedJobs out;
  // Before the rows: what commits in between is found by the next look, perhaps twice, never not at all.
  out.position = tx.one("select pg_snapshot_xmin(pg_current_snapshot())::text as position").text("position");
  for (const auto row :
       tx.exec(kShown + "where tenant_id = $1 and changed_xid >= $2::xid8 order by changed_xid, migration_id", {tenant_id, position})) {
    if (auto progress = shown(tx, tenant_id, row)) out.jobs.push_back(std::move(*progress));
  }
  return out;
}

std::vector<v1::Progress> jobs(pg::Tx& tx, const std::string& tenant_id, std::int64_t skip, std::uint32_t most) {
  std::vector<v1::Progress> out;
  for (const auto row : tx.exec(kShown + "where tenant_id = $1 order by updated_at desc, migration_id offset $2 limit $3",
                                {tenant_id, skip, static_cast<std::int64_t>(most)})) {
    if (auto progress = shown(tx, tenant_id, row)) out.push_back(std::move(*progress));
  }
  return out;
}

void forget_samples(pg::Tx& tx, const std::string& migration_id) {
  tx.exec("delete from sample where migration_id = $1", {migration_id});
}

void sample(pg::Tx& tx, const std::string& tenant_id, const v1::Progress& progress) {
  const std::string& id = progress.migration_id();
  tx.exec("delete from sample where migration_id = $1 and at < now() - interval '30 seconds'", {id});
  tx.exec(
      "insert into sample (migration_id, tenant_id, at, settled, work) select $1::uuid, $3::uuid, date_trunc('second', now()), $2::bigint, "
      "$4::bigint on conflict (migration_id, at) do update set settled = greatest(sample.settled, excluded.settled), work = "
      "greatest(sample.work, excluded.work)",
      {id, static_cast<std::int64_t>(settled(progress)), tenant_id, static_cast<std::int64_t>(work_done(progress))});
}

}  // namespace q2o::notifier
