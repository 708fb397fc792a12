#pragma once

#include <map>
#include <mutex>

#include "common/pg/pg.h"
#include "services/loader/app/run_store.h"

namespace q2o::loader {

/// The run store in the loader's Postgres schema; messages go through the outbox of the same transaction.
class PgRunStore final : public RunStore {
 public:
  PgRunStore(pg::Pool& pool, std::string owner, std::chrono::milliseconds lease_for)
      : pool_(pool), owner_(std::move(owner)), lease_for_(lease_for) {}

  std::vector<RunInfo> runnable() override;
  std::optional<Hold> hold(const std::string& target_id) override;
  bool keep(const Hold& hold) override;
  std::chrono::milliseconds keep_every() const override { return lease_for_ / 3; }
  void release(const Hold& hold) override;
  Directive directive(const RunKey& key) override;
  Arrived arrived(const RunKey& key) override;
  std::vector<Item> waiting_items(const RunInfo& run, std::uint32_t wave, const Place& after, std::size_t most) override;
  std::vector<SourceState> sources(const RunKey& key, std::int64_t after) override;
  Totals totals(const RunKey& key) override;
  void store(const RunInfo& run, const Hold& hold, std::span<const Fate> fates) override;
  void forget(const RunInfo& run, const Hold& hold, const std::vector<std::string>& external_ids) override;
  void complete_wave(const RunInfo& run, const Hold& hold, const Wave& wave) override;
  std::size_t reject_parked(const RunInfo& run, const Hold& hold) override;
  void end(const RunInfo& run, const Hold& hold, const std::string& state, const v1::StatusFact& fact) override;
  void publish(const RunInfo& run, const Hold& hold, const v1::StatusFact& fact) override;
  void remember_findings(const RunInfo& run, const Hold& hold, const std::vector<Finding>& findings) override;
  void target_state(const RunInfo& run, const std::string& state, const std::string& version) override;
  void remember_setting(const RunInfo& run, const Hold& hold, const Setting& setting) override;
  void remember_values(const RunInfo& run, const Hold& hold, std::span<const ChangedValue> values) override;
  void remember_time(const RunInfo& run, const Hold& hold, const std::string& target_time) override;
  void mark_restored(const RunInfo& run, const Hold& hold, const std::string& name, bool restored, const std::string& note) override;
  std::vector<Setting> to_restore(const RunInfo& run) override;
  std::vector<Setting> temporary(const RunInfo& run) override;

 private:
  template <class Work>
  void fenced(const Hold& hold, Work work);
  pg::Pool& pool_;
  std::string owner_;
  std::chrono::milliseconds lease_for_;

  struct Kept {
    std::int64_t fence = 0;
    std::chrono::steady_clock::time_point at;
  };
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;  ///< by target: when the lease was renewed last
  std::map<RunKey, std::chrono::steady_clock::time_point> go_at_;
};

}  // namespace q2o::loader
