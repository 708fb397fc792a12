#pragma once

#include "common/pg/pg.h"
#include "q2o/billing/v1/migration.pb.h"
#include "q2o/loader/v1/loader.pb.h"
#include "services/loader/app/undo_store.h"

namespace q2o::loader {

/// Memory of undo runs in Postgres: every write checks the hold on the target in its own transaction.
class PgUndoStore final : public UndoStore {
 public:
  explicit PgUndoStore(pg::Pool& pool) : pool_(pool) {}
  std::set<std::string> names_of_others(const RunInfo& run) override;
  std::string last_write(const RunInfo& run) override;
  bool planned(const RunKey& key) override;
  void store_plan(const RunInfo& run, const Hold& hold, std::span<const UndoLook> records) override;
  std::vector<UndoRow> next_rows(const RunKey& key, std::size_t most) override;
  void settle(const RunInfo& run, const Hold& hold, std::span<const UndoFate> fates) override;
  void postpone(const RunInfo& run, const Hold& hold, const std::vector<std::string>& names) override;
  std::vector<std::string> keep(const RunInfo& run, const Hold& hold, const std::vector<std::string>& names,
                                const std::string& reason) override;
  std::vector<ChangedValue> changed_values(const RunInfo& run) override;
  void settle_values(const RunInfo& run, const Hold& hold, std::span<const ValueFate> fates) override;
  void forget_undone(const RunInfo& run, const Hold& hold) override;
  bool follows_another(const RunInfo& run) override;
  std::set<std::string> departed(const RunInfo& run) override;
  std::optional<std::uint32_t> first_matches(const RunKey& key) override;
  void settle_departures(const RunInfo& run, const Hold& hold) override;
  v1::RunUndone summary(const RunInfo& run) override;
  v1::UndoProgress progress(const RunKey& key) override;

 private:
  template <class Work>
  auto fenced(const Hold& hold, Work work);
  pg::Pool& pool_;
};

/// An order to undo has come: the run that a worker takes. Nothing happens when it is known.
void begin_undo(pg::Tx& tx, const billing::v1::Migration& migration);

/// What an undo run did or, of a dry run, would do.
v1::RunUndone undo_summary(pg::Tx& tx, const RunKey& key, bool dry_run);
/// A page of what it keeps.
Result<v1::GetUndoResponse> undo_report(pg::Pool& pool, const std::string& tenant_id, const v1::GetUndoRequest& request);

}  // namespace q2o::loader
