#include "sandbox/generator/purchase.h"

#include <array>

#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"
#include "sandbox/generator/tax_sheet.h"

namespace q2o::sandbox::generator {
namespace {

struct Costs {
  Node lines = Node::array();
  std::vector<Entry> entries;  ///< debits of a purchase
  Decimal total;               ///< with tax
  TaxSheet taxes;
};

/// Tax is on what is bought; not on what is owed, lent or moved.
std::string tax_code_of(Workshop& shop, const CostLine& line, const std::string& account) {
  if (shop.profile.tax_model == TaxModel::states) return "NON";
  if (!line.tax_code.empty()) return line.tax_code;
  const auto type = std::as_const(shop.get("Account", shop.account(account)))["AccountType"].text();
  const bool bought = type == "Expense" || type == "Cost of Goods Sold" || type == "Fixed Asset" || account == "Inventory Asset";
  return bought ? shop.profile.purchases : shop.profile.untaxed;
}

/// What the object says about tax: nothing where purchases bear none.
void set_taxes(const Workshop& shop, const Costs& costs, Node& object) {
  if (shop.profile.tax_model == TaxModel::states) return;
  auto detail = Node::object({{"TotalTax", costs.taxes.total()}});
  if (!costs.taxes.empty()) detail.set("TaxLine", costs.taxes.lines());
  object.set("TxnTaxDetail", std::move(detail)).set("GlobalTaxCalculation", "TaxExcluded");
}

/// Objects, postings and stock of the cost lines; `sign` -1 for money or goods that go back.
Costs costs_of(Workshop& shop, const std::vector<CostLine>& list, int sign, bool posts) {
  Costs out{.lines = Node::array(), .entries = {}, .total = {}, .taxes = TaxSheet(shop, true)};
  int number = 0;
  for (const auto& line : list) {
    ++number;
    auto detail = Node::object();
    if (!line.customer.empty()) detail.set("CustomerRef", shop.ref("Customer", line.customer));
    if (!line.class_id.empty()) detail.set("ClassRef", shop.ref("Class", line.class_id));
    detail.set("BillableStatus", line.billable ? "Billable" : "NotBillable");
    Decimal amount = line.amount;
    std::string account = line.account;
    if (!line.item.empty()) {
      const auto id = shop.named("Item", line.item);
      const Node item = shop.get("Item", id);
      const bool stocked = item["Type"].text() == "Inventory";
      amount = cents(line.cost * Decimal(line.quantity));
      account = item.at(stocked ? "AssetAccountRef.name" : "ExpenseAccountRef.name").text();
      detail.set("ItemRef", Node::object({{"value", id}, {"name", item["FullyQualifiedName"].text()}}))
          .set("UnitPrice", line.cost)
          .set("Qty", line.quantity);
      if (stocked && posts && sign > 0) shop.stock.receive(id, line.quantity, line.cost);
      if (stocked && posts && sign < 0) amount = shop.stock.take(id, line.quantity);
    } else {
      detail.set("AccountRef", shop.account_ref(account));
    }
    const auto code = tax_code_of(shop, line, account);
    detail.set("TaxCodeRef", Node::object({{"value", code}}));
    if (code != "NON") out.taxes.add(code, amount);
    // A receivable or payable line needs to know whose it is; elsewhere the payee of the form stands.
    const auto party = account.starts_with(kReceivable) && !line.customer.empty() ? shop.party("Customer", line.customer) : Party{};
    out.entries.push_back({account, sign > 0 ? amount : -amount, line.memo, party});
    out.total += amount;
    const auto* type = line.item.empty() ? "AccountBasedExpenseLineDetail" : "ItemBasedExpenseLineDetail";
    auto object = Node::object({{"Id", std::to_string(number)}, {"LineNum", number}});
    if (!line.memo.empty()) object.set("Description", line.memo);
    object.set("Amount", amount)
        .set("LinkedTxn", Node::array())
        .set("DetailType", type)
        .set(type, std::move(detail))
        .set("CustomExtensions", Node::array());
    out.lines.push(std::move(object));
  }
  out.total += out.taxes.total();
  for (const auto& tax : out.taxes.entries()) out.entries.push_back({tax.account, sign > 0 ? tax.amount : -tax.amount, tax.memo});
  return out;
}

void append(Node& object, const Node& base) {
  for (const auto& member : base.members()) object.set(member.key, member.value);
}

struct Wording {
  std::string_view text;
  const char* number;  ///< TxnType inside PurchaseEx
};
constexpr std::array kWordings{Wording{"Expense", "54"}, Wording{"Check", "3"}, Wording{"Cash Expense", "31"},
                               Wording{"Credit Card Expense", "1"}, Wording{"Credit Card Credit", "11"}};

/// The one useful attribute among QuickBooks' leftovers of its own serialization.
Node purchase_extra(std::string_view wording) {
  const char* number = "";
  for (const auto& known : kWordings)
    if (known.text == wording) number = known.number;
  return Node::object({{"any", Node::array({Node::object({{"name", "{http://schema.intuit.com/finance/v3}NameValue"},
                                                          {"declaredType", "com.intuit.schema.finance.v3.NameValue"},
                                                          {"scope", "javax.xml.bind.JAXBElement$GlobalScope"},
                                                          {"value", Node::object({{"Name", "TxnType"}, {"Value", number}})},
                                                          {"nil", false},
                                                          {"globalScope", true},
                                                          {"typeSubstituted", false}})})}});
}

}  // namespace

std::string book_vendor_form(Workshop& shop, const VendorForm& form) {
  const bool posts = form.entity != "PurchaseOrder";
  const int sign = form.entity == "VendorCredit" ? -1 : 1;
  const auto id = shop.transaction_id();
  auto costs = costs_of(shop, form.lines, sign, posts);
  const Node vendor = shop.get("Vendor", form.vendor);
  const auto currency = shop.currency_of("Vendor", form.vendor);
  const auto payable = Workshop::control(kPayable, currency);
  auto object = Node::object({{"VendorRef", shop.ref("Vendor", form.vendor)}, {"APAccountRef", shop.account_ref(payable)}});
  if (vendor.has("BillAddr")) object.set("VendorAddr", vendor["BillAddr"]);
  append(object, shop.begin(id, form.typed_on.empty() ? form.date : form.typed_on));
  if (!form.number.empty()) object.set("DocNumber", form.number);
  if (!form.note.empty()) object.set("PrivateNote", form.note);
  if (!form.department.empty()) object.set("DepartmentRef", shop.ref("Department", form.department));
  object.set("TxnDate", form.date).set("LinkedTxn", Node::array());
  shop.set_currency(object, currency, form.date);
  if (!form.order.empty()) {
    object["LinkedTxn"].push(Node::object({{"TxnId", form.order}, {"TxnType", "PurchaseOrder"}}));
    auto& order = shop.get("PurchaseOrder", form.order);
    order.set("POStatus", "Closed");
    shop.touch(order, form.date);
    shop.link("PurchaseOrder", form.order, form.entity, id);
  }
  object.set("Line", std::move(costs.lines)).set("TotalAmt", costs.total);
  set_taxes(shop, costs, object);
  if (form.entity == "Bill") {
    const auto days = form.term.empty() ? 0 : static_cast<int>(shop.get("Term", form.term)["DueDays"].decimal().unscaled());
    if (!form.term.empty()) object.set("SalesTermRef", shop.ref("Term", form.term));
    object.set("DueDate", date::plus_days(form.date, days));
  }
  if (posts)
    object.set("Balance", costs.total);
  else
    object.set("POStatus", "Open").set("EmailStatus", "NotSet");
  shop.put(form.entity, std::move(object));
  if (!posts) return id;
  std::vector<Entry> entries{{payable, sign > 0 ? -costs.total : costs.total, ""}};
  entries.insert(entries.end(), costs.entries.begin(), costs.entries.end());
  const auto& posted = shop.post(
      {id, sign > 0 ? "Bill" : "Vendor Credit", form.entity, form.date, form.number, shop.party("Vendor", form.vendor), currency}, entries);
  if (!currency.empty()) {
    const auto home = posted.lines.front().amount.abs();
    shop.get(form.entity, id).set("HomeTotalAmt", home).set("HomeBalance", home);
  }
  return id;
}

std::string book_spending(Workshop& shop, const Spending& spending) {
  const auto id = shop.transaction_id();
  const int sign = spending.credit ? -1 : 1;
  auto costs = costs_of(shop, spending.lines, sign, true);
  auto object = Node::object({{"AccountRef", shop.account_ref(spending.money_account)}, {"PaymentType", spending.payment_type}});
  if (!spending.payee.id.empty())
    object.set("EntityRef", Node::object({{"value", spending.payee.id}, {"name", spending.payee.name}, {"type", spending.payee.type}}));
  if (spending.payment_type == "CreditCard") object.set("Credit", spending.credit);
  object.set("TotalAmt", costs.total);
  if (spending.payment_type == "Check") object.set("PrintStatus", "NotSet");
  object.set("PurchaseEx", purchase_extra(spending.wording));
  append(object, shop.begin(id, spending.date));
  if (!spending.number.empty()) object.set("DocNumber", spending.number);
  if (!spending.note.empty()) object.set("PrivateNote", spending.note);
  object.set("TxnDate", spending.date);
  const auto currency = shop.account_currency(spending.money_account);
  shop.set_currency(object, currency, spending.date);
  object.set("Line", std::move(costs.lines));
  set_taxes(shop, costs, object);
  shop.put("Purchase", std::move(object));
  std::vector<Entry> entries{{spending.money_account, sign > 0 ? -costs.total : costs.total, spending.note}};
  entries.insert(entries.end(), costs.entries.begin(), costs.entries.end());
  shop.post({id, spending.wording, "Purchase", spending.date, spending.number, spending.payee, currency}, entries);
  return id;
}

}  // namespace q2o::sandbox::generator
