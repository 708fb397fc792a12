#include "services/loader/app/undo_action.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace q2o::loader {
namespace {

std::optional<UndoLook::Verdict> verdict_of(std::string_view word) {
  using Verdict = UndoLook::Verdict;
  static const std::map<std::string_view, Verdict> kVerdicts{{"remove", Verdict::remove},
                                                             {"reverse", Verdict::reverse},
                                                             {"keep", Verdict::keep},
                                                             {"theirs", Verdict::theirs},
                                                             {"gone", Verdict::gone}};
  const auto found = kVerdicts.find(word);
  return found == kVerdicts.end() ? std::nullopt : std::optional(found->second);
}

struct Row {
  WrittenRecord record;
  std::int64_t id = 0;
};

}  // namespace

Result<std::vector<WrittenRecord>> UndoAction::written() {
  constexpr std::size_t kPage = 2000;
  std::vector<Row> rows;
  for (std::int64_t last = 0;;) {
    const auto page = books_.call("ir.model.data", "search_read",
                                  fmt::format(R"([[["module","=","q2o"],["name","=like","{}%"],["id",">",{}]]])", prefix_, last),
                                  fmt::format(R"({{"fields":["name","model"],"order":"id","limit":{}}})", kPage), kQuickCall);
    if (!page) return fail(page.error());
    if (!page->value().is_array()) return fail(nonsense_from_odoo("no list of external ids"));
    for (const auto& row : page->value().items()) {
      last = std::max(last, integer(row["id"]));
      // In LIKE the underscore stands for any character.
      if (row["name"].text().starts_with(prefix_))
        rows.push_back({{std::string(row["name"].text()), std::string(row["model"].text())}, integer(row["id"])});
    }
    if (page->value().items().size() < kPage) break;
  }
  std::ranges::sort(rows, [](const Row& a, const Row& b) { return taken_back_before(a.record.model, a.id, b.record.model, b.id); });
  std::vector<WrittenRecord> out;
  for (auto& row : rows) out.push_back(std::move(row.record));
  return out;
}

std::string UndoAction::request(std::string_view step, std::span<const std::string> names, bool isolate) const {
  json::Writer out;
  out.begin_object().key("context").begin_object();
  out.field("step", step).field("module", "q2o").field("prefix", prefix_).field("lang", "en_US").field("isolate", isolate);
  // Once records are taken back, what is left of them changes by our own hand: only others count then.
  out.field("since", step == "look" ? last_write_ : std::string());
  out.key("names").begin_array();
  for (const auto& name : names) out.string(name);
  out.end_array().key("restores").begin_array();
  for (const auto& value : values_)
    out.begin_array().string(value.model).number(value.odoo_id).string(value.field).raw(value.before).raw(value.written).end_array();
  out.end_array().end_object().end_object();
  return out.take();
}

Result<std::vector<UndoLook>> UndoAction::look(std::span<const std::string> names) {
  const auto answer = action_.call(request("look", names, false));
  if (!answer) return fail(answer.error());
  const auto results = answer->value()["results"].items();
  if (results.size() != names.size())
    return fail(nonsense_from_odoo(fmt::format("{} answers for {} records", results.size(), names.size())));
  std::vector<UndoLook> out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto verdict = verdict_of(results[i]["outcome"].text());
    if (!verdict || results[i]["external_id"].text() != names[i])
      return fail(nonsense_from_odoo(fmt::format("no verdict about {}", names[i])));
    UndoLook look{names[i], std::string(results[i]["model"].text()),   integer(results[i]["id"]),
                  *verdict, std::string(results[i]["message"].text()), {}};
    for (const auto& name : results[i]["needs"].items()) look.needs.emplace_back(name.text());
    out.push_back(std::move(look));
  }
  return out;
}

Result<std::vector<UndoAnswer>> UndoAction::ask(std::string_view step, std::span<const std::string> names, bool isolate) {
  const auto answer = action_.call(request(step, names, isolate));
  if (!answer) return fail(answer.error());
  const auto results = answer->value()["results"].items();
  if (results.size() != names.size())
    return fail(nonsense_from_odoo(fmt::format("{} answers for {} records", results.size(), names.size())));
  std::vector<UndoAnswer> out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (results[i]["external_id"].text() != names[i]) return fail(nonsense_from_odoo(fmt::format("no answer about {}", names[i])));
    UndoAnswer one{names[i], std::string(results[i]["outcome"].text()), std::string(results[i]["message"].text()), {}};
    for (const auto& name : results[i]["needs"].items()) one.needs.emplace_back(name.text());
    out.push_back(std::move(one));
  }
  return out;
}

Result<std::vector<UndoAnswer>> UndoAction::needs(std::span<const std::string> names) {
  return ask("needs", names, false);
}

Result<std::vector<UndoAnswer>> UndoAction::undo(std::span<const std::string> names, bool isolate) {
  auto answers = ask("undo", names, isolate);
  if (!answers) return answers;
  constexpr std::array<std::string_view, 6> kOutcomes{"removed", "reversed", "gone", "theirs", "keep", "refused"};
  for (const auto& one : *answers)
    if (std::ranges::find(kOutcomes, one.outcome) == kOutcomes.end())
      return fail(nonsense_from_odoo(fmt::format("outcome '{}' of {} is not known", one.outcome.substr(0, 40), one.external_id)));
  return answers;
}

Result<std::vector<ValueAnswer>> UndoAction::restore(std::span<const ChangedValue> values) {
  json::Writer out;
  out.begin_object().key("context").begin_object();
  out.field("step", "restore").field("module", "q2o").field("prefix", prefix_).field("lang", "en_US").key("changes").begin_array();
  for (const auto& value : values) {
    out.begin_object().field("model", value.model).field("id", value.odoo_id).field("field", value.field);
    out.key("before").raw(value.before).key("after").raw(value.written).end_object();
  }
  out.end_array().end_object().end_object();
  const auto answer = action_.call(out.take());
  if (!answer) return fail(answer.error());
  const auto results = answer->value()["results"].items();
  if (results.size() != values.size())
    return fail(nonsense_from_odoo(fmt::format("{} answers for {} values", results.size(), values.size())));
  std::vector<ValueAnswer> answers;
  for (const auto& result : results) answers.push_back({result["outcome"].text() != "keep", std::string(result["message"].text())});
  return answers;
}

}  // namespace q2o::loader
