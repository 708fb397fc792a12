#include "cli/undo_view.h"

#include <fmt/format.h>

#include "cli/terminal.h"
#include "common/json/json.h"

namespace q2o::cli {
namespace {

loader::v1::UndoCount sum_of(const loader::v1::RunUndone& undone) {
  loader::v1::UndoCount sum;
  for (const auto& count : undone.counts()) {
    sum.set_removed(sum.removed() + count.removed());
    sum.set_reversed(sum.reversed() + count.reversed());
    sum.set_kept(sum.kept() + count.kept());
  }
  return sum;
}

std::string row(std::string_view model, const loader::v1::UndoCount& count) {
  return fmt::format("  {:<30} {:>9} {:>9} {:>9}", model, grouped(count.removed()), grouped(count.reversed()), grouped(count.kept()));
}

std::int64_t number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

}  // namespace

std::vector<std::string> undo_lines(const loader::v1::GetUndoResponse& report) {
  const auto& undone = report.undone();
  const auto sum = sum_of(undone);
  std::vector<std::string> lines;
  if (sum.removed() + sum.reversed() + undone.restored() == 0) lines.emplace_back("Nothing to undo.");
  if (undone.counts_size() > 0) {
    const bool dry = undone.dry_run();
    lines.push_back(
        fmt::format("  {:<30} {:>9} {:>9} {:>9}", "", dry ? "to remove" : "removed", dry ? "reverse" : "reversed", dry ? "keep" : "kept"));
    for (const auto& count : undone.counts()) lines.push_back(row(count.model(), count));
    lines.push_back(row("all", sum));
  }
  if (undone.restored() + undone.left() > 0)
    lines.push_back(fmt::format("  Values that Odoo had before: {} {}, {} left as they are", undone.restored(),
                                undone.dry_run() ? "to put back" : "put back", undone.left()));
  if (report.kept_size() > 0) lines.emplace_back("Kept:");
  for (const auto& kept : report.kept())
    lines.push_back(
        fmt::format("  {} {}{}{}: {}", kept.model(), kept.odoo_id(), kept.label().empty() ? "" : "  ", kept.label(), kept.reason()));
  return lines;
}

std::string undo_json(const billing::v1::Migration& migration, const loader::v1::GetUndoResponse& report) {
  const auto& undone = report.undone();
  const auto sum = sum_of(undone);
  json::Writer out;
  out.begin_object().field("migration_id", migration.migration_id()).field("run", number(migration.run()));
  out.field("dry_run", undone.dry_run()).field("removed", number(sum.removed())).field("reversed", number(sum.reversed()));
  out.field("kept", number(sum.kept())).field("restored", number(undone.restored())).field("left", number(undone.left()));
  out.key("models").begin_array();
  for (const auto& count : undone.counts()) {
    out.begin_object().field("model", count.model()).field("removed", number(count.removed()));
    out.field("reversed", number(count.reversed())).field("kept", number(count.kept())).end_object();
  }
  out.end_array().key("records").begin_array();
  for (const auto& kept : report.kept()) {
    out.begin_object().field("model", kept.model()).field("odoo_id", kept.odoo_id()).field("external_id", kept.external_id());
    out.field("label", kept.label()).field("reason", kept.reason()).end_object();
  }
  out.end_array().end_object();
  return out.take();
}

}  // namespace q2o::cli
