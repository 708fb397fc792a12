#include "services/loader/app/action.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/ids/ids.h"
#include "embedded/loader_action.h"
#include "embedded/loader_undo_action.h"

namespace q2o::loader {
namespace {

constexpr std::string_view kModule = "q2o";
constexpr std::string_view kNamePrefix = "Quick2Odoo loader ";

std::string_view action_code(Action::Kind kind) {
  return kind == Action::Kind::load ? embedded::loader_action::kFiles[0].text : embedded::loader_undo_action::kFiles[0].text;
}

std::string action_name(Action::Kind kind) {
  return std::string(kNamePrefix) + ids::sha256_hex(action_code(kind)).substr(0, 12);
}

/// An outcome that we do not know must not count as done, nor a record that is said to be there without an id.
Status check_answer(const json::Value& result, const Item& item) {
  constexpr std::array<std::string_view, 7> kOutcomes{"created", "adopted", "changed", "unchanged", "skipped", "rejected", "waits"};
  if (result["external_id"].text() != item.external_id)
    return fail(nonsense_from_odoo(fmt::format("an answer for another record than {}", item.external_id)));
  const auto outcome = result["outcome"].text();
  if (std::ranges::find(kOutcomes, outcome) == kOutcomes.end())
    return fail(nonsense_from_odoo(fmt::format("outcome '{}' of {} is not known", outcome.substr(0, 40), item.external_id)));
  if ((outcome == "created" || outcome == "adopted") && item.operation == "create" && integer(result["id"]) <= 0)
    return fail(nonsense_from_odoo(fmt::format("{} was {} without an id", item.external_id, outcome)));
  return {};
}

void read_told(const json::Value& value, std::vector<MovedSetting>& settings, std::vector<ChangedValue>& changes) {
  for (const auto& moved : value["settings"].items())
    settings.push_back({std::string(moved["name"].text()), std::string(moved["before"].text()), std::string(moved["during"].text()),
                        std::string(moved["note"].text())});
  for (const auto& change : value["changes"].items())
    changes.push_back({std::string(change["model"].text()), integer(change["id"]), std::string(change["field"].text()),
                       std::string(change["before"].raw()), std::string(change["after"].raw())});
}

Status read_page(const json::Value& rows, Known& known, std::int64_t& last) {
  if (!rows.is_array()) return fail(nonsense_from_odoo("no list of external ids"));
  for (const auto& row : rows.items()) {
    known.emplace(std::string(row["name"].text()), integer(row["res_id"]));
    last = std::max(last, integer(row["id"]));
  }
  return {};
}

}  // namespace

Error nonsense_from_odoo(std::string_view what) {
  return Error{Code::data_loss,
               fmt::format("Odoo's answer is not what the action says: {}", what),
               Retry::after_backoff,
               Effect::unknown,
               "ODOO_ANSWER",
               "Look at the target's log; something between us and Odoo changes its answers.",
               {}};
}

Result<std::vector<std::int64_t>> Action::find(bool current_only) {
  json::Writer args;
  args.begin_array().begin_array().begin_array().string("name").string(current_only ? "=" : "=like");
  args.string(current_only ? action_name(kind_) : std::string(kNamePrefix) + "%").end_array().end_array().end_array();
  const auto found = books_.call("ir.actions.server", "search", args.text(), "{}", kQuickCall);
  if (!found) return fail(found.error());
  if (!found->value().is_array()) return fail(nonsense_from_odoo("no list of actions"));
  std::vector<std::int64_t> out;
  for (const auto& id : found->value().items()) out.push_back(integer(id));
  return out;
}

Status Action::install() {
  if (installed()) return {};
  const auto current = find(true);
  if (!current) return fail(current.error());
  if (!current->empty()) {
    id_ = current->front();
    return {};
  }
  if (auto cleared = remove(); !cleared) return cleared;
  const auto model = books_.call("ir.model", "search", R"([[["model","=","res.partner"]]])", "{}", kQuickCall);
  if (!model) return fail(model.error());
  if (model->value().items().empty()) return fail(nonsense_from_odoo("no model res.partner"));
  json::Writer args;
  args.begin_array()
      .begin_array()
      .begin_object()
      .field("name", action_name(kind_))
      .field("state", "code")
      .field("code", action_code(kind_));
  args.key("model_id").number(integer(model->value().items()[0])).end_object().end_array().end_array();
  const auto made = books_.call("ir.actions.server", "create", args.text(), "{}", kQuickCall);
  if (!made) return fail(made.error());
  if (made->value().items().empty()) return fail(nonsense_from_odoo("no id of the new action"));
  id_ = integer(made->value().items()[0]);
  return {};
}

Status Action::remove() {
  const auto all = find(false);
  if (!all) return fail(all.error());
  id_ = 0;
  if (all->empty()) return {};
  json::Writer args;
  args.begin_array().begin_array();
  for (const auto id : *all) args.number(id);
  args.end_array().end_array();
  const auto gone = books_.call("ir.actions.server", "unlink", args.text(), "{}", kQuickCall);
  return gone ? Status{} : fail(gone.error());
}

std::string batch_context(std::span<const Item> items, bool update, bool isolate, std::string_view keep) {
  json::Writer out;
  out.begin_object().key("context").begin_object();
  out.field("mode", update ? "update" : "create").field("isolate", isolate).field("module", kModule).field("lang", "en_US");
  if (!keep.empty()) out.field("keep", keep);
  out.key("records").begin_array();
  for (const auto& item : items) {
    out.begin_object().field("external_id", item.external_id).field("model", item.model).field("operation", item.operation);
    out.key("values").raw(item.values_json).field("post", item.post);
    if (!item.file_id.empty()) out.field("datas", item.datas);
    if (!item.replaces.empty()) {
      out.key("replaces").begin_array();
      for (const auto& name : item.replaces) out.string(name);
      out.end_array();
    }
    out.end_object();
  }
  out.end_array().end_object().end_object();
  return out.take();
}

Result<BatchAnswer> read_answer(const json::Value& value, std::span<const Item> items) {
  const auto results = value["results"].items();
  if (results.size() != items.size())
    return fail(nonsense_from_odoo(fmt::format("{} answers for {} records", results.size(), items.size())));
  BatchAnswer out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& result = results[i];
    if (auto checked = check_answer(result, items[i]); !checked) return fail(checked.error());
    Answer answer{items[i].external_id,
                  integer(result["id"]),
                  std::string(result["outcome"].text()),
                  std::string(result["error_name"].text()),
                  std::string(result["message"].text()),
                  {}};
    for (const auto& name : result["unmatched"].items()) answer.unmatched.emplace_back(name.text());
    out.answers.push_back(std::move(answer));
  }
  read_told(value, out.settings, out.changes);
  out.now = value["now"].text();
  return out;
}

Result<CallResult> Action::call(const std::string& kwargs) {
  return books_.call("ir.actions.server", "run", fmt::format("[[{}]]", id_), kwargs, kBatchCall);
}

Result<BatchAnswer> Action::run(std::span<const Item> items, bool update, bool isolate) {
  const auto result = call(batch_context(items, update, isolate, keep_));
  if (!result) return fail(result.error());
  return read_answer(result->value(), items);
}

Result<Told> Action::told(std::span<const std::int64_t> forget) {
  json::Writer out;
  out.begin_object().key("context").begin_object().field("mode", "create").field("module", kModule).field("lang", "en_US");
  out.key("records").begin_array().end_array().field("keep", keep_).field("told", true).key("forget").begin_array();
  for (const auto id : forget) out.number(id);
  out.end_array().end_object().end_object();
  const auto result = call(out.take());
  if (!result) return fail(result.error());
  Told told;
  for (const auto& kept : result->value()["told"].items()) {
    const auto text = json::Document::parse(std::string(kept["text"].text()));
    if (!text) return fail(nonsense_from_odoo("what an earlier answer told cannot be read"));
    told.ids.push_back(integer(kept["id"]));
    read_told(text->root(), told.settings, told.changes);
  }
  told.now = result->value()["now"].text();
  return told;
}

Result<Known> known_of(Books& books, std::string_view connection) {
  constexpr std::size_t kPage = 2000;
  Known known;
  for (std::int64_t last = 0;;) {
    const std::string args = fmt::format(R"([[["module","=","{}"],["name","=like","{}_%"],["id",">",{}]]])", kModule, connection, last);
    const auto page = books.call("ir.model.data", "search_read", args,
                                 fmt::format(R"({{"fields":["name","res_id"],"order":"id","limit":{}}})", kPage), kQuickCall);
    if (!page) return fail(page.error());
    if (const auto read = read_page(page->value(), known, last); !read) return fail(read.error());
    if (page->value().items().size() >= kPage) continue;
    // In LIKE the underscore stands for any character: what belongs to another connection goes.
    std::erase_if(known, [&](const auto& one) { return !one.first.starts_with(std::string(connection) + '_'); });
    return known;
  }
}

Result<Known> look_up(Books& books, const std::vector<std::string>& names) {
  json::Writer args;
  args.begin_array().begin_array().begin_array().string("module").string("=").string(kModule).end_array();
  args.begin_array().string("name").string("in").begin_array();
  for (const auto& name : names) args.string(name);
  args.end_array().end_array().end_array().end_array();
  const auto page = books.call("ir.model.data", "search_read", args.text(), R"({"fields":["name","res_id"]})", kQuickCall);
  if (!page) return fail(page.error());
  Known known;
  std::int64_t last = 0;
  if (const auto read = read_page(page->value(), known, last); !read) return fail(read.error());
  return known;
}

}  // namespace q2o::loader
