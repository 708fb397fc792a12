#include "services/mapper/domain/repairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/json/text.h"
#include "services/mapper/domain/mapping.h"
#include "services/mapper/domain/patch.h"

namespace q2o::mapper {
namespace {

constexpr std::array<std::pair<Repair::Kind, std::string_view>, 4> kWords{
    {{Repair::Kind::set, "set"}, {Repair::Kind::use, "use"}, {Repair::Kind::exclude, "exclude"}, {Repair::Kind::withdraw, "withdraw"}}};

std::string json_of(const json::Value& value) {
  return value.is_null() ? "null" : canonical(value);
}

/// "12.50", "nothing"; a long one is cut.
std::string shown(std::string_view json) {
  constexpr std::size_t kShown = 60;
  if (json == "null") return "nothing";
  if (json.size() >= 2 && json.front() == '"') json = json.substr(1, json.size() - 2);
  return json.size() <= kShown ? std::string(json) : std::string(json.substr(0, kShown)) + "…";
}

std::string signature(const Repair& repair) {
  return fmt::format("{} ({}, {})", repair.why, repair.actor, repair.at.substr(0, 10));
}

Reject misfit(const Repair& repair) {
  return {
      repair.path, shown(repair.value), "REPAIR_MISFIT",
      fmt::format("The repair of {} to {} has no place in the record any more: {}", repair.path, shown(repair.value), signature(repair)),
      "Look at the record (q2o trace), then repair it anew, or take the repair back with q2o repair … --withdraw."};
}

tl::unexpected<Error> no_place(const json::Value& record, std::span<const std::string_view> steps, const std::string& path) {
  std::string reached, there;
  const json::Value* at = &record;
  for (const auto step : steps) {
    const json::Value* next = at->is_array() ? &at->at(step) : &(*at)[step];
    if (next->is_null()) break;
    reached += (reached.empty() ? "" : ".") + std::string(step);
    at = next;
  }
  for (const auto& member : at->members()) there += (there.empty() ? "" : ", ") + std::string(member.key);
  if (at->is_array()) there = at->items().empty() ? "no elements" : fmt::format("positions 0 to {}", at->items().size() - 1);
  return fail(Code::invalid_argument, fmt::format("the record has no place {}", path), "REPAIR_PATH",
              fmt::format("{} has: {}.", reached.empty() ? "It" : reached, there.empty() ? "a value" : there));
}

bool is_utf8(std::string_view text) {
  std::string quoted;
  json::append_text(quoted, text);
  return json::Document::parse(quoted).has_value();
}

Result<std::string> value_of(const json::Value& there, const ValueChange& change) {
  if (!change.text) {
    const auto document = json::Document::parse(change.json);
    if (!document)
      return fail(Code::invalid_argument, fmt::format("{} is to become what is no JSON: {}", change.path, document.error().message),
                  "REPAIR_VALUE", "Give it as text (PATH=VALUE), or as JSON (PATH:=JSON).");
    return json_of(document->root());
  }
  const auto refused = [&](std::string_view what) {
    return fail(Code::invalid_argument, fmt::format("{} is {}, \"{}\" is none", change.path, what, *change.text), "REPAIR_VALUE",
                "Amounts are digits with a point, flags are true or false; any other JSON is given as PATH:=JSON.");
  };
  switch (there.kind()) {
    case json::Value::Kind::number:
      // Written as JSON has it: people also write "007".
      if (const auto number = Decimal::parse(*change.text)) return number->to_string();
      return refused("a number");
    case json::Value::Kind::boolean:
      if (*change.text != "true" && *change.text != "false") return refused("a flag");
      return *change.text;
    case json::Value::Kind::object:
    case json::Value::Kind::array:
      return refused("no single value");
    default:
      break;
  }
  std::string out;
  json::append_text(out, *change.text);
  return out;
}

/// "Line.0.Amount" -> "Line.*.Amount".
std::string at_any_position(std::span<const std::string_view> steps) {
  std::string out;
  for (const auto step : steps) {
    const bool position = !step.empty() && step.find_first_not_of("0123456789") == std::string_view::npos;
    out += (out.empty() ? "" : ".") + std::string(position ? "*" : step);
  }
  return out;
}

bool same_place(const Repair& a, const Repair& b) {
  if (a.kind != b.kind || a.entity != b.entity || a.path != b.path) return false;
  return a.kind == Repair::Kind::use ? a.before == b.before : a.source_id == b.source_id;
}

}  // namespace

std::string_view word_of(Repair::Kind kind) {
  return std::ranges::find(kWords, kind, &decltype(kWords)::value_type::first)->second;
}

std::optional<Repair::Kind> repair_kind(std::string_view word) {
  const auto found = std::ranges::find(kWords, word, &decltype(kWords)::value_type::second);
  return found == kWords.end() ? std::nullopt : std::optional(found->first);
}

void settle_repairs(std::vector<Repair>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool withdraws = all[i].kind == Repair::Kind::withdraw;
    all[i].counts = !withdraws;
    for (std::size_t k = 0; k < i; ++k) {
      const bool of_record = all[k].entity == all[i].entity && all[k].source_id == all[i].source_id;
      if (withdraws ? of_record : same_place(all[k], all[i])) all[k].counts = false;
    }
  }
}

Result<Repair> read_change(const json::Value& record, const ValueChange& change) {
  if (!is_utf8(change.path) || !is_utf8(change.text.value_or("")))
    return fail(Code::invalid_argument, "the path or the value is no text in UTF-8", "REPAIR_VALUE", "Give both in UTF-8.");
  const auto steps = steps_of(change.path);
  std::size_t places = 0;
  std::string before;
  const json::Value* found = nullptr;
  const json::Value nothing;
  rewritten(
      record, steps,
      [&](const json::Value& there) {
        before = json_of(there);
        found = there.is_null() ? &nothing : &record.at(change.path);
        return std::nullopt;
      },
      places);
  if (places != 1 || std::ranges::find(steps, "") != steps.end()) return no_place(record, steps, change.path);
  auto value = value_of(*found, change);
  if (!value) return fail(value.error());
  if (change.everywhere && found->is_null())
    return fail(Code::invalid_argument, fmt::format("{} is not there, so no other record can have the same", change.path), "REPAIR_VALUE",
                "Set it in this record with --set.");
  if (*value == before)
    return fail(Code::invalid_argument, fmt::format("{} is {} already", change.path, shown(before)), "REPAIR_VALUE",
                "Look at the record with q2o trace … --raw.");
  Repair repair;
  repair.kind = change.everywhere ? Repair::Kind::use : Repair::Kind::set;
  repair.path = change.everywhere ? at_any_position(steps) : change.path;
  repair.before = std::move(before);
  repair.value = std::move(*value);
  return repair;
}

Repairs::Repairs(std::vector<Repair> all) {
  settle_repairs(all);
  for (auto& repair : all) {
    if (!repair.counts) continue;
    entities_.insert(repair.entity);
    auto& place = repair.kind == Repair::Kind::use ? everywhere_[repair.entity] : of_record_[repair.entity][repair.source_id];
    place.push_back(std::move(repair));
  }
}

void Repairs::change(const Repair& repair, std::string& body, Repaired& repaired) {
  const auto document = json::Document::parse(body);
  if (!document || !document->root().is_object()) return;  // rejected as it is
  const auto steps = steps_of(repair.path);
  std::size_t places = 0, changed = 0;
  std::string other;
  auto text = rewritten(
      document->root(), steps,
      [&](const json::Value& there) -> std::optional<std::string> {
        if (json_of(there) != repair.before) {
          other = json_of(there);
          return std::nullopt;
        }
        ++changed;
        return repair.value;
      },
      places);
  if (changed > 0) {
    repaired.notes.push_back(
        fmt::format("{}: {} instead of {}. {}", repair.path, shown(repair.value), shown(repair.before), signature(repair)));
    body = std::move(text);
  } else if (repair.kind == Repair::Kind::set && places == 0) {
    if (!repaired.reject) repaired.reject = misfit(repair);
  } else if (repair.kind == Repair::Kind::set) {
    repaired.notes.push_back(fmt::format("{}: the source says {} by now, not {}; the repair to {} was not needed. {}", repair.path,
                                         shown(other), shown(repair.before), shown(repair.value), signature(repair)));
  }
}

Repairs::Repaired Repairs::left_out(const Repair& repair) {
  Repaired out;
  out.label = repair.label;
  out.left_out = fmt::format("Left out: {}", signature(repair));
  out.notes.push_back(*out.left_out);
  return out;
}

std::optional<Repairs::Repaired> Repairs::apply(const std::string& entity, const std::string& id, const std::string& body) const {
  if (!concern(entity)) return std::nullopt;
  Repaired repaired;
  std::string changed = body;
  const auto records = of_record_.find(entity);
  if (records != of_record_.end() && records->second.contains(id)) {
    for (const auto& repair : records->second.find(id)->second) {
      repaired.label = repair.label;
      if (repair.kind == Repair::Kind::exclude) return left_out(repair);
      change(repair, changed, repaired);
    }
  }
  // A record's own value comes before what all of its entity get.
  if (const auto uses = everywhere_.find(entity); uses != everywhere_.end()) {
    for (const auto& repair : uses->second) change(repair, changed, repaired);
  }
  if (changed != body) repaired.body = std::move(changed);
  if (!repaired.body && !repaired.reject && repaired.notes.empty()) return std::nullopt;
  return repaired;
}

}  // namespace q2o::mapper
