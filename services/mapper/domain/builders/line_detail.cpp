#include "services/mapper/domain/builders/line_detail.h"

#include <fmt/format.h>

#include "services/mapper/domain/builders/line_taxes.h"

namespace q2o::mapper::builders {
namespace {

Item* item_of_line(std::vector<Item>& items, std::vector<bool>& used, const Decimal& amount, std::string_view description,
                   std::string_view account_id) {
  const auto fits = [&](const Item& item, int strictness) {
    if (item.balance.abs() != amount.abs() && item.amount_currency.abs() != amount.abs()) return false;
    if (!account_id.empty() && item.account != account_id) return false;
    return strictness == 0 || item.name == description;
  };
  for (int strictness = 1; strictness >= 0; --strictness) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (used[i] || !fits(items[i], strictness)) continue;
      used[i] = true;
      return &items[i];
    }
  }
  return nullptr;
}

/// The customer that a line or a document names, where that is a project.
std::string_view project_of(const Scope& scope, const json::Value& names) {
  for (const char* member : {"ProjectRef", "CustomerRef"}) {
    const auto customer = names[member]["value"].text();
    const auto* known = customer.empty() ? nullptr : scope.lookups.find("Customer", customer);
    if (known != nullptr && (*known)["IsProject"].text() == "true") return customer;
  }
  return {};
}

}  // namespace

Analytic::Analytic(const Scope& scope) : scope_(scope) {
  if (scope.source.body == nullptr) return;
  class_ = scope.at("ClassRef")["value"].text();
  location_ = scope.at("DepartmentRef")["value"].text();
  project_ = project_of(scope, *scope.source.body);
}

std::vector<Expression> Analytic::of_line(const json::Value& detail, std::string_view field) const {
  std::vector<Expression> accounts;
  const auto add = [&](std::string_view member, std::string_view entity, std::string_view of_document) {
    const auto own = detail[member]["value"].text();
    const auto id = own.empty() ? of_document : own;
    const auto where = own.empty() ? Where(member) : Where(field, member);
    if (!id.empty() && scope_.referred(entity, id, where) != nullptr) accounts.push_back(scope_.ref(entity, id));
  };
  add("ClassRef", "Class", class_);
  add("DepartmentRef", "Department", location_);
  const auto own = project_of(scope_, detail);
  if (const auto project = own.empty() ? project_ : own; !project.empty()) accounts.push_back(scope_.ref("Customer", project, "analytic"));
  return accounts;
}

bool reserved_item(std::string_view id) {
  return id.find_first_not_of("0123456789") != std::string_view::npos;
}

void add_line_details(const Scope& scope, std::vector<Item>& items) {
  std::vector<bool> used(items.size(), false);
  const Analytic analytic(scope);
  const auto lines = scope.at("Line").items();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& line = lines[i];
    const std::string type(line["DetailType"].text());
    if (type.empty()) continue;
    const auto& detail = line[type];
    const auto amount = Scope::amount_of(line["Amount"], "Line.Amount");
    if (!amount || amount->is_zero()) continue;
    Item* item = item_of_line(items, used, *amount, line["Description"].text(), detail["AccountRef"]["value"].text());
    const std::string field = fmt::format("Line.{}.{}", i, type);
    const auto product = detail["ItemRef"]["value"].text();
    if (item == nullptr) {
      if (!product.empty() || !detail["ClassRef"].is_null() || !pseudo_code(detail["TaxCodeRef"]["value"].text()))
        scope.losses.push_back(
            {field, amount->to_string(2), "The ledger has no item of this line's amount: its product, class and taxes stand on no item."});
      continue;
    }
    if (!reserved_item(product) && scope.referred("Item", product, {field, "ItemRef"}) != nullptr) {
      item->extra.set("product_id", record_ref(scope.id("Item", product)));
      if (const auto quantity = Scope::amount_of(detail["Qty"], "Line.Qty")) item->extra.set("quantity", number(*quantity));
    }
    if (const auto accounts = analytic.of_line(detail, field); !accounts.empty() && scope.is_profit_and_loss(item->account))
      item->extra.set("analytic_distribution", distribution(accounts));
    add_taxes(scope, *item, detail["TaxCodeRef"]["value"].text(), field, detail["TaxApplicableOn"].text() == "Sales");
  }
  add_tax_items(scope, items);
}

}  // namespace q2o::mapper::builders
