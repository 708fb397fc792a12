#include "services/loader/app/target_settings.h"

#include <fmt/format.h>

#include <array>

#include "common/log/log.h"

namespace q2o::loader {
namespace {

constexpr std::array<std::string_view, 4> kLockDates{"fiscalyear_lock_date", "tax_lock_date", "sale_lock_date", "purchase_lock_date"};
constexpr std::array<std::string_view, 2> kDefaultTaxes{"account_sale_tax_id", "account_purchase_tax_id"};
constexpr std::array<std::string_view, 10> kCompanyFields{"name",  "street", "street2", "city", "zip",
                                                          "phone", "email",  "website", "vat",  "company_registry"};

/// For people and for comparing: "" for false and null, the label's id of a many2one.
std::string shown(const json::Value& value) {
  if (value.is_array()) return value.items().empty() ? "" : std::string(value.items()[0].text());
  return value.kind() == json::Value::Kind::boolean && !value.truthy() ? "" : std::string(value.text());
}

std::string literal(std::string_view text) {
  if (text.empty()) return "false";
  json::Writer out;
  out.string(text);
  return out.take();
}

/// No message is left at the company or its contact: what a run changes is in its report, and an undo could not take messages back.
constexpr std::string_view kSilently = R"({"context":{"tracking_disable":true}})";

std::string write_args(std::int64_t id, std::string_view field, std::string_view literal_value) {
  return fmt::format(R"([[{}],{{"{}":{}}}])", id, field, literal_value);
}

}  // namespace

Result<CallResult> TargetSettings::read(std::string_view model, const std::string& domain, std::string_view fields) {
  return books_.call(model, "search_read", fmt::format("[{}]", domain), fmt::format(R"({{"fields":[{}]}})", fields), kQuickCall);
}

Status TargetSettings::change(Setting setting, std::string_view model, std::string_view method, const std::string& args) {
  log::info("target setting changes", {{"setting", setting.name}, {"before", setting.before}, {"during", setting.during}});
  store_.remember_setting(run_, hold_, setting);
  const auto done = books_.call(model, method, args, kSilently, kQuickCall);
  return done ? Status{} : fail(done.error());
}

void TargetSettings::remember_value(std::string_view model, std::int64_t id, std::string_view field, std::string before,
                                    std::string written) {
  const ChangedValue value{std::string(model), id, std::string(field), std::move(before), std::move(written)};
  store_.remember_values(run_, hold_, {&value, 1});
}

Result<TargetSettings::Company> TargetSettings::company() {
  const auto user = books_.user_id(kQuickCall);
  if (!user) return fail(user.error());
  const auto rows = read("res.users", fmt::format(R"([["id","=",{}]])", *user), R"("company_id")");
  if (!rows) return fail(rows.error());
  if (rows->value().items().empty()) return fail(Code::not_found, "Odoo does not show its own user", "ODOO_ANSWER");
  const auto id = shown(rows->value().items()[0]["company_id"]);
  const auto company = read(
      "res.company", fmt::format(R"([["id","=",{}]])", id),
      R"("name","street","street2","city","zip","phone","email","website","vat","company_registry","currency_id",)"
      R"("country_id","state_id","fiscalyear_last_month","fiscalyear_last_day","tax_calculation_rounding_method",)"
      R"("account_sale_tax_id","account_purchase_tax_id","fiscalyear_lock_date","tax_lock_date","sale_lock_date","purchase_lock_date")");
  if (!company) return fail(company.error());
  if (company->value().items().empty()) return fail(Code::not_found, "Odoo does not show its own company", "ODOO_ANSWER");
  auto row = json::Document::parse(std::string(company->value().items()[0].raw()));
  if (!row) return fail(row.error());
  return Company{integer(row->root()["id"]), std::move(*row)};
}

Status TargetSettings::analytic_group() {
  const auto may = books_.call("account.analytic.plan", "check_access_rights", R"(["create"])", R"({"raise_exception":false})", kQuickCall);
  if (!may || may->value().truthy()) return may ? Status{} : fail(may.error());
  const auto group = read("ir.model.data", R"([["module","=","analytic"],["name","=","group_analytic_accounting"]])", R"("res_id")");
  if (!group) return fail(group.error());
  const auto user = books_.user_id(kQuickCall);
  if (group->value().items().empty() || !user) return {};
  const auto id = shown(group->value().items()[0]["res_id"]);
  remember_value(kUsers, *user, "groups_id", "false", id);
  return change({"user.group analytic.group_analytic_accounting", "not a member", "member", "", false,
                 "stays until an undo: needed to see classes and locations"},
                kUsers, "write", fmt::format(R"([[{}],{{"groups_id":[[4,{}]]}}])", *user, id));
}

Status TargetSettings::leave_group(const ChangedValue& membership) {
  const auto args = fmt::format(R"([[{}],{{"groups_id":[[3,{}]]}}])", membership.odoo_id, membership.written);
  const auto done = books_.call(kUsers, "write", args, kSilently, kQuickCall);
  return done ? Status{} : fail(done.error());
}

Status TargetSettings::number_check() {
  const auto row = read("ir.config_parameter", fmt::format(R"([["key","=","{}"]])", kNumberCheck), R"("value")");
  if (!row) return fail(row.error());
  const std::string before = row->value().items().empty() ? "" : shown(row->value().items()[0]["value"]);
  constexpr std::string_view kFarAway = "2100-01-01";
  if (before == kFarAway) return {};
  return change({std::string(kNumberCheck), before, std::string(kFarAway),
                 fmt::format(R"(["ir.config_parameter","set_param",["{}",{}]])", kNumberCheck, literal(before)), false, ""},
                "ir.config_parameter", "set_param", fmt::format(R"(["{}","{}"])", kNumberCheck, kFarAway));
}

Status TargetSettings::decimals(const json::Value& wanted) {
  if (wanted.members().empty()) return {};
  const auto rows = read("decimal.precision", "[]", R"("name","digits")");
  if (!rows) return fail(rows.error());
  for (const auto& row : rows->value().items()) {
    const auto& digits = wanted[row["name"].text()];
    if (!digits.is_number() || integer(digits) <= integer(row["digits"])) continue;
    remember_value("decimal.precision", integer(row["id"]), "digits", shown(row["digits"]), std::string(digits.text()));
    const auto changed = change({fmt::format("decimal.precision {}", row["name"].text()), shown(row["digits"]), std::string(digits.text()),
                                 "", false, "stays: fewer digits would round the prices that were loaded"},
                                "decimal.precision", "write", write_args(integer(row["id"]), "digits", digits.text()));
    if (!changed) return changed;
  }
  return {};
}

Status TargetSettings::while_loading(const Company& company, bool no_default_taxes) {
  const auto clear = [&](std::string_view field) -> Status {
    const std::string before = shown(company[field]);
    if (before.empty()) return {};
    const std::string back = company[field].is_array() ? before : literal(before);
    return change({fmt::format("company.{}", field), before, "",
                   fmt::format(R"(["res.company","write",{}])", write_args(company.id, field, back)), false, ""},
                  "res.company", "write", write_args(company.id, field, "false"));
  };
  for (const auto field : kLockDates)
    if (auto cleared = clear(field); !cleared) return cleared;
  if (!no_default_taxes) return {};
  for (const auto field : kDefaultTaxes)
    if (auto cleared = clear(field); !cleared) return cleared;
  return {};
}

Status TargetSettings::currency(const Company& company, const json::Value& wanted) {
  if (!wanted.is_string()) return {};
  const auto rows = books_.call("res.currency", "search_read", fmt::format(R"([[["name","=","{}"]]])", wanted.text()),
                                R"({"fields":["active"],"context":{"active_test":false}})", kQuickCall);
  if (!rows) return fail(rows.error());
  if (rows->value().items().empty())
    return fail(Code::not_found, fmt::format("Odoo has no currency {}", wanted.text()), "CURRENCY_UNKNOWN");
  const auto& row = rows->value().items()[0];
  const std::string id(row["id"].text());
  if (shown(company["currency_id"]) == id) return {};
  if (!row["active"].truthy()) {
    remember_value("res.currency", integer(row["id"]), "active", "false", "true");
    auto on = change({fmt::format("res.currency {}", wanted.text()), "inactive", "active", "", false, "stays: the books are kept in it"},
                     "res.currency", "write", write_args(integer(row["id"]), "active", "true"));
    if (!on) return on;
  }
  remember_value("res.company", company.id, "currency_id", shown(company["currency_id"]), id);
  return change(
      {"company.currency_id", shown(company["currency_id"]), std::string(wanted.text()), "", false, "stays: the books are kept in it"},
      "res.company", "write", write_args(company.id, "currency_id", id));
}

void TargetSettings::company_field(const Company& company, std::string_view field, std::string_view value, bool number,
                                   std::string& changes) {
  if (value.empty() || shown(company[field]) == value) return;
  store_.remember_setting(
      run_, hold_, {fmt::format("company.{}", field), shown(company[field]), std::string(value), "", false, "stays: as in the source"});
  const auto as_json = [&](std::string_view text) { return number && !text.empty() ? std::string(text) : literal(text); };
  const auto& now = company[field];  // an empty text and none are told apart: a new Odoo has both
  remember_value("res.company", company.id, field, now.is_string() ? std::string(now.raw()) : as_json(shown(now)), as_json(value));
  changes += fmt::format(R"({}"{}":{})", changes.empty() ? "" : ",", field, as_json(value));
}

/// Country and state are records of Odoo: found by their codes; an unknown code changes nothing.
Status TargetSettings::place(const Company& company, const json::Value& wanted, std::string& changes) {
  const auto id_of = [&](std::string_view model, const std::string& domain) -> Result<std::string> {
    const auto found = books_.call(model, "search", fmt::format("[{}]", domain), "{}", kQuickCall);
    if (!found) return fail(found.error());
    return found->value().items().empty() ? std::string() : std::string(found->value().items()[0].text());
  };
  const auto country_code = wanted["country"].text();
  if (country_code.empty()) return {};
  const auto country = id_of("res.country", fmt::format(R"([["code","=",{}]])", literal(country_code)));
  if (!country) return fail(country.error());
  company_field(company, "country_id", *country, true, changes);
  const auto state_code = wanted["company"]["state"].text();
  if (country->empty() || state_code.empty()) return {};
  const auto state = id_of("res.country.state", fmt::format(R"([["country_id","=",{}],["code","=",{}]])", *country, literal(state_code)));
  if (!state) return fail(state.error());
  company_field(company, "state_id", *state, true, changes);
  return {};
}

/// One write for all fields: each write of a company drops Odoo's caches and costs a second.
Status TargetSettings::company_data(const Company& company, const json::Value& wanted) {
  std::string changes;
  for (const auto* field : {"fiscalyear_last_month", "tax_calculation_rounding_method"})
    company_field(company, field, wanted[field].text(), false, changes);
  company_field(company, "fiscalyear_last_day", wanted["fiscalyear_last_day"].text(), true, changes);
  for (const auto field : kCompanyFields) {
    const auto& value = wanted["company"][field];
    // Odoo completes web addresses itself.
    if (field == "website" && shown(company[field]).ends_with(value.text())) continue;
    company_field(company, field, value.text(), false, changes);
  }
  if (auto placed = place(company, wanted, changes); !placed) return placed;
  if (changes.empty()) return {};
  const auto done = books_.call("res.company", "write", fmt::format("[[{}],{{{}}}]", company.id, changes), kSilently, kQuickCall);
  return done ? Status{} : fail(done.error());
}

Status TargetSettings::apply() {
  auto wanted = json::Document::parse(run_.settings_json.empty() ? "{}" : run_.settings_json);
  if (!wanted) return fail(wanted.error());
  const auto& settings = wanted->root();
  auto current = company();
  if (!current) return fail(current.error());
  const auto posted = books_.call("account.move", "search_count", R"([[["state","=","posted"]]])", "{}", kQuickCall);
  if (!posted) return fail(posted.error());
  if (auto done = analytic_group(); !done) return done;
  if (auto done = number_check(); !done) return done;
  if (auto done = decimals(settings["decimal_precision"]); !done) return done;
  if (integer(posted->value()) == 0) {  // never overwrite a company that already has entries
    if (auto done = currency(*current, settings["currency"]); !done) return done;
    if (auto done = company_data(*current, settings); !done) return done;
  }
  return while_loading(*current, settings["no_default_taxes"].truthy());
}

Status TargetSettings::lock_until(std::string_view date, std::string_view why) {
  auto current = company();
  if (!current) return fail(current.error());
  const std::string before = shown((*current)["fiscalyear_lock_date"]);
  if (before >= date) return {};  // ISO dates compare as text; a later lock of the target's own stays
  remember_value("res.company", (*current).id, "fiscalyear_lock_date", literal(before), literal(date));
  return change({std::string(kBooksClosed), before, std::string(date), "", false, fmt::format("stays: {}", why)}, "res.company", "write",
                write_args((*current).id, "fiscalyear_lock_date", literal(date)));
}

Status TargetSettings::lock_books(const json::Value& wanted) {
  if (!wanted.is_string() || wanted.text().empty()) return {};
  const auto done = lock_until(wanted.text(), "the source's closing date");
  if (!done && done.error().retry == Retry::never) {
    store_.mark_restored(run_, hold_, std::string(kBooksClosed), false, "refused by Odoo: " + done.error().message);
    return {};
  }
  return done;
}

Result<CallResult> TargetSettings::call_back(const Setting& setting) {
  const auto call = json::Document::parse(setting.restore_call);
  if (!call) return fail(call.error());
  const auto parts = call->root().items();
  return books_.call(parts[0].text(), parts[1].text(), parts[2].raw(), kSilently, kQuickCall);
}

Status TargetSettings::restore_again() {
  for (const auto& setting : store_.temporary(run_)) {
    const auto done = call_back(setting);
    if (!done && done.error().retry != Retry::never) return fail(done.error());
  }
  return {};
}

Status TargetSettings::restore() {
  for (const auto& setting : store_.to_restore(run_)) {
    const auto done = call_back(setting);
    if (!done && done.error().retry != Retry::never) return fail(done.error());
    store_.mark_restored(run_, hold_, setting.name, done.has_value(), done ? "put back" : "refused by Odoo: " + done.error().message);
  }
  return {};
}

Status TargetSettings::close_books() {
  const auto wanted = json::Document::parse(run_.settings_json.empty() ? "{}" : run_.settings_json);
  return wanted ? lock_books(wanted->root()["book_close_date"]) : fail(wanted.error());
}

}  // namespace q2o::loader
