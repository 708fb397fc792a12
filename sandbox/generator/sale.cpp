#include "sandbox/generator/sale.h"

#include <algorithm>
#include <array>

#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"
#include "sandbox/generator/tax_sheet.h"

namespace q2o::sandbox::generator {
namespace {

struct Kind {
  std::string_view entity;
  const char* type;  ///< wording of the ledger; null = posts nothing
  int sign;          ///< +1 raises income
};
constexpr std::array kKinds{Kind{"Invoice", "Invoice", 1}, Kind{"SalesReceipt", "Sales Receipt", 1}, Kind{"CreditMemo", "Credit Memo", -1},
                            Kind{"RefundReceipt", "Refund", -1}, Kind{"Estimate", nullptr, 1}};

const Kind& kind_of(std::string_view entity) {
  for (const auto& kind : kKinds)
    if (kind.entity == entity) return kind;
  throw std::logic_error("generator: no sales form " + std::string(entity));
}

/// One document on its way from lines to object and postings.
class Form {
 public:
  Form(Workshop& shop, const Sale& sale)
      : shop_(shop),
        sale_(sale),
        kind_(kind_of(sale.entity)),
        id_(shop.transaction_id()),
        currency_(sale.customer.empty() ? std::string() : shop.currency_of("Customer", sale.customer)),
        tax_code_(code_of_role(shop.profile, sale.tax_code)),
        taxes_(shop, false) {}
  std::string book();

 private:
  bool global() const { return shop_.profile.tax_model == TaxModel::global; }
  void add_line(const SaleLine& line);
  void add_bundle(const SaleLine& line);
  Node item_line(const SaleLine& line);
  Decimal price_of(const SaleLine& line, const Node& item) const;
  std::string code_of(const SaleLine& line, const Node& item) const;
  void net_prices();
  void add_discount();
  void add_shipping();
  void add_taxes();
  void move_stock(const Node& item, const Decimal& quantity, const std::string& memo);
  void add(const std::string& account, const Decimal& credit, const std::string& memo);
  Node object();
  Node tax_detail();
  void close_estimate();
  void post();

  Workshop& shop_;
  const Sale& sale_;
  const Kind& kind_;
  std::string id_;
  std::string currency_;  ///< the customer's; empty = home
  std::string tax_code_;  ///< of the document
  int line_ = 0;
  Decimal subtotal_, taxable_, discount_, discount_taxable_;
  Node lines_ = Node::array();
  TaxSheet taxes_;
  std::vector<std::pair<std::string, Decimal>> by_code_;  ///< amounts of the lines, as their prices are
  std::vector<Entry> credits_;                            ///< as of an invoice; turned round for credits
  std::vector<Entry> goods_;
};

void Form::add(const std::string& account, const Decimal& credit, const std::string& memo) {
  credits_.push_back({account, -credit, memo});
}

/// A price list is in home currency; whoever buys in another pays its worth of the day.
Decimal Form::price_of(const SaleLine& line, const Node& item) const {
  if (sale_.voided) return Decimal{};
  if (line.price) return *line.price;
  const auto price = item["UnitPrice"].decimal();
  return currency_.empty() ? price : Decimal::divide(price, shop_.rate(currency_, sale_.date), 2, Rounding::half_up);
}

std::string Form::code_of(const SaleLine& line, const Node& item) const {
  if (!global()) return item["Taxable"].truthy() && !tax_code_.empty() ? "TAX" : "NON";
  if (!line.tax_code.empty()) return line.tax_code;
  if (tax_code_.empty()) return shop_.profile.untaxed;
  if (item["Taxable"].truthy()) return tax_code_;
  const auto& codes = shop_.profile.services;
  return codes[static_cast<std::size_t>(std::stoi(item["Id"].text())) % codes.size()];
}

Node Form::item_line(const SaleLine& line) {
  const auto item_id = shop_.named("Item", line.item);
  const Node item = shop_.get("Item", item_id);
  const auto price = price_of(line, item);
  const auto amount = cents(price * line.quantity) + (sale_.voided ? Decimal{} : line.off);
  const auto code = code_of(line, item);
  const auto memo = line.description.empty() ? item["Description"].text() : line.description;
  subtotal_ += amount;
  if (code == "TAX") taxable_ += amount;
  if (global()) {
    auto known = std::find_if(by_code_.begin(), by_code_.end(), [&](const auto& each) { return each.first == code; });
    if (known == by_code_.end()) known = by_code_.insert(known, {code, Decimal{}});
    known->second += amount;
  }
  add(item.at("IncomeAccountRef.name").text(), amount, memo);
  if (item["Type"].text() == "Inventory" && kind_.type != nullptr && !sale_.voided) move_stock(item, line.quantity, memo);
  auto detail = Node::object({{"ItemRef", Node::object({{"value", item_id}, {"name", item["FullyQualifiedName"].text()}})}});
  if (!line.class_id.empty()) detail.set("ClassRef", shop_.ref("Class", line.class_id));
  detail.set("UnitPrice", price).set("Qty", line.quantity).set("ItemAccountRef", item["IncomeAccountRef"]);
  detail.set("TaxCodeRef", Node::object({{"value", code}}));
  ++line_;
  return Node::object({{"Id", std::to_string(line_)},
                       {"LineNum", line_},
                       {"Description", memo},
                       {"Amount", amount},
                       {"DetailType", "SalesItemLineDetail"},
                       {"SalesItemLineDetail", std::move(detail)},
                       {"CustomExtensions", Node::array()}});
}

/// Prices that hold the tax: the document keeps net amounts, and says the gross ones beside them.
void Form::net_prices() {
  std::map<std::string, Decimal> left;
  std::map<std::string, std::size_t> last;
  subtotal_ = Decimal{};
  for (auto& [code, gross] : by_code_) {
    left[code] = taxes_.add(code, gross, true);
    subtotal_ += left[code];
  }
  auto& rows = lines_.items();
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].has("SalesItemLineDetail")) last[rows[i].at("SalesItemLineDetail.TaxCodeRef.value").text()] = i;
  std::size_t entry = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].has("SalesItemLineDetail")) continue;
    auto& detail = rows[i]["SalesItemLineDetail"];
    const auto code = detail["TaxCodeRef"]["value"].text();
    const auto whole = Decimal(100) + taxes_.percent_of(code);
    const auto gross = rows[i]["Amount"].decimal();
    const auto net = last[code] == i ? left[code] : cents(Decimal::divide(gross * Decimal(100), whole, 6, Rounding::half_up));
    left[code] -= net;
    detail.set("TaxInclusiveAmt", gross)
        .set("UnitPrice", Decimal::divide(detail["UnitPrice"].decimal() * Decimal(100), whole, 7, Rounding::half_up));
    rows[i].set("Amount", net);
    credits_[entry++].amount = -net;
  }
}

void Form::add_line(const SaleLine& line) {
  if (line.item.empty()) {
    ++line_;
    lines_.push(Node::object({{"Id", std::to_string(line_)},
                              {"LineNum", line_},
                              {"Description", line.description},
                              {"DetailType", "DescriptionOnly"},
                              {"DescriptionLineDetail", Node::object()}}));
    return;
  }
  const Node item = shop_.get("Item", shop_.named("Item", line.item));
  if (item["Type"].text() == "Group") return add_bundle(line);
  lines_.push(item_line(line));
}

void Form::add_bundle(const SaleLine& line) {
  const Node bundle = shop_.get("Item", shop_.named("Item", line.item));
  const int outer = ++line_;
  const auto before = subtotal_;
  auto inner = Node::array();
  for (const auto& part : bundle.at("ItemGroupDetail.ItemGroupLine").items()) {
    const Node part_item = shop_.get("Item", part.at("ItemRef.value").text());
    inner.push(item_line({part_item["Name"].text(), part["Qty"].decimal() * line.quantity, std::nullopt, "", line.class_id}));
  }
  lines_.push(Node::object({{"Id", std::to_string(outer)},
                            {"LineNum", outer},
                            {"Description", bundle["Description"].text()},
                            {"Amount", subtotal_ - before},
                            {"DetailType", "GroupLineDetail"},
                            {"GroupLineDetail", Node::object({{"GroupItemRef", shop_.ref("Item", bundle["Id"].text())},
                                                              {"Quantity", line.quantity},
                                                              {"Line", std::move(inner)}})}}));
}

void Form::move_stock(const Node& item, const Decimal& quantity, const std::string& memo) {
  const auto& id = item["Id"].text();
  const int pieces = static_cast<int>(quantity.rounded(0, Rounding::down).unscaled());
  Decimal cost;
  if (kind_.sign > 0) {
    cost = shop_.stock.take(id, pieces);
  } else {
    cost = cents(shop_.stock.last_cost(id) * quantity);
    shop_.stock.receive(id, pieces, shop_.stock.last_cost(id));
  }
  const auto signed_cost = kind_.sign > 0 ? cost : -cost;
  for (const auto& [account, amount] : {std::pair{"ExpenseAccountRef.name", signed_cost}, std::pair{"AssetAccountRef.name", -signed_cost}})
    goods_.push_back({.account = item.at(account).text(), .amount = amount, .memo = memo, .at_home = true});
}

void Form::add_discount() {
  if (sale_.discount_percent.is_zero()) return;
  discount_ = cents(Decimal::divide(subtotal_ * sale_.discount_percent, Decimal(100), 6, Rounding::half_up));
  const auto share = [&](const Decimal& amount) {
    return subtotal_.is_zero() ? Decimal{} : cents(Decimal::divide(discount_ * amount, subtotal_, 6, Rounding::half_up));
  };
  if (sale_.tax_after_discount) {
    discount_taxable_ = share(taxable_);
    for (auto& [code, amount] : by_code_) amount -= share(amount);
  }
  ++line_;
  lines_.push(Node::object({{"Id", std::to_string(line_)},
                            {"LineNum", line_},
                            {"Amount", discount_},
                            {"DetailType", "DiscountLineDetail"},
                            {"DiscountLineDetail", Node::object({{"PercentBased", true},
                                                                 {"DiscountPercent", sale_.discount_percent},
                                                                 {"DiscountAccountRef", shop_.account_ref("Discounts Given")}})}}));
  add("Discounts Given", -discount_, "");
}

void Form::add_shipping() {
  if (sale_.shipping.is_zero()) return;
  ++line_;
  lines_.push(Node::object({{"Id", std::to_string(line_)},
                            {"LineNum", line_},
                            {"Amount", sale_.shipping},
                            {"DetailType", "SalesItemLineDetail"},
                            {"SalesItemLineDetail", Node::object({{"ItemRef", Node::object({{"value", "SHIPPING_ITEM_ID"}})},
                                                                  {"TaxCodeRef", Node::object({{"value", shop_.profile.untaxed}})}})},
                            {"CustomExtensions", Node::array()}}));
  add("Shipping Income", sale_.shipping, "");
}

void Form::add_taxes() {
  if (global()) {
    if (!sale_.tax_inclusive)
      for (const auto& [code, amount] : by_code_) taxes_.add(code, amount);
  } else if (!tax_code_.empty()) {
    taxes_.add(tax_code_, taxable_ - discount_taxable_);
  }
  taxes_.override_by(sale_.tax_override);
  for (const auto& tax : taxes_.entries()) add(tax.account, tax.amount, tax.memo);
}

Node Form::tax_detail() {
  auto out = Node::object();
  if (!global() && !tax_code_.empty()) out.set("TxnTaxCodeRef", Node::object({{"value", tax_code_}}));
  out.set("TotalTax", taxes_.total());
  if (!taxes_.empty()) out.set("TaxLine", taxes_.lines());
  return out;
}

Node Form::object() {
  auto out = shop_.begin(id_, sale_.typed_on.empty() ? sale_.date : sale_.typed_on);
  const auto number = sale_.number ? *sale_.number : shop_.sales_number();
  if (!number.empty()) out.set("DocNumber", number);
  out.set("TxnDate", sale_.date).set("CustomField", Node::array());
  shop_.set_currency(out, currency_, sale_.date);
  if (!sale_.department.empty()) out.set("DepartmentRef", shop_.ref("Department", sale_.department));
  const auto note = sale_.voided ? std::string("Voided") + (sale_.note.empty() ? "" : " - " + sale_.note) : sale_.note;
  if (!note.empty()) out.set("PrivateNote", note);
  if (sale_.entity != "Estimate") out.set("LinkedTxn", Node::array());
  if (!sale_.estimate.empty()) out["LinkedTxn"].push(Node::object({{"TxnId", sale_.estimate}, {"TxnType", "Estimate"}}));
  out.set("Line", std::move(lines_));
  out.set("TxnTaxDetail", tax_detail());
  if (global()) out.set("GlobalTaxCalculation", sale_.tax_inclusive ? "TaxInclusive" : "TaxExcluded");
  if (!sale_.customer.empty()) {
    const Node customer = shop_.get("Customer", sale_.customer);
    out.set("CustomerRef", shop_.ref("Customer", sale_.customer))
        .set("CustomerMemo", Node::object({{"value", "Thank you for growing with us."}}));
    if (customer.has("BillAddr")) out.set("BillAddr", customer["BillAddr"]).set("ShipAddr", customer["ShipAddr"]);
    if (customer.has("PrimaryEmailAddr")) out.set("BillEmail", customer["PrimaryEmailAddr"]);
  }
  const auto total = subtotal_ - discount_ + sale_.shipping + taxes_.total();
  out.set("TotalAmt", total)
      .set("ApplyTaxAfterDiscount", sale_.tax_after_discount)
      .set("PrintStatus", "NotSet")
      .set("EmailStatus", "NotSet");
  if (!sale_.method.empty()) out.set("PaymentMethodRef", shop_.ref("PaymentMethod", sale_.method));
  if (!sale_.money_account.empty()) out.set("DepositToAccountRef", shop_.account_ref(sale_.money_account));
  if (sale_.entity == "Invoice") {
    const auto days = sale_.term.empty() ? 0 : static_cast<int>(shop_.get("Term", sale_.term)["DueDays"].decimal().unscaled());
    if (!sale_.term.empty()) out.set("SalesTermRef", shop_.ref("Term", sale_.term));
    out.set("DueDate", date::plus_days(sale_.date, days));
    if (!sale_.deposit.is_zero()) out.set("Deposit", sale_.deposit);
    out.set("Balance", total - sale_.deposit);
  } else if (sale_.entity == "CreditMemo") {
    out.set("RemainingCredit", total).set("Balance", total);
  } else if (sale_.entity == "Estimate") {
    out.set("TxnStatus", "Pending").set("ExpirationDate", date::plus_days(sale_.date, 45));
  } else {
    out.set("Balance", 0);
  }
  return out;
}

void Form::post() {
  if (kind_.type == nullptr) return;
  const Node document = shop_.get(sale_.entity, id_);
  const auto total = document["TotalAmt"].decimal();
  const auto turn = [&](const Decimal& amount) { return kind_.sign > 0 ? amount : -amount; };
  std::vector<Entry> entries;
  const bool on_account = sale_.entity == "Invoice" || sale_.entity == "CreditMemo";
  entries.push_back({on_account ? Workshop::control(kReceivable, currency_) : sale_.money_account, turn(total - sale_.deposit), ""});
  if (!sale_.deposit.is_zero()) entries.push_back({sale_.money_account, sale_.deposit, "Down payment"});
  for (const auto& credit : credits_) entries.push_back({credit.account, turn(credit.amount), credit.memo});
  entries.insert(entries.end(), goods_.begin(), goods_.end());
  const auto party = sale_.customer.empty() ? Party{} : shop_.party("Customer", sale_.customer);
  const auto& posted = shop_.post({id_, kind_.type, sale_.entity, sale_.date, document["DocNumber"].text(), party, currency_}, entries);
  const auto home = posted.lines.front().amount.abs();
  if (!currency_.empty()) {
    auto& own = shop_.get(sale_.entity, id_);
    own.set("HomeTotalAmt", sale_.deposit.is_zero() ? home : home + posted.lines[1].amount);
    if (on_account) own.set("HomeBalance", home);
  }
  const bool waits_for_deposit = sale_.money_account == kUndeposited && kind_.sign > 0;
  if (waits_for_deposit && sale_.entity == "SalesReceipt")
    shop_.undeposited.push_back({sale_.entity, id_, total, sale_.method, sale_.date, currency_, home});
}

void Form::close_estimate() {
  if (sale_.estimate.empty()) return;
  auto& estimate = shop_.get("Estimate", sale_.estimate);
  estimate.set("TxnStatus", "Closed");
  shop_.touch(estimate, sale_.date);
  shop_.link("Estimate", sale_.estimate, "Invoice", id_);
}

std::string Form::book() {
  for (const auto& line : sale_.lines) add_line(line);
  if (sale_.tax_inclusive) net_prices();
  lines_.push(Node::object({{"Amount", subtotal_}, {"DetailType", "SubTotalLineDetail"}, {"SubTotalLineDetail", Node::object()}}));
  add_discount();
  add_shipping();
  add_taxes();
  shop_.put(sale_.entity, object());
  post();
  close_estimate();
  return id_;
}

}  // namespace

std::string book_sale(Workshop& shop, const Sale& sale) {
  return Form(shop, sale).book();
}

Decimal open_balance(Workshop& shop, const std::string& entity, const std::string& id) {
  return std::as_const(shop.get(entity, id))["Balance"].decimal();
}

}  // namespace q2o::sandbox::generator
