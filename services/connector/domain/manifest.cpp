#include "services/connector/domain/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "services/connector/domain/calendar.h"
#include "services/connector/domain/manifest_reader.h"

namespace q2o::connector {
namespace {

/// Runs `read` over the objects of a list; the place names index and, where there is one, the name.
template <class Read>
void each(ObjectReader& parent, std::string_view key, bool required, Read read) {
  const json::Value& list = parent.value(key, required);
  if (!list.is_null() && !list.is_array()) parent.complain(key, "must be a list of objects");
  std::size_t index = 0;
  for (const auto& item : list.items()) {
    const auto name = item["name"].text();
    ObjectReader reader(item, fmt::format("{}.{}[{}{}{}]", parent.place(), key, index++, name.empty() ? "" : " ", name),
                        parent.complaints());
    read(reader);
    reader.refuse_unknown();
  }
  if (required && list.is_array() && index == 0) parent.complain(key, "must not be empty");
}

template <class Read>
auto section(ObjectReader& parent, std::string_view key, Read read) {
  ObjectReader reader(parent.value(key, true), parent.place() + "." + std::string(key), parent.complaints());
  auto out = read(reader);
  reader.refuse_unknown();
  return out;
}

OAuth read_oauth(ObjectReader& r) {
  return {r.text("authorize_url"), r.text("token_url"), r.text("revoke_url"), r.texts("scopes", true),
          r.integer("access_seconds", 3600, 60, 86400)};
}

QueryForms read_query(ObjectReader& r) {
  return {r.text("count"),
          r.text("page"),
          r.text("once"),
          r.text("edge"),
          r.text("count_path"),
          r.text("rows_path"),
          r.integer("page_rows", 1, 10000)};
}

Budget read_budget(ObjectReader& r) {
  return {r.integer("per_minute", 0, 100000), r.integer("per_second", 0, 1000), r.integer("concurrent", 0, 100)};
}

EntityRule read_entity(ObjectReader& r) {
  EntityRule e;
  e.name = r.text("name");
  e.listing = r.choice<Listing>(
      "listing", {{"paged", Listing::paged}, {"once", Listing::once}, {"ledger", Listing::ledger}, {"none", Listing::none}}, false);
  e.reason = r.text("reason", "");
  e.stage = r.text("stage", "");
  e.result_keys = r.texts("result_keys", false);
  if (e.result_keys.empty()) e.result_keys = {e.name};
  e.id = r.texts("id", false);
  if (e.id.empty()) e.id = {"Id"};
  e.order_by = r.text("order_by", "Id");
  e.filter = r.text("filter", "");
  e.filter_in = r.text("filter_in", "");
  e.filter_capture = r.text("filter_capture", "");
  e.countable = r.flag("countable", e.listing == Listing::paged);
  e.optional = r.flag("optional", false);
  e.date_field = r.text("date_field", "");
  e.count_date = r.text("count_date", e.date_field);
  e.ledger_types = r.texts("ledger_types", false);
  e.changes = r.choice<Changes>("changes", {{"in_full", Changes::in_full}, {"updated", Changes::updated}, {"feed", Changes::feed}}, false);
  if (e.changes != Changes::in_full && (e.listing != Listing::paged || !e.countable || !e.filter_in.empty()))
    r.complain("changes", "need an entity that is listed in pages, counted, and not bound to captured values");
  if (e.listing == Listing::none && e.reason.empty()) r.complain("reason", "must say why this entity is not listed");
  if (e.filter_in.empty() != e.filter_capture.empty()) r.complain("filter_in", "and filter_capture go together");
  return e;
}

FaultRule read_fault(ObjectReader& r) {
  FaultRule f;
  f.status = r.integer("status", 0, 0, 599);
  f.code = r.text("code", "");
  f.action = r.choice<FaultAction>("action", {{"permanent", FaultAction::permanent},
                                              {"retry", FaultAction::retry},
                                              {"wait", FaultAction::wait},
                                              {"reauthenticate", FaultAction::reauthenticate},
                                              {"stop", FaultAction::stop},
                                              {"absent", FaultAction::absent},
                                              {"absent_if_optional", FaultAction::absent_if_optional},
                                              {"split", FaultAction::split}});
  f.reason = r.text("reason");
  f.hint = r.text("hint", "");
  if (f.status == 0 && f.code.empty()) r.complain("code", "or status must be given");
  return f;
}

ReportRule read_report(ObjectReader& r) {
  ReportRule report;
  report.name = r.text("name");
  for (const auto& word : r.texts("moments", true))
    report.moments.push_back(r.pick<Moments>(
        "moments", word,
        {{"month_ends", Moments::month_ends}, {"fiscal_year_ends", Moments::fiscal_year_ends}, {"last_date", Moments::last_date}}));
  report.parameters = r.map("parameters", true);
  return report;
}

FileRule read_files(ObjectReader& r) {
  FileRule files;
  files.entity = r.text("entity");
  files.link_path = r.text("link_path");
  files.bytes_max = static_cast<std::size_t>(r.integer("bytes_max", 1, 1 << 30));
  each(r, "link_faults", false, [&](ObjectReader& f) { files.link_faults.push_back(read_fault(f)); });
  each(r, "store_faults", false, [&](ObjectReader& f) { files.store_faults.push_back(read_fault(f)); });
  return files;
}

ShownPaths read_shown(ObjectReader& r) {
  return {r.text("date", ""), r.text("number", ""), r.text("amount", ""), r.text("active", ""), r.texts("party", false), {}};
}

ChangeRule read_changes(ObjectReader& r) {
  ChangeRule c;
  c.feed_path = r.text("feed_path");
  c.feed_parameters = r.map("feed_parameters", true);
  c.feed_rows_path = r.text("feed_rows_path");
  c.deleted_path = r.text("deleted_path");
  c.deleted_word = r.text("deleted_word");
  c.feed_rows_max = r.integer("feed_rows_max", 1, 100000);
  c.feed_days = r.integer("feed_days", 1, 3650);
  c.updated_filter = r.text("updated_filter");
  c.updated_rows_max = r.integer("updated_rows_max", 1, 1000000);
  c.time_path = r.text("time_path");
  c.overlap_minutes = r.integer("overlap_minutes", 0, 1440);
  c.closed_capture = r.text("closed_capture", "");
  c.shown = section(r, "shown", read_shown);
  c.shown.unheeded = r.texts("unheeded", false);
  return c;
}

LedgerRule read_ledger(ObjectReader& r) {
  LedgerRule l{r.text("report"),
               r.map("parameters", true),
               r.map("multicurrency_parameters", false),
               r.map("probe_parameters", true),
               r.text("date_column"),
               r.texts("truncated_marks", false),
               r.text("widest_first"),
               r.text("widest_last"),
               r.texts("own_types", false)};
  for (const auto& [key, day] : {std::pair{"widest_first", l.widest_first}, std::pair{"widest_last", l.widest_last}})
    if (!day.empty() && !parse_day(day)) r.complain(key, "must be a date like 2026-03-31");
  return l;
}

void check_placeholders(const std::string& place, const std::string& form, const std::vector<std::string_view>& needed,
                        Complaints& complaints) {
  for (const auto name : needed)
    if (!form.empty() && form.find(name) == std::string::npos) complaints.add(place, fmt::format("must contain {}", name));
}

/// What no single member can tell: names that must exist elsewhere, orders, doubles.
void check_whole(const Manifest& m, Complaints& complaints) {
  std::set<std::string> names, captures;
  std::set<std::string> wordings(m.ledger.own_types.begin(), m.ledger.own_types.end());
  std::size_t ledgers = 0, last_stage = 0;
  for (const auto& capture : m.captures) {
    if (!captures.insert(capture.name).second) complaints.add("manifest.captures", fmt::format("'{}' is there twice", capture.name));
    if (!m.find(capture.entity))
      complaints.add("manifest.captures", fmt::format("'{}' is captured from the unknown entity '{}'", capture.name, capture.entity));
  }
  for (const auto& needed : {"company_name", "home_currency", "fiscal_year_first_month"})
    if (!captures.contains(needed)) complaints.add("manifest.captures", fmt::format("'{}' is missing: the run needs it", needed));
  for (const auto& e : m.entities) {
    const std::string place = "manifest.entities." + e.name;
    if (!names.insert(e.name).second) complaints.add(place, "is there twice");
    if (!e.filter_capture.empty() && !captures.contains(e.filter_capture))
      complaints.add(place, fmt::format("filter_capture '{}' is not captured", e.filter_capture));
    if (e.changes != Changes::in_full && m.changes.feed_path.empty())
      complaints.add(place, "the manifest does not say how the source tells changes (manifest.changes)");
    for (const auto& wording : e.ledger_types)
      if (!wordings.insert(wording).second)
        complaints.add(place, fmt::format("ledger type '{}' belongs to something else already", wording));
    if (e.listing == Listing::none) continue;
    ledgers += e.listing == Listing::ledger ? 1 : 0;
    const auto stage = std::find(m.stages.begin(), m.stages.end(), e.stage);
    if (stage == m.stages.end()) {
      complaints.add(place, fmt::format("stage '{}' is not one of the manifest's stages", e.stage));
      continue;
    }
    const auto position = static_cast<std::size_t>(stage - m.stages.begin());
    if (position < last_stage) complaints.add(place, fmt::format("of stage '{}' comes after an entity of a later stage", e.stage));
    last_stage = std::max(last_stage, position);
  }
  if (ledgers != 1) complaints.add("manifest.entities", "exactly one entity must have the listing 'ledger'");
  check_placeholders("manifest.query.count", m.query.count, {"{entity}", "{where}"}, complaints);
  check_placeholders("manifest.query.page", m.query.page, {"{entity}", "{where}", "{order}", "{start}", "{rows}"}, complaints);
  check_placeholders("manifest.query.once", m.query.once, {"{entity}"}, complaints);
  check_placeholders("manifest.query.edge", m.query.edge, {"{entity}", "{field}", "{direction}"}, complaints);
  check_placeholders("manifest.report_path", m.report_path, {"{report}"}, complaints);
  check_placeholders("manifest.changes.updated_filter", m.changes.updated_filter, {"{since}"}, complaints);
  if (!m.changes.closed_capture.empty() && !captures.contains(m.changes.closed_capture))
    complaints.add("manifest.changes.closed_capture", fmt::format("'{}' is not captured", m.changes.closed_capture));
  check_placeholders("manifest.files.link_path", m.files.link_path, {"{id}"}, complaints);
  if (!m.files.entity.empty() && !m.find(m.files.entity))
    complaints.add("manifest.files.entity", fmt::format("'{}' is not one of the entities", m.files.entity));
}

Manifest read_manifest(const json::Value& root, Complaints& complaints) {
  ObjectReader r(root, "manifest", complaints);
  Manifest m;
  m.platform = r.text("platform");
  m.title = r.text("title");
  m.slug_prefix = r.text("slug_prefix");
  m.base_url = r.text("base_url");
  m.hosts = r.texts("hosts", true);
  m.oauth = section(r, "oauth", read_oauth);
  m.query_path = r.text("query_path");
  m.report_path = r.text("report_path");
  m.common_parameters = r.map("common_parameters", false);
  m.query = section(r, "query", read_query);
  m.budget = section(r, "budget", read_budget);
  m.stages = r.texts("stages", true);
  each(r, "entities", true, [&](ObjectReader& e) { m.entities.push_back(read_entity(e)); });
  each(r, "captures", true, [&](ObjectReader& c) { m.captures.push_back({c.text("name"), c.text("entity"), c.text("path")}); });
  each(r, "fault_paths", true, [&](ObjectReader& f) { m.fault_paths.push_back({f.text("code"), f.text("message"), f.text("detail")}); });
  each(r, "faults", true, [&](ObjectReader& f) { m.faults.push_back(read_fault(f)); });
  m.ledger = section(r, "ledger", read_ledger);
  each(r, "reports", false, [&](ObjectReader& p) { m.reports.push_back(read_report(p)); });
  if (!r.value("files", false).is_null()) m.files = section(r, "files", read_files);
  if (!r.value("changes", false).is_null()) m.changes = section(r, "changes", read_changes);
  r.text("about", "");
  r.refuse_unknown();
  check_whole(m, complaints);
  return m;
}

}  // namespace

const EntityRule* Manifest::find(std::string_view entity) const {
  const auto found = std::find_if(entities.begin(), entities.end(), [&](const EntityRule& e) { return e.name == entity; });
  return found == entities.end() ? nullptr : &*found;
}

Result<Manifest> parse_manifest(std::string text) {
  auto document = json::Document::parse(std::move(text));
  if (!document)
    return fail(Code::invalid_argument, "manifest: " + document.error().message, "BAD_MANIFEST",
                "Correct the platform manifest and start again.");
  Complaints complaints;
  Manifest manifest = read_manifest(document->root(), complaints);
  if (!complaints.empty())
    return fail(Code::invalid_argument, complaints.text(), "BAD_MANIFEST", "Correct the platform manifest and start again.");
  return manifest;
}

}  // namespace q2o::connector
