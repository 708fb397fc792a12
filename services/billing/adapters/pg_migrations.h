#pragma once

#include "common/pg/pg.h"
#include "services/billing/app/ports.h"

namespace q2o::billing {

/// Wakes the loop that advances migrations.
inline constexpr std::string_view kWorkChannel = "billing_work";

/// The migrations in Postgres, within one transaction. Rows that are read for a change are locked until its end.
class PgMigrations final : public Migrations {
 public:
  explicit PgMigrations(pg::Tx& tx) : tx_(tx) {}
  void insert(Aggregate& migration) override;
  std::optional<Aggregate> find(const std::string& tenant, const std::string& migration_id) override;
  std::optional<v1::Migration> read(const std::string& tenant, const std::string& migration_id) override;
  std::vector<v1::Migration> list(const std::string& tenant, const std::string& after, std::uint32_t most) override;
  std::vector<Aggregate> using_connection(const std::string& tenant, const std::string& id) override;
  std::vector<v1::Migration> in_states(const std::vector<State>& states, const std::string& after, std::uint32_t most) override;
  void save(Aggregate& migration) override;
  std::vector<v1::Event> history(const std::string& migration_id, std::uint64_t after, std::uint32_t most) override;
  std::vector<v1::Run> runs(const std::string& migration_id) override;
  void one_at_a_time(const std::string& tenant) override;
  bool purge_goes_on(const std::string& tenant) override;
  std::optional<Answered> answered(const std::string& tenant, const std::string& idempotency_key) override;
  void remember(const std::string& tenant, const std::string& idempotency_key, const Answered& answered) override;
  void count_extracted(const std::string& migration, std::uint32_t run, const std::string& entity, std::uint64_t n) override;
  void count_mapped(const std::string& migration, std::uint32_t run, const std::string& entity, const StageCounts::Mapped& n) override;
  void count_loaded(const std::string& migration, std::uint32_t run, const std::string& entity, const StageCounts::Loaded& n) override;
  void set_run_fact(const std::string& migration, std::uint32_t run, const std::string& fact) override;
  bool has_run_fact(const std::string& migration, std::uint32_t run, const std::string& fact) override;
  bool run_fact_is_old(const std::string& migration, std::uint32_t run, const std::string& fact) override;
  std::map<std::string, StageCounts> counts(const std::string& migration, std::uint32_t run) override;

 private:
  void publish(const Aggregate& migration);
  void save_run(const v1::Migration& state);
  pg::Tx& tx_;
};

/// Until the end of the transaction: nobody else makes, starts or purges migrations of the tenant.
void lock_tenant(pg::Tx& tx, const std::string& tenant);

std::vector<pg::Migration> schema();

}  // namespace q2o::billing
