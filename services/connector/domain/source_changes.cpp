#include "services/connector/domain/source_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "common/calendar/calendar.h"
#include "common/decimal/decimal.h"

namespace q2o::connector {
namespace {

using Moment = std::chrono::sys_seconds;

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  if (text.size() < at + count) return std::nullopt;
  const auto* const end = text.data() + at + count;
  const auto [stopped, error] = std::from_chars(text.data() + at, end, value);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

/// "Z", "+00:00", "-08:00"; nothing at all counts as UTC.
std::optional<std::chrono::minutes> offset_of(std::string_view text) {
  if (text.empty() || text == "Z") return std::chrono::minutes{0};
  const auto hours = digits(text, 1, 2), minutes = digits(text, text.size() == 6 ? 4 : 3, 2);
  if ((text[0] != '+' && text[0] != '-') || !hours || !minutes) return std::nullopt;
  const std::chrono::minutes size{*hours * 60 + *minutes};
  return text[0] == '-' ? -size : size;
}

std::optional<Moment> parse(std::string_view text) {
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  auto rest = text.substr(19);
  if (rest.starts_with('.')) {
    const auto end = rest.find_first_not_of("0123456789", 1);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
  }
  const auto offset = offset_of(rest);
  if (!date.ok() || !offset) return std::nullopt;
  return Moment{std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second} -
                *offset};
}

bool is_zero(const std::string& amount) {
  const auto value = Decimal::parse(amount);
  return value && value->is_zero();
}

}  // namespace

Shown shown_of(const ShownPaths& paths, const json::Value& record) {
  const auto text = [&](const std::string& path) { return std::string(path.empty() ? std::string_view{} : text_at(record, path)); };
  Shown shown{text(paths.date), text(paths.number), text(paths.amount), {}, true};
  for (const auto& path : paths.party)
    if (shown.party.empty()) shown.party = text(path);
  shown.active = text(paths.active) != "false";
  return shown;
}

std::string_view word(SourceChange::Kind kind) {
  switch (kind) {
    case SourceChange::Kind::added:
      return "new";
    case SourceChange::Kind::changed:
      return "changed";
    case SourceChange::Kind::voided:
      return "voided";
    case SourceChange::Kind::inactive:
      return "made inactive";
    case SourceChange::Kind::deleted:
      break;
  }
  return "deleted";
}

Comparison::Was Comparison::reading_of(const Row& row) const {
  const auto document = json::Document::parse(row.body);
  if (!document) return {std::hash<std::string>{}(row.body), {}, false};
  std::string heeded;
  for (const auto& [name, value] : document->root().members())
    if (std::ranges::find(paths_.unheeded, name) == paths_.unheeded.end()) heeded.append(name).append(value.raw());
  return {std::hash<std::string>{}(heeded), shown_of(paths_, document->root()), false};
}

void Comparison::was(const Row& row) {
  if (!was_.contains(row.id)) was_.emplace(row.id, reading_of(row));
}

void Comparison::seen(const std::string& id) {
  if (const auto found = was_.find(id); found != was_.end()) found->second.seen = true;
}

bool Comparison::closed(const Shown& shown) const {
  return !closed_until_.empty() && !shown.date.empty() && shown.date <= closed_until_;  // ISO dates compare as text
}

std::optional<SourceChange> Comparison::now(const Row& row) {
  const auto found = was_.find(row.id);
  auto is = reading_of(row);
  SourceChange change{entity_, row.id, SourceChange::Kind::added, {}, std::move(is.shown), false};
  if (found != was_.end()) {
    found->second.seen = true;
    if (found->second.content == is.content) return std::nullopt;
    change.before = found->second.shown;
    const bool empty_now = is_zero(change.after.amount) && !change.before.amount.empty() && !is_zero(change.before.amount);
    change.kind = empty_now                                      ? SourceChange::Kind::voided
                  : change.before.active && !change.after.active ? SourceChange::Kind::inactive
                                                                 : SourceChange::Kind::changed;
  }
  change.closed = closed(change.before) || closed(change.after);
  return change;
}

std::vector<SourceChange> Comparison::gone() const {
  std::vector<SourceChange> out;
  for (const auto& [id, was] : was_)
    if (!was.seen) out.push_back({entity_, id, SourceChange::Kind::deleted, was.shown, {}, closed(was.shown)});
  std::ranges::sort(out, {}, &SourceChange::source_id);
  return out;
}

std::string since(std::string_view source_time, std::chrono::minutes overlap) {
  const auto moment = parse(source_time);
  if (!moment) return {};
  const auto text = calendar::rfc3339(std::chrono::system_clock::time_point(*moment - overlap));
  return text.substr(0, 19) + "+00:00";
}

bool older_than(std::string_view moment, int days, std::chrono::system_clock::time_point now) {
  const auto parsed = parse(moment);
  return !parsed || now - *parsed > std::chrono::hours{24} * days;
}

}  // namespace q2o::connector
