#pragma once

#include <atomic>
#include <functional>
#include <map>

#include "services/loader/app/run_store.h"

namespace q2o::loader::testing {

/// The run store in memory, one run at a time. `stop_when_stored` simulates a process that dies after a result was stored.
class MemoryRunStore final : public RunStore {
 public:
  RunInfo info{{"11111111-1111-4111-8111-111111111111", 1},
               "22222222-2222-4222-8222-222222222222",
               "qbo1",
               "33333333-3333-4333-8333-333333333333",
               "{}",
               "USD",
               false,
               {},
               false,
               false};
  Arrived stream;
  std::vector<Item> items;
  Directive now = Directive::go;
  std::string state = "working";
  std::atomic<bool> lost = false;
  std::function<void()> on_keep;
  std::chrono::milliseconds renew_every = std::chrono::seconds(1);
  std::vector<v1::StatusFact> facts;
  std::map<std::string, Fate> fates;          ///< the last one per external id
  std::map<std::string, std::string> ledger;  ///< key -> hash
  std::map<std::string, std::string> outcomes;
  std::vector<Setting> settings_made;
  std::vector<ChangedValue> changed;
  Totals sums;
  std::size_t stored_at_end = 0;  ///< so many results were there when the run ended

  void begin_run(std::uint32_t run);
  std::vector<RunInfo> runnable() override;
  std::optional<Hold> hold(const std::string& target_id) override { return Hold{target_id, 1}; }
  bool keep(const Hold&) override {
    if (on_keep) on_keep();
    return !lost;
  }
  std::chrono::milliseconds keep_every() const override { return renew_every; }
  void release(const Hold&) override {}
  Directive directive(const RunKey&) override { return now; }
  Arrived arrived(const RunKey&) override { return stream; }
  std::vector<Item> waiting_items(const RunInfo& run, std::uint32_t wave, const Place& after, std::size_t most) override;
  std::vector<SourceState> sources(const RunKey& key, std::int64_t after) override;
  Totals totals(const RunKey&) override { return sums; }
  void store(const RunInfo& run, const Hold& hold, std::span<const Fate> stored) override;
  void forget(const RunInfo& run, const Hold& hold, const std::vector<std::string>& external_ids) override;
  void complete_wave(const RunInfo& run, const Hold& hold, const Wave& wave) override;
  std::size_t reject_parked(const RunInfo& run, const Hold& hold) override;
  void end(const RunInfo& run, const Hold& hold, const std::string& how, const v1::StatusFact& fact) override;
  void publish(const RunInfo&, const Hold&, const v1::StatusFact& fact) override { facts.push_back(fact); }
  void remember_findings(const RunInfo&, const Hold&, const std::vector<Finding>&) override {}
  void target_state(const RunInfo&, const std::string&, const std::string&) override {}
  void remember_setting(const RunInfo&, const Hold&, const Setting& setting) override;
  void remember_values(const RunInfo&, const Hold&, std::span<const ChangedValue> values) override {
    changed.insert(changed.end(), values.begin(), values.end());
  }
  void remember_time(const RunInfo&, const Hold&, const std::string&) override {}
  void mark_restored(const RunInfo&, const Hold&, const std::string& name, bool restored, const std::string& note) override;
  std::vector<Setting> to_restore(const RunInfo& run) override;
  std::vector<Setting> temporary(const RunInfo& run) override;

 private:
  std::map<std::int64_t, std::string> states_;
};

/// A record of one source object: values {"name": <external id>} and references.
Item item(std::int64_t number, const std::string& external_id, std::vector<std::string> references = {}, std::uint32_t wave = 0,
          const std::string& extra = "");

}  // namespace q2o::loader::testing
