#include "services/billing/app/run_order.h"

#include <fmt/format.h>

#include <algorithm>

namespace q2o::billing {
namespace {

constexpr std::size_t kShownDigits = 12;

bool reads_the_log(v1::RunKind kind) {
  return kind == v1::RUN_KIND_REPLAY || kind == v1::RUN_KIND_RETRY;
}

/// Its records are complete in the replay log: a run that asked for changes has sent the others on as they were.
bool is_recorded_whole(const v1::Run& run) {
  const auto kind = run.order().kind();
  return run.extracted() && (kind == v1::RUN_KIND_FULL || kind == v1::RUN_KIND_UNSPECIFIED || kind == v1::RUN_KIND_DELTA);
}

const v1::Run* find(const std::vector<v1::Run>& runs, std::uint32_t number) {
  const auto found = std::ranges::find(runs, number, &v1::Run::run);
  return found == runs.end() ? nullptr : &*found;
}

/// The newest run whose records are complete in the replay log; 0 when there is none. What a dry run has read counts for nothing.
std::uint32_t newest_recorded(const std::vector<v1::Run>& runs) {
  std::uint32_t newest = 0;
  for (const auto& run : runs) {
    if (is_recorded_whole(run) && !run.order().dry_run()) newest = std::max(newest, run.run());
  }
  return newest;
}

Result<std::uint32_t> recorded_run(const v1::RunOrder& order, const std::vector<v1::Run>& runs) {
  if (order.source_run() == 0) {
    const auto newest = newest_recorded(runs);
    if (newest == 0) {
      return fail(Code::failed_precondition, "no run of this migration has read the source to its end", "NOTHING_TO_REPLAY",
                  "Run the migration first; a replay needs its records.");
    }
    return newest;
  }
  const auto* run = find(runs, order.source_run());
  if (run == nullptr) {
    return fail(Code::not_found, fmt::format("this migration has no run {}", order.source_run()), "RUN_UNKNOWN",
                "q2o history lists its runs.");
  }
  // A replay of a replay reads what that one has read.
  if (reads_the_log(run->order().kind())) return run->order().source_run();
  if (!run->extracted()) {
    return fail(Code::failed_precondition, fmt::format("run {} has not read the source to its end", run->run()), "RUN_NOT_RECORDED",
                "Choose another run, or run the migration again.");
  }
  return run->run();
}

/// What the books were last written with.
std::string last_mapping(const v1::Migration& migration, const std::vector<v1::Run>& runs) {
  std::string last = migration.mapping_version();
  for (const auto& run : runs) {
    if (!run.order().dry_run() && !run.mapping_version().empty()) last = run.mapping_version();
  }
  return last;
}

/// What has changed since the newest run that knows everything. The mapping stays open, as in every run that reads the source.
Result<v1::RunOrder> complete_delta(v1::RunOrder order, const std::vector<v1::Run>& runs) {
  if (order.entities_size() > 0 || !order.target_id().empty() || order.source_run() != 0)
    return fail(Code::invalid_argument, "what changed is asked for all entities, since the newest run, for the migration's own target",
                "DELTA_IS_WHOLE", "Leave entities, run and target out.");
  order.set_source_run(newest_recorded(runs));
  if (order.source_run() == 0)
    return fail(Code::failed_precondition, "no run of this migration has read the source to its end", "NOTHING_TO_COMPARE",
                "Run q2o migrate first; later runs then ask for what has changed.");
  return order;
}

Result<v1::RunOrder> complete_undo(v1::RunOrder order, const v1::Migration& migration) {
  if (migration.run() == 0)
    return fail(Code::failed_precondition, "no run of this migration has written anything", "NOTHING_TO_UNDO", "Nothing is to be done.");
  if (order.entities_size() > 0)
    return fail(Code::invalid_argument, "an undo takes back everything, not single entities", "UNDO_IS_WHOLE", "Leave the entities out.");
  order.set_mapping_version(migration.mapping_version());  // plays no part, and the next replay still finds the last one used
  return order;
}

}  // namespace

std::string in_words(const v1::RunOrder& order) {
  std::string words;
  switch (order.kind()) {
    case v1::RUN_KIND_REPLAY:
      words = fmt::format("replay of run {}", order.source_run());
      break;
    case v1::RUN_KIND_RETRY:
      words = fmt::format("retry of the repaired records of run {}", order.source_run());
      break;
    case v1::RUN_KIND_DELTA:
      words = fmt::format("what changed in the source since run {}", order.source_run());
      break;
    case v1::RUN_KIND_UNDO:
      words = "undo";
      break;
    default:
      words = "everything from the source";
  }
  if (order.kind() != v1::RUN_KIND_UNDO) words += ", mapping " + order.mapping_version().substr(0, kShownDigits);
  if (!order.target_id().empty()) words += ", into target " + order.target_id();
  for (int i = 0; i < order.entities_size(); ++i) words += (i == 0 ? ", only " : ", ") + order.entities(i);
  if (order.dry_run()) words += ", dry run";
  return words;
}

Result<v1::RunOrder> complete(v1::RunOrder order, const v1::Migration& migration, const std::vector<v1::Run>& runs) {
  if (order.kind() == v1::RUN_KIND_UNSPECIFIED) order.set_kind(v1::RUN_KIND_FULL);
  if (order.kind() == v1::RUN_KIND_DELTA) return complete_delta(std::move(order), runs);
  if (order.kind() == v1::RUN_KIND_UNDO) return complete_undo(std::move(order), migration);
  if (!reads_the_log(order.kind())) {
    if (order.dry_run() && order.kind() == v1::RUN_KIND_FULL) {
      return fail(Code::invalid_argument, "a run that reads the source has no dry run", "DRY_RUN_NEEDS_REPLAY",
                  "Check both sides with q2o migrate --dry-run, or replay a run with --dry-run.");
    }
    return order;
  }
  const auto source = recorded_run(order, runs);
  if (!source) return fail(source.error());
  order.set_source_run(*source);
  if (order.mapping_version().empty()) order.set_mapping_version(last_mapping(migration, runs));
  return order;
}

v1::Run run_of(const v1::Migration& migration) {
  v1::Run run;
  run.set_run(migration.run());
  *run.mutable_order() = migration.order();
  run.set_mapping_version(migration.mapping_version());
  run.set_target_id(migration.order().target_id().empty() ? migration.target_id() : migration.order().target_id());
  run.set_state(migration.state());
  if (!migration.order().dry_run()) run.set_verdict(migration.verdict());
  run.set_reason(migration.reason());
  run.set_changed_at(migration.updated_at());
  return run;
}

}  // namespace q2o::billing
