#include <fmt/format.h>

#include "services/mapper/domain/builders/document.h"
#include "services/mapper/domain/builders/families.h"
#include "services/mapper/domain/builders/notes.h"
#include "services/mapper/domain/html.h"

/// Estimates and purchase orders: they post nothing. The state is written after the creation: confirming would make deliveries.
namespace q2o::mapper::builders {
namespace {

using Kind = DocumentLine::Kind;

struct Side {
  bool sales;
  std::string_view model, quantity, taxes;
};
constexpr Side kSale{true, "sale.order", "product_uom_qty", "tax_id"};
constexpr Side kPurchase{false, "purchase.order", "product_qty", "taxes_id"};

/// Odoo's order lines need a product: one service stands for lines that have none. Made once a run, by the first order that needs it.
std::string stand_in_product(const Scope& scope, std::vector<Target>& targets) {
  const std::string id = scope.company_id("orderproduct");
  if (scope.lookups.find("shared_record", id) != nullptr) return id;
  Fields values;
  values.set("name", text("Line without a product"))
      .set("type", text("service"))
      .set("taxes_id", no_refs())
      .set("supplier_taxes_id", no_refs())
      .set("invoice_policy", text("order"))
      .set("purchase_method", text("purchase"));
  targets.push_back(create(id, "product.product", "order_products", values));
  json::Writer made;
  made.begin_object().field("by", scope.own()).end_object();
  scope.lookups.put("shared_record", id, made.take());
  return id;
}

Fields order_line_fields(const Scope& scope, const Side& side, const DocumentLine& line, std::vector<Target>& targets) {
  Fields fields;
  if (line.kind != Kind::product) {
    return fields.set("display_type", text(line.kind == Kind::section ? "line_section" : "line_note"))
        .set("name", text(line.name.empty() ? "-" : line.name));
  }
  const Priced price = priced(line);
  const std::string product = line.item.empty() ? stand_in_product(scope, targets) : scope.id("Item", line.item);
  std::vector<Expression> taxes;
  for (const auto& rate : line.tax_rates) taxes.push_back(record_ref(scope.id("TaxRate", rate)));
  fields.set("name", text(price.name(line).empty() ? "-" : price.name(line)))
      .set("product_id", record_ref(product))
      .set(side.quantity, number(price.quantity))
      .set("price_unit", number(price.price))
      .set(side.taxes, refs(taxes));
  if (!line.analytic.empty()) fields.set("analytic_distribution", distribution(line.analytic));
  return fields;
}

/// Which of the order's lines later documents may refer to, and which documents the order itself names.
void remember_order(const Scope& scope, const std::vector<DocumentLine>& lines) {
  json::Writer known;
  known.begin_object().field("order", scope.own()).key("lines").begin_array();
  for (const auto& line : lines) known.begin_object().field("item", line.item).field("amount", line.amount.to_string()).end_object();
  known.end_array().end_object();
  const std::string own_key = fmt::format("{}/{}", scope.source.entity, scope.source.id);
  scope.lookups.put("order_lines", own_key, known.take());
  for (const auto& link : scope.at("LinkedTxn").items()) {
    const std::string key = fmt::format("{}/{}", link["TxnType"].text(), link["TxnId"].text());
    json::Writer orders;
    orders.begin_object().key("orders").begin_array();
    if (const auto* before = scope.lookups.find("order_link", key)) {
      for (const auto& order : (*before)["orders"].items()) orders.string(order.text());
    }
    orders.string(own_key).end_array().end_object();
    scope.lookups.put("order_link", key, orders.take());
  }
}

Fields sale_state(const Scope& scope) {
  const std::string status = scope.text_at("TxnStatus");
  Fields then;
  if (status == "Closed" || status == "Converted") return then.set("state", text("sale")).set("locked", flag(true));
  if (status == "Accepted") return then.set("state", text("sale"));
  if (status == "Rejected") return then.set("state", text("cancel"));
  return then.set("state", text("sent"));  // Pending: it was sent to the customer and waits
}

Fields purchase_state(const Scope& scope) {
  Fields then;
  if (scope.text_at("POStatus") != "Closed") return then.set("state", text("purchase"));
  then.set("state", text("done"));
  // Closed by an expense or by hand: Odoo links bills only, so it is told that nothing is left to bill.
  const auto links = scope.at("LinkedTxn").items();
  const bool only_bills =
      !links.empty() && std::all_of(links.begin(), links.end(), [](const json::Value& link) { return link["TxnType"].text() == "Bill"; });
  if (!only_bills) then.set("invoice_status", text("invoiced"));
  return then;
}

Outcome build_order(const Scope& scope, const Side& side) {
  Document order = read_document(scope, side.sales);
  read_taxes(scope, order);
  assign_tax_rates(scope, order);
  std::erase_if(order.lines, [](const DocumentLine& line) { return line.kind == Kind::tax; });
  Outcome outcome;
  Lines rows;
  for (const auto& line : order.lines) rows.add(order_line_fields(scope, side, line, outcome.targets));
  Fields values;
  values.set("name", text(order.number.empty() ? fmt::format("QB-{}", scope.source.id) : order.number))
      .set("partner_id", scope.partner(order.partner))
      .set("date_order", text(order.date + " 12:00:00"));
  if (order.foreign(scope)) values.set("currency_id", scope.currency(order.currency));
  const std::string memo = scope.text_at("CustomerMemo.value").empty() ? scope.text_at("Memo") : scope.text_at("CustomerMemo.value");
  if (side.sales) {
    const bool expires = !scope.text_at("ExpirationDate").empty();
    values.set("validity_date", expires ? text(scope.date_at("ExpirationDate")) : none()).set("note", text_or_none(html(memo)));
  } else {
    values.set("notes", text_or_none(html(memo)));
  }
  values.set("order_line", rows);
  CreateOptions options;
  options.then = side.sales ? sale_state(scope) : purchase_state(scope);
  outcome.targets.push_back(create(scope.own(), side.model, "orders", values, options));
  remember_order(scope, order.lines);
  add_note(scope, outcome.targets, scope.own(), side.model);
  return outcome;
}

}  // namespace

Outcome estimate(const Scope& scope) {
  return build_order(scope, kSale);
}
Outcome purchase_order(const Scope& scope) {
  return build_order(scope, kPurchase);
}

}  // namespace q2o::mapper::builders
