#include "cli/progress_view.h"

#include <fmt/format.h>

#include "cli/terminal.h"

namespace q2o::cli {
namespace {

using notifier::v1::EntityProgress;
using notifier::v1::Progress;

std::uint64_t rejected(const EntityProgress& entity) {
  return entity.rejected() + entity.refused();
}
std::uint64_t settled(const EntityProgress& entity) {
  return entity.loaded() + entity.merged() + entity.excluded() + rejected(entity);
}

std::string bar(std::uint64_t done, std::uint64_t total, int width) {
  const auto filled = total == 0 ? 0 : static_cast<std::size_t>(static_cast<std::uint64_t>(width) * std::min(done, total) / total);
  std::string text;
  for (std::size_t i = 0; i < static_cast<std::size_t>(width); ++i) text += i < filled ? "█" : "░";
  return text;
}

std::string rate_and_eta(const Progress& progress) {
  std::string text;
  if (progress.records_per_second() > 0) text += fmt::format("{:.0f} records/s", progress.records_per_second());
  if (progress.has_eta_seconds_low()) {
    text += fmt::format("{}{} to {} left", text.empty() ? "" : ", ", duration(progress.eta_seconds_low()),
                        duration(progress.eta_seconds_high()));
  }
  return text;
}

struct Totals {
  std::uint64_t total = 0, extracted = 0, mapped = 0, settled = 0, rejected = 0;
};
Totals totals(const Progress& progress) {
  Totals sum;
  for (const auto& entity : progress.entities()) {
    sum.total += std::max(entity.total(), entity.extracted());
    sum.extracted += entity.extracted();
    sum.mapped += entity.mapped() + entity.merged() + entity.excluded() + entity.rejected();
    sum.settled += settled(entity);
    sum.rejected += rejected(entity);
  }
  return sum;
}

}  // namespace

std::string state_word(billing::v1::State state) {
  std::string name = billing::v1::State_Name(state);
  constexpr std::string_view kPrefix = "STATE_";
  if (name.starts_with(kPrefix)) name.erase(0, kPrefix.size());
  return name;
}

bool is_final(const billing::v1::Migration& migration) {
  const bool leaves_no_books = migration.order().dry_run() || migration.order().kind() == billing::v1::RUN_KIND_UNDO;
  return migration.state() == billing::v1::STATE_COMPLETED || migration.state() == billing::v1::STATE_FAILED ||
         (migration.state() == billing::v1::STATE_READY && migration.run() > 0 && leaves_no_books);
}

std::vector<std::string> progress_lines(const Progress& progress, int width) {
  std::vector<std::string> lines;
  const int bar_width = std::max(10, std::min(30, width - 70));
  for (const auto& entity : progress.entities()) {
    const auto total = std::max(entity.total(), entity.extracted());
    if (total == 0) continue;
    std::string line =
        fmt::format("  {:<22} {} {:>7}/{:<7}", entity.entity(), bar(settled(entity), total, bar_width), settled(entity), total);
    if (entity.in_flight() > 0) line += fmt::format("  {} in flight", grouped(entity.in_flight()));
    if (rejected(entity) > 0) line += fmt::format("  {} rejected", rejected(entity));
    lines.push_back(std::move(line));
  }
  const Totals sum = totals(progress);
  lines.push_back(fmt::format("  {}: {} of {} records settled, {} extracted, {} mapped, {} rejected",
                              state_word(progress.migration().state()), grouped(sum.settled), grouped(sum.total), grouped(sum.extracted),
                              grouped(sum.mapped), grouped(sum.rejected)));
  if (const auto text = rate_and_eta(progress); !text.empty()) lines.push_back("  " + text);
  if (!progress.activity().empty()) lines.push_back("  " + progress.activity());
  if (!progress.waiting_for().empty()) {
    lines.push_back("  waiting: " + progress.waiting_for() +
                    (progress.waiting_until().empty() ? "" : ", until " + progress.waiting_until()));
  }
  return lines;
}

std::string progress_line(const Progress& progress) {
  const Totals sum = totals(progress);
  std::string line = fmt::format("{}: {}/{} records settled ({} extracted, {} mapped, {} rejected)",
                                 state_word(progress.migration().state()), sum.settled, sum.total, sum.extracted, sum.mapped, sum.rejected);
  if (const auto text = rate_and_eta(progress); !text.empty()) line += ", " + text;
  if (!progress.activity().empty()) line += "; " + progress.activity();
  if (!progress.waiting_for().empty()) line += "; waiting: " + progress.waiting_for();
  return line;
}

}  // namespace q2o::cli
