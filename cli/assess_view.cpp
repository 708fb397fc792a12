#include "cli/assess_view.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/terminal.h"
#include "common/json/json.h"

namespace q2o::cli {
namespace {

using Entity = connector::v1::AssessedEntity;
using EntityCoverage = mapper::v1::CheckCoverageResponse::Entity;

const Entity* counted_of(const AssessmentView& view, std::string_view entity) {
  for (const auto& one : view.counted.entities())
    if (one.entity() == entity) return &one;
  return nullptr;
}

std::string cell(std::uint64_t number) {
  return number == 0 ? "" : grouped(number);
}

std::string row(std::string_view name, const std::vector<std::string>& cells) {
  std::string line = fmt::format("  {:<22}", name);
  for (const auto& text : cells) line += fmt::format(" {:>9}", text);
  return line + "\n";
}

std::string table(const connector::v1::Assessment& counted) {
  std::vector<std::string> head, sums, posts;
  for (const auto& year : counted.years()) {
    head.push_back(std::to_string(year.year()));
    sums.push_back(cell(year.records()));
    posts.push_back(cell(year.transactions()));
  }
  head.emplace_back("all");
  sums.push_back(grouped(counted.records()));
  posts.push_back(grouped(counted.transactions()));
  std::string text = row("", head);
  for (const auto& entity : counted.entities()) {
    if (entity.records() == 0) continue;
    std::vector<std::string> cells;
    for (const auto& year : counted.years()) {
      std::uint64_t records = 0;
      for (const auto& one : entity.years())
        if (one.year() == year.year()) records = one.records();
      cells.push_back(cell(records));
    }
    cells.push_back(grouped(entity.records()));
    text += row(entity.entity(), cells);
  }
  return text + row("all", sums) + row("of them transactions", posts);
}

std::string left_behind(const AssessmentView& view) {
  std::string text;
  for (const auto& entity : view.coverage.entities()) {
    const auto* counted = counted_of(view, entity.entity());
    if (counted == nullptr || counted->records() == 0 || (entity.fate() != "excluded" && entity.fate() != "unmapped")) continue;
    text += fmt::format("  {} {}: {}\n", grouped(counted->records()), entity.entity(),
                        entity.fate() == "excluded" ? entity.reason() : "the mapping has no rule for it; each is rejected");
  }
  for (const auto& field : left_fields(view)) {
    const auto count = field.exact ? fmt::format("{} of {}", grouped(field.records), grouped(field.of))
                                   : fmt::format("about {} of {} ({} of {} looked at)", grouped(field.records), grouped(field.of),
                                                 field.seen, field.sampled);
    text += fmt::format("  {}.{}: {}{}\n", field.entity, field.path, count, field.reason.empty() ? "" : ". " + field.reason);
  }
  for (const auto& entity : view.counted.entities())
    if (!entity.explanation().empty()) text += fmt::format("  {}: not counted. {}\n", entity.entity(), entity.explanation());
  return text.empty() ? "  nothing that was found\n" : text;
}

std::string range(std::uint64_t low, std::uint64_t high) {
  return low == high ? duration(low) : duration(low) + " to " + duration(high);
}

std::string how_long(const AssessmentView& view) {
  const auto& reading = view.counted.extraction();
  std::string text = fmt::format("  reading the source   {} ({} requests)\n", range(reading.seconds_low(), reading.seconds_high()),
                                 grouped(reading.requests()));
  if (const auto all = whole_migration(view))
    return text + fmt::format("  the whole migration  {} ({:.0f} to {:.0f} records/s, measured in {} first run{} here)\n",
                              range(all->low, all->high), view.rates.low, view.rates.high, view.rates.runs,
                              view.rates.runs == 1 ? "" : "s");
  return text + "  loading Odoo         not measured here yet: the first migration of this installation will tell\n";
}

void write_numbers(json::Writer& out, const connector::v1::Assessment& counted) {
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  out.field("assessment_id", counted.assessment_id()).field("connection_id", counted.connection_id()).field("platform", counted.platform());
  out.field("company", counted.company_name()).field("state", counted.state()).field("started_at", counted.started_at());
  out.field("finished_at", counted.finished_at()).field("requests", number(counted.requests()));
  out.field("records", number(counted.records())).field("transactions", number(counted.transactions()));
  out.key("years").begin_array();
  for (const auto& year : counted.years())
    out.begin_object()
        .field("year", number(year.year()))
        .field("records", number(year.records()))
        .field("transactions", number(year.transactions()))
        .end_object();
  out.end_array().key("entities").begin_array();
  for (const auto& entity : counted.entities()) {
    out.begin_object().field("entity", entity.entity()).field("records", number(entity.records())).field("posts", entity.posts());
    out.field("undated", number(entity.undated())).field("sampled", number(entity.sampled())).field("explanation", entity.explanation());
    out.key("years").begin_object();
    for (const auto& year : entity.years()) out.field(std::to_string(year.year()), number(year.records()));
    out.end_object().end_object();
  }
  out.end_array();
}

void write_left(json::Writer& out, const AssessmentView& view) {
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  out.field("mapping", view.coverage.version()).key("left_entities").begin_array();
  for (const auto& entity : view.coverage.entities()) {
    const auto* counted = counted_of(view, entity.entity());
    if (counted == nullptr || (entity.fate() != "excluded" && entity.fate() != "unmapped")) continue;
    out.begin_object()
        .field("entity", entity.entity())
        .field("records", number(counted->records()))
        .field("reason", entity.reason())
        .end_object();
  }
  out.end_array().key("left_fields").begin_array();
  for (const auto& field : left_fields(view)) {
    out.begin_object().field("entity", field.entity).field("path", field.path).field("reason", field.reason);
    out.field("records", number(field.records)).field("of", number(field.of)).field("from", field.exact ? "counts" : "sample");
    out.field("seen", number(field.seen)).field("sampled", number(field.sampled)).end_object();
  }
  out.end_array();
}

}  // namespace

std::vector<LeftField> left_fields(const AssessmentView& view) {
  std::vector<LeftField> all;
  for (const EntityCoverage& entity : view.coverage.entities()) {
    const auto* counted = counted_of(view, entity.entity());
    if (counted == nullptr || counted->sampled() == 0 || entity.fate() == "excluded" || entity.fate() == "unmapped") continue;
    for (const auto& field : entity.fields()) {
      if (field.fate() != "left" && field.fate() != "lost") continue;
      LeftField left{entity.entity(), field.path(), field.reason(), 0, counted->records(), 0, counted->sampled(), false};
      for (const auto& seen : counted->fields())
        if (seen.path() == field.path()) left.seen = seen.records();
      left.exact = left.sampled >= left.of;
      left.records = left.exact ? left.seen : (left.seen * left.of + left.sampled / 2) / left.sampled;
      all.push_back(std::move(left));
    }
  }
  return all;
}

std::optional<Seconds> whole_migration(const AssessmentView& view) {
  if (view.rates.runs == 0 || view.rates.low <= 0 || view.counted.records() == 0) return std::nullopt;
  const auto records = static_cast<double>(view.counted.records());
  const auto& reading = view.counted.extraction();
  // Nothing is loaded faster than it is read.
  return Seconds{std::max<std::uint64_t>(reading.seconds_low(), static_cast<std::uint64_t>(std::ceil(records / view.rates.high))),
                 std::max<std::uint64_t>(reading.seconds_high(), static_cast<std::uint64_t>(std::ceil(records / view.rates.low)))};
}

std::string assess_text(const AssessmentView& view) {
  const auto& counted = view.counted;
  std::string text = fmt::format("{} ({}), counted {} with {} requests\n", counted.company_name(), counted.platform(),
                                 counted.finished_at(), grouped(counted.requests()));
  text += table(counted) + "\nWhat will not move, by mapping " + view.coverage.version().substr(0, 12) + "\n" + left_behind(view);
  if (view.target) {
    text += fmt::format("\nOdoo {} {}: {}\n", view.target->target().url(), view.target->target().database(), view.target->target().state());
    for (const auto& finding : view.target->findings())
      text += fmt::format("  {}: {}\n    → {}\n", finding.severity(), finding.message(), finding.remedy());
  }
  return text + "\nHow long\n" + how_long(view);
}

std::string assess_json(const AssessmentView& view) {
  json::Writer out;
  out.begin_object();
  write_numbers(out, view.counted);
  write_left(out, view);
  const auto& reading = view.counted.extraction();
  out.key("reading").begin_object().field("requests", static_cast<std::int64_t>(reading.requests()));
  out.field("seconds_low", static_cast<std::int64_t>(reading.seconds_low()))
      .field("seconds_high", static_cast<std::int64_t>(reading.seconds_high()))
      .end_object();
  out.key("migration");
  if (const auto all = whole_migration(view)) {
    out.begin_object()
        .field("seconds_low", static_cast<std::int64_t>(all->low))
        .field("seconds_high", static_cast<std::int64_t>(all->high));
    out.field("measured_runs", view.rates.runs).end_object();
  } else {
    out.null();
  }
  out.key("target");
  if (view.target) {
    out.begin_object().field("target_id", view.target->target().target_id()).field("state", view.target->target().state());
    out.key("findings").begin_array();
    for (const auto& finding : view.target->findings())
      out.begin_object()
          .field("severity", finding.severity())
          .field("reason", finding.reason())
          .field("message", finding.message())
          .field("remedy", finding.remedy())
          .end_object();
    out.end_array().end_object();
  } else {
    out.null();
  }
  return out.end_object().take();
}

}  // namespace q2o::cli
