#include "sandbox/generator/payment.h"

#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {
namespace {

constexpr const char* kLinksOnly = "Created by QB Online to link credits to charges.";

bool is_credit(const std::string& type) {
  return type == "CreditMemo" || type == "VendorCredit";
}

/// Lowers the open balance of what was applied. Journal entries have none. Returns the home value that goes with it: all that is left
/// with the last of the amount, so that both end at 0.00; before that, what the document's own rate leaves.
Decimal lower_balance(Workshop& shop, const Applied& applied, const std::string& day) {
  if (!shop.has(applied.type, applied.id)) return applied.amount;
  auto& document = shop.get(applied.type, applied.id);
  if (!document.has("Balance")) return applied.amount;
  const auto left = std::as_const(document)["Balance"].decimal() - applied.amount;
  if (left.sign() < 0) throw std::logic_error("generator: too much applied to " + applied.type + " " + applied.id);
  document.set("Balance", left);
  if (document.has("RemainingCredit")) document.set("RemainingCredit", left);
  shop.touch(document, day);
  if (!document.has("HomeBalance")) return applied.amount;
  const auto home = std::as_const(document)["HomeBalance"].decimal();
  const auto home_left = cents(left * std::as_const(document)["ExchangeRate"].decimal());
  document.set("HomeBalance", home_left);
  return home - home_left;
}

/// Home value of everything that is applied, charges less credits.
Decimal lower_balances(Workshop& shop, const std::vector<Applied>& applied, const std::string& day) {
  Decimal out;
  for (const auto& one : applied) {
    const auto home = lower_balance(shop, one, day);
    out += is_credit(one.type) ? -home : home;
  }
  return out;
}

/// Money against what is owed, each at its own worth; the difference is gain or loss. Customers pay with sign +1.
std::vector<Entry> settlement(Workshop& shop, const std::string& currency, const std::string& day, const std::string& money,
                              const std::string& control, const Decimal& total, const Decimal& owed_home, int sign) {
  const auto turn = [&](const Decimal& amount) { return sign > 0 ? amount : -amount; };
  if (currency.empty()) return {{money, turn(total), ""}, {control, turn(-total), ""}};
  const auto paid_home = cents(total * shop.rate(currency, day));
  std::vector<Entry> out{{.account = money, .amount = turn(total), .home = turn(paid_home)},
                         {.account = control, .amount = turn(-total), .home = turn(-owed_home)}};
  if (paid_home != owed_home) out.push_back({.account = kExchange, .amount = turn(owed_home - paid_home), .at_home = true});
  return out;
}

/// Nothing moves, but credits and charges of different days were worth different amounts.
std::vector<Entry> links_only(const std::string& control, const Decimal& owed_home, int sign) {
  if (owed_home.is_zero()) return {{control, Decimal{}, ""}, {"", Decimal{}, kLinksOnly}};
  const auto home = sign > 0 ? -owed_home : owed_home;
  return {{.account = control, .amount = Decimal{}, .home = home}, {.account = kExchange, .amount = -home, .at_home = true}};
}

Node lines_of(const std::vector<Applied>& applied) {
  auto out = Node::array();
  for (const auto& one : applied)
    out.push(
        Node::object({{"Amount", one.amount}, {"LinkedTxn", Node::array({Node::object({{"TxnId", one.id}, {"TxnType", one.type}})})}}));
  return out;
}

Decimal total_of(const std::vector<Applied>& applied) {
  Decimal out;
  for (const auto& one : applied) out += is_credit(one.type) ? -one.amount : one.amount;
  return out;
}

}  // namespace

std::string book_payment(Workshop& shop, const PaymentPlan& plan) {
  const auto id = shop.transaction_id();
  const auto total = total_of(plan.applied) + plan.unapplied;
  const auto currency = shop.currency_of("Customer", plan.customer);
  auto object = Node::object({{"CustomerRef", shop.ref("Customer", plan.customer)}});
  if (!total.is_zero()) object.set("DepositToAccountRef", Node::object({{"value", shop.account(plan.money_account)}}));
  if (!plan.method.empty() && !total.is_zero()) object.set("PaymentMethodRef", Node::object({{"value", plan.method}}));
  if (!plan.reference.empty()) object.set("PaymentRefNum", plan.reference);
  object.set("TotalAmt", total).set("UnappliedAmt", plan.unapplied).set("ProcessPayment", false);
  const auto base = shop.begin(id, plan.date);
  for (const auto& member : base.members()) object.set(member.key, member.value);
  object.set("TxnDate", plan.date);
  shop.set_currency(object, currency, plan.date);
  object.set("LinkedTxn", Node::array()).set("Line", lines_of(plan.applied));
  shop.put("Payment", std::move(object));
  const auto owed_home = lower_balances(shop, plan.applied, plan.date) + cents(plan.unapplied * shop.rate(currency, plan.date));
  for (const auto& one : plan.applied)
    if (one.type == "Invoice") shop.link("Invoice", one.id, "Payment", id);
  const Head head{id, "Payment", "Payment", plan.date, plan.reference, shop.party("Customer", plan.customer), currency};
  const auto control = Workshop::control(kReceivable, currency);
  if (total.is_zero()) {
    shop.post(head, links_only(control, owed_home, 1));
    return id;
  }
  const auto& posted = shop.post(head, settlement(shop, currency, plan.date, plan.money_account, control, total, owed_home, 1));
  if (plan.money_account == kUndeposited)
    shop.undeposited.push_back({"Payment", id, total, plan.method, plan.date, currency, posted.lines.front().amount});
  return id;
}

std::string book_bill_payment(Workshop& shop, const BillPaymentPlan& plan) {
  const auto id = shop.transaction_id();
  const auto total = total_of(plan.applied);
  const auto currency = shop.currency_of("Vendor", plan.vendor);
  const auto control = Workshop::control(kPayable, currency);
  const auto number = plan.by_card ? std::string{} : shop.check_number();
  auto object = Node::object({{"VendorRef", shop.ref("Vendor", plan.vendor)}, {"PayType", plan.by_card ? "CreditCard" : "Check"}});
  if (plan.by_card)
    object.set("CreditCardPayment", Node::object({{"CCAccountRef", shop.account_ref(plan.money_account)}}));
  else
    object.set("CheckPayment", Node::object({{"BankAccountRef", shop.account_ref(plan.money_account)}, {"PrintStatus", "NotSet"}}));
  object.set("TotalAmt", total);
  const auto base = shop.begin(id, plan.date);
  for (const auto& member : base.members()) object.set(member.key, member.value);
  if (!number.empty()) object.set("DocNumber", number);
  object.set("TxnDate", plan.date);
  shop.set_currency(object, currency, plan.date);
  object.set("APAccountRef", shop.account_ref(control)).set("Line", lines_of(plan.applied));
  shop.put("BillPayment", std::move(object));
  const auto owed_home = lower_balances(shop, plan.applied, plan.date);
  // Also card payments are called BillPaymentCheck here, as the real company shows.
  for (const auto& one : plan.applied)
    if (one.type == "Bill") shop.link("Bill", one.id, "BillPaymentCheck", id);
  const Head head{id,
                  plan.by_card ? "Bill Payment (Credit Card)" : "Bill Payment (Check)",
                  "BillPayment",
                  plan.date,
                  number,
                  shop.party("Vendor", plan.vendor),
                  currency};
  if (total.is_zero())
    shop.post(head, links_only(control, owed_home, -1));
  else
    shop.post(head, settlement(shop, currency, plan.date, plan.money_account, control, total, owed_home, -1));
  return id;
}

}  // namespace q2o::sandbox::generator
