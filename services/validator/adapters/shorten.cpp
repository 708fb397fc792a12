#include "services/validator/adapters/shorten.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "services/validator/domain/proof.h"

namespace q2o::validator {
namespace {

template <class Row>
using Rows = google::protobuf::RepeatedPtrField<Row>;

/// JSON names every field, also the empty ones.
constexpr std::size_t kFieldNames = 220;

std::size_t cost(const google::protobuf::Message& row) {
  return row.ByteSizeLong() + kFieldNames;
}

template <class Row>
std::size_t cost_of(const Rows<Row>& rows) {
  std::size_t sum = 0;
  for (const auto& row : rows) sum += cost(row);
  return sum;
}

/// Returns what was cut off.
template <class Row>
std::vector<Row> cut(Rows<Row>& rows, std::size_t bytes) {
  int kept = 0;
  for (std::size_t used = 0; kept < rows.size() && (used += cost(rows[kept])) <= bytes;) ++kept;
  std::vector<Row> rest(rows.begin() + kept, rows.end());
  rows.DeleteSubrange(kept, rows.size() - kept);
  return rest;
}

void cut_lines(Rows<v1::Line>& lines, std::size_t bytes) {
  const auto rank = [](const v1::Line& line) { return !line.differs() ? 2 : line.explained() ? 1 : 0; };
  std::stable_sort(lines.pointer_begin(), lines.pointer_end(), [&](const auto* a, const auto* b) { return rank(*a) < rank(*b); });
  const auto rest = cut(lines, bytes);
  const auto differ = static_cast<std::uint64_t>(std::ranges::count_if(rest, &v1::Line::differs));
  lines.Add()->set_subject(fmt::format("and {} that are not listed here, of which {}",
                                       counted(rest.size(), "more comparison", "more comparisons"), counted(differ, "differs", "differ")));
}

std::string more(std::size_t number) {
  return fmt::format("and {} more that are not listed here", with_thousands(number));
}

struct Part {
  std::size_t bytes;
  std::function<void(std::size_t)> cut_to;
};

std::vector<Part> parts_of(v1::Report& report) {
  std::vector<Part> parts;
  for (auto& check : *report.mutable_checks()) {
    auto* lines = check.mutable_lines();
    parts.push_back({cost_of(*lines), [lines](std::size_t bytes) { cut_lines(*lines, bytes); }});
  }
  for (auto* list : {report.mutable_fallbacks(), report.mutable_losses(), report.mutable_unread(), report.mutable_not_migrated(),
                     report.mutable_repairs()})
    parts.push_back({cost_of(*list), [list](std::size_t bytes) {
                       const auto rest = cut(*list, bytes).size();
                       list->Add()->set_label(more(rest));
                     }});
  parts.push_back({cost_of(report.rejects()), [rejects = report.mutable_rejects()](std::size_t bytes) {
                     const auto rest = cut(*rejects, bytes).size();
                     rejects->Add()->set_message(more(rest));
                   }});
  parts.push_back({cost_of(report.closed_changes()), [changes = report.mutable_closed_changes()](std::size_t bytes) {
                     const auto rest = cut(*changes, bytes).size();
                     changes->Add()->set_number(more(rest));
                   }});
  for (auto& account : *report.mutable_uncleared())
    parts.push_back({cost_of(account.items()), [items = account.mutable_items()](std::size_t bytes) {
                       const auto rest = cut(*items, bytes).size();
                       items->Add()->set_name(more(rest));
                     }});
  parts.push_back({cost_of(report.settings()), [settings = report.mutable_settings()](std::size_t bytes) {
                     const auto rest = cut(*settings, bytes).size();
                     settings->Add()->set_name(more(rest));
                   }});
  parts.push_back({cost_of(report.accounts()), [accounts = report.mutable_accounts()](std::size_t bytes) {
                     const auto rest = cut(*accounts, bytes).size();
                     accounts->Add()->set_name(more(rest));
                   }});
  return parts;
}

}  // namespace

void shorten(v1::Report& report, std::size_t bytes) {
  auto parts = parts_of(report);
  std::ranges::sort(parts, {}, &Part::bytes);
  // What a small part leaves of its share goes to the larger ones.
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto share = bytes / (parts.size() - i);
    if (parts[i].bytes > share) parts[i].cut_to(share);
    bytes -= std::min(parts[i].bytes, share);
  }
}

}  // namespace q2o::validator
