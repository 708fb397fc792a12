#include "cli/changes_view.h"

#include <fmt/format.h>

#include "cli/terminal.h"

namespace q2o::cli {
namespace {

using connector::v1::EntityChanges;
using connector::v1::SourceChange;

bool is_told(const EntityChanges& one) {
  return one.added() + one.changed() + one.deleted() > 0 || one.reading().starts_with("read in full");
}

/// "2026-03-01 120.00"; "-" where there is none.
std::string moment(const std::string& date, const std::string& amount) {
  if (date.empty() && amount.empty()) return "-";
  return date.empty() || amount.empty() ? date + amount : date + " " + amount;
}

std::string in_words(const SourceChange& one) {
  return fmt::format("  {} {}{}{}: {}, {} -> {}", one.entity(), one.number().empty() ? one.source_id() : one.number(),
                     one.party().empty() ? "" : ", ", one.party(), one.kind(), moment(one.before_date(), one.before_amount()),
                     moment(one.after_date(), one.after_amount()));
}

std::int64_t number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

}  // namespace

std::vector<std::string> changes_lines(const connector::v1::ListChangesResponse& report) {
  std::vector<std::string> lines;
  EntityChanges sum;
  lines.push_back(fmt::format("Changed in the source since run {}:", report.base_run()));
  lines.push_back(fmt::format("  {:<22} {:>8} {:>8} {:>8}", "", "new", "changed", "deleted"));
  for (const auto& one : report.entities()) {
    if (!is_told(one)) continue;
    lines.push_back(fmt::format("  {:<22} {:>8} {:>8} {:>8}  {}", one.entity(), grouped(one.added()), grouped(one.changed()),
                                grouped(one.deleted()), one.reading()));
    sum.set_added(sum.added() + one.added());
    sum.set_changed(sum.changed() + one.changed());
    sum.set_deleted(sum.deleted() + one.deleted());
  }
  if (sum.added() + sum.changed() + sum.deleted() == 0) lines.emplace_back("  nothing");
  if (report.changes_size() > 0) lines.emplace_back("In books that the source has closed (before -> after):");
  for (const auto& one : report.changes()) lines.push_back(in_words(one));
  return lines;
}

void add_changes(json::Writer& out, const connector::v1::ListChangesResponse& report) {
  std::uint64_t added = 0, changed = 0, deleted = 0;
  for (const auto& one : report.entities()) {
    added += one.added();
    changed += one.changed();
    deleted += one.deleted();
  }
  out.field("base_run", number(report.base_run())).field("added", number(added)).field("changed", number(changed));
  out.field("deleted", number(deleted)).key("entities").begin_array();
  for (const auto& one : report.entities()) {
    if (!is_told(one)) continue;
    out.begin_object().field("entity", one.entity()).field("added", number(one.added())).field("changed", number(one.changed()));
    out.field("deleted", number(one.deleted())).field("reading", one.reading()).end_object();
  }
  out.end_array().key("closed").begin_array();
  for (const auto& one : report.changes()) {
    out.begin_object().field("entity", one.entity()).field("source_id", one.source_id()).field("kind", one.kind());
    out.field("number", one.number()).field("party", one.party()).field("before_date", one.before_date());
    out.field("before_amount", one.before_amount())
        .field("after_date", one.after_date())
        .field("after_amount", one.after_amount())
        .end_object();
  }
  out.end_array();
}

}  // namespace q2o::cli
