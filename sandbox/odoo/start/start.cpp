#include "sandbox/odoo/start/start.h"

#include <sstream>

#include "sandbox/odoo/start/tables.h"

namespace q2o::sandbox::odoo {

namespace {

using Row = std::vector<std::string>;

std::vector<Row> rows_of(const char* table) {
  std::vector<Row> rows;
  std::stringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::stringstream entries(line);
    for (std::string entry; std::getline(entries, entry, ';');) {
      Row row;
      std::stringstream cells(entry);
      for (std::string cell; std::getline(cells, cell, '|');) row.push_back(cell);
      if (!row.empty()) rows.push_back(std::move(row));
    }
  }
  return rows;
}

Id make(Env& env, std::string_view model, std::initializer_list<std::pair<const char*, Any>> values) {
  Dict dict;
  for (const auto& [name, value] : values) dict[name] = value;
  return env.create_one(model, std::move(dict));
}

void name_it(Env& env, const std::string& xmlid, std::string_view model, Id id) {
  const auto dot = xmlid.find('.');
  make(env, "ir.model.data",
       {{"module", xmlid.substr(0, dot)},
        {"name", xmlid.substr(dot + 1)},
        {"model", std::string(model)},
        {"res_id", id},
        {"noupdate", true}});
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Id account(Env& env, const std::string& code) {
  const Ids found = find_by(env.database().table("account.account"), "code", Value::of_text(code));
  return found.empty() ? 0 : found.front();
}

void add_places(Env& env) {
  for (const Row& row : rows_of(kCurrencies)) {
    const Decimal rounding = Decimal::of_unscaled(1, std::stoi(row[1]));
    name_it(env, "base." + row[0], "res.currency",
            make(env, "res.currency",
                 {{"name", row[0]},
                  {"decimal_places", std::stoi(row[1])},
                  {"symbol", row[2]},
                  {"rounding", rounding},
                  {"active", row[0] == "USD"}}));
  }
  for (const Row& row : rows_of(kCountries)) {
    const std::string code = lower(row[0] == "GB" ? "uk" : row[0]);
    name_it(env, "base." + code, "res.country", make(env, "res.country", {{"code", row[0]}, {"name", row[1]}}));
  }
  for (const Row& row : rows_of(kStates)) {
    const Ids country = find_by(env.database().table("res.country"), "code", Value::of_text(row[0]));
    name_it(env, "base." + row[3], "res.country.state",
            make(env, "res.country.state", {{"code", row[1]}, {"name", row[2]}, {"country_id", country.front()}}));
  }
}

void add_people(Env& env) {
  // Odoo's own data has empty texts in these four, which are not the same as none.
  const Id company =
      make(env, "res.partner", {{"name", "My Company"}, {"is_company", true}, {"street", ""}, {"city", ""}, {"zip", ""}, {"phone", ""}});
  name_it(env, "base.main_partner", "res.partner", company);
  for (const char* name : {"OdooBot", "Administrator"})
    make(env, "res.partner", {{"name", name}, {"active", std::string(name) == "Administrator"}});
  name_it(env, "base.partner_admin", "res.partner", 3);
  const Id us = find_by(env.database().table("res.country"), "code", Value::of_text("US")).front();
  make(env, "res.company",
       {{"name", "My Company"},
        {"partner_id", company},
        {"currency_id", 1},
        {"country_id", us},
        {"account_fiscal_country_id", us},
        {"chart_template", "generic_coa"},
        {"bank_account_code_prefix", "1014"},
        {"cash_account_code_prefix", "1015"},
        {"transfer_account_code_prefix", "1017"},
        {"anglo_saxon_accounting", true},
        {"account_opening_date", env.today.substr(0, 4) + "-01-01"}});
  name_it(env, "base.main_company", "res.company", 1);
  Ids groups;
  for (const Row& row : rows_of(kGroups)) {
    groups.push_back(make(env, "res.groups", {{"name", row[0]}}));
    name_it(env, row[0], "res.groups", groups.back());
  }
  for (const char* extra : {"account.group_account_basic", "analytic.group_analytic_accounting"})
    name_it(env, extra, "res.groups", make(env, "res.groups", {{"name", extra}}));
  make(env, "res.users", {{"login", "__system__"}, {"active", false}, {"company_id", 1}, {"partner_id", 2}});
  make(env, "res.users",
       {{"login", "admin"},
        {"active", true},
        {"company_id", 1},
        {"company_ids", replace_with({1})},
        {"partner_id", 3},
        {"groups_id", replace_with(groups)},
        {"lang", "en_US"}});
  name_it(env, "base.user_root", "res.users", 1);
  name_it(env, "base.user_admin", "res.users", 2);
}

/// What every chart has under the same name, because Odoo makes it itself: accounts of journals and of the company.
bool is_made_by_odoo(const std::string& name) {
  return name.ends_with("_account_id") || name.ends_with("_earnings_account") ||
         name.find("_journal_default_account_") != std::string::npos;
}

void add_chart(Env& env, bool national) {
  for (const Row& row : rows_of(kAccounts))
    name_it(env, "account." + (national && !is_made_by_odoo(row[4]) ? "1_" + row[0] : row[4]), "account.account",
            make(env, "account.account", {{"code", row[0]}, {"name", row[1]}, {"account_type", row[2]}, {"reconcile", row[3] == "1"}}));
  const Record company = env.company();
  for (const Row& row : rows_of(kCompanyAccounts)) env.store(company, row[0], Value::of_id(account(env, row[1])));
  for (const Row& row : rows_of(kDefaults)) {
    const Id field = make(env, "ir.model.fields",
                          {{"model", row[0]},
                           {"name", row[1]},
                           {"ttype", "many2one"},
                           {"field_description", row[1]},
                           {"relation", "account.account"},
                           {"model_id", find_by(env.database().table("ir.model"), "model", Value::of_text(row[0])).front()}});
    make(env, "ir.default", {{"field_id", field}, {"json_value", std::to_string(account(env, row[2]))}});
  }
  for (const char* type : {"inbound", "outbound"})
    make(env, "account.payment.method", {{"name", "Manual Payment"}, {"code", "manual"}, {"payment_type", type}});
  name_it(env, "account.account_payment_method_manual_in", "account.payment.method", 1);
  name_it(env, "account.account_payment_method_manual_out", "account.payment.method", 2);
  for (const Row& row : rows_of(kJournals)) {
    const auto cell = [&](std::size_t at) {
      const Id id = account(env, row[at]);
      return id == 0 ? Any(false) : Any(id);
    };
    const Id journal =
        make(env, "account.journal",
             {{"code", row[0]}, {"name", row[1]}, {"type", row[2]}, {"default_account_id", cell(3)}, {"suspense_account_id", cell(4)}});
    name_it(env, "account." + row[5], "account.journal", journal);
  }
  env.store(company, "currency_exchange_journal_id", Value::of_id(4));
}

void add_taxes_and_terms(Env& env) {
  make(env, "account.tax.group", {{"name", "Tax 15%"}});
  const auto lines = [&](const std::string& code) {
    Dict base, tax;
    base["repartition_type"] = Any("base");
    tax["repartition_type"] = Any("tax");
    tax["account_id"] = Any(account(env, code));
    return Any(List{Any(List{Any(0), Any(0), Any(base)}), Any(List{Any(0), Any(0), Any(tax)})});
  };
  for (const auto& [use, code, field] :
       {std::tuple{"sale", "251000", "account_sale_tax_id"}, std::tuple{"purchase", "131000", "account_purchase_tax_id"}}) {
    const Id tax = make(env, "account.tax",
                        {{"name", "15%"},
                         {"amount", 15},
                         {"type_tax_use", use},
                         {"tax_group_id", 1},
                         {"invoice_repartition_line_ids", lines(code)},
                         {"refund_repartition_line_ids", lines(code)}});
    name_it(env, std::string("account.1_") + use + "_tax_template", "account.tax", tax);
    env.store(env.company(), field, Value::of_id(tax));
  }
  for (const Row& row : rows_of(kTerms)) {
    Dict line;
    line["value"] = Any("percent");
    line["value_amount"] = Any(100);
    line["nb_days"] = Any(std::stoi(row[1]));
    line["delay_type"] = Any(row[2]);
    name_it(env, "account." + row[3], "account.payment.term",
            make(env, "account.payment.term", {{"name", row[0]}, {"line_ids", Any(List{Any(List{Any(0), Any(0), Any(line)})})}}));
  }
}

void add_rest(Env& env) {
  for (const auto& [name, digits] :
       {std::pair{"Percentage Analytic", 2}, std::pair{"Product Price", 2}, std::pair{"Discount", 2}, std::pair{"Stock Weight", 2},
        std::pair{"Volume", 2}, std::pair{"Product Unit of Measure", 2}, std::pair{"Payment Terms", 6}})
    make(env, "decimal.precision", {{"name", name}, {"digits", digits}});
  make(env, "uom.category", {{"name", "Unit"}});
  const Id unit = make(
      env, "uom.uom", {{"name", "Units"}, {"category_id", 1}, {"factor", 1}, {"rounding", Decimal::of("0.01")}, {"uom_type", "reference"}});
  name_it(env, "uom.product_uom_unit", "uom.uom", unit);
  for (const auto& [name, xmlid] : {std::pair{"All", "product.product_category_all"}, std::pair{"Saleable", "product.product_category_1"},
                                    std::pair{"Expenses", "product.cat_expense"}}) {
    const bool top = std::string(name) == "All";
    name_it(env, xmlid, "product.category", make(env, "product.category", {{"name", name}, {"parent_id", top ? Any(false) : Any(1)}}));
  }
  name_it(env, "stock.stock_location_stock", "stock.location",
          make(env, "stock.location", {{"name", "Stock"}, {"usage", "internal"}, {"company_id", 1}}));
  name_it(env, "analytic.analytic_plan_projects", "account.analytic.plan",
          make(env, "account.analytic.plan", {{"name", "Project"}, {"default_applicability", "optional"}}));
  make(env, "hr.employee", {{"name", "Administrator"}, {"work_contact_id", 3}});
  make(env, "project.project", {{"name", "Internal"}, {"allow_timesheets", true}});
  for (const auto& [name, xmlid] :
       {std::pair{"Discussions", "mail.mt_comment"}, std::pair{"Note", "mail.mt_note"}, std::pair{"Activities", "mail.mt_activities"}})
    name_it(env, xmlid, "mail.message.subtype", make(env, "mail.message.subtype", {{"name", name}}));
  for (const Row& row : rows_of(kModules))
    make(env, "ir.module.module", {{"name", row[0]}, {"shortdesc", row[0]}, {"state", "installed"}, {"latest_version", "18.0.1.0"}});
  make(env, "ir.config_parameter", {{"key", "database.create_date"}, {"value", env.now.substr(0, 19)}});
  make(env, "res.lang", {{"name", "English (US)"}, {"code", "en_US"}, {"active", true}});
}

void add_models(Env& env) {
  for (const auto& [name, model] : env.database().schema().models())
    if (!name.starts_with("q2o.")) make(env, "ir.model", {{"model", name}, {"name", name}, {"state", "base"}});
}

}  // namespace

void fill_fresh_database(Env& env, bool national_chart) {
  const SudoScope sudo(env);
  add_models(env);
  add_places(env);
  add_people(env);
  add_chart(env, national_chart);
  add_taxes_and_terms(env);
  add_rest(env);
}

}  // namespace q2o::sandbox::odoo
