#pragma once

#include "services/loader/app/undo_store.h"

namespace q2o::loader::testing {

/// For workers that never meet an undo.
class NoUndo final : public UndoStore {
 public:
  std::set<std::string> names_of_others(const RunInfo&) override { return {}; }
  std::string last_write(const RunInfo&) override { return {}; }
  bool planned(const RunKey&) override { return false; }
  void store_plan(const RunInfo&, const Hold&, std::span<const UndoLook>) override {}
  std::vector<UndoRow> next_rows(const RunKey&, std::size_t) override { return {}; }
  void settle(const RunInfo&, const Hold&, std::span<const UndoFate>) override {}
  void postpone(const RunInfo&, const Hold&, const std::vector<std::string>&) override {}
  std::vector<std::string> keep(const RunInfo&, const Hold&, const std::vector<std::string>&, const std::string&) override { return {}; }
  std::vector<ChangedValue> changed_values(const RunInfo&) override { return {}; }
  void settle_values(const RunInfo&, const Hold&, std::span<const ValueFate>) override {}
  void forget_undone(const RunInfo&, const Hold&) override {}
  bool follows_another(const RunInfo&) override { return false; }
  std::set<std::string> departed(const RunInfo&) override { return {}; }
  std::optional<std::uint32_t> first_matches(const RunKey&) override { return std::nullopt; }
  void settle_departures(const RunInfo&, const Hold&) override {}
  v1::RunUndone summary(const RunInfo&) override { return {}; }
  v1::UndoProgress progress(const RunKey&) override { return {}; }
};

}  // namespace q2o::loader::testing
