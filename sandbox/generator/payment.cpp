#include "sandbox/generator/payment.h"

#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {
namespace {

constexpr const char* kLinksOnly = "Created by QB Online to link credits to charges.";

bool is_credit(const std::string& type) {
  return type == "CreditMemo" || type == "VendorCredit";
}

/// Lowers the open balance of what was applied. Journal entries have none.
void lower_balance(Workshop& shop, const Applied& applied, const std::string& day) {
  if (!shop.has(applied.type, applied.id)) return;
  auto& document = shop.get(applied.type, applied.id);
  if (!document.has("Balance")) return;
  const auto left = std::as_const(document)["Balance"].decimal() - applied.amount;
  if (left.sign() < 0) throw std::logic_error("generator: too much applied to " + applied.type + " " + applied.id);
  document.set("Balance", left);
  if (document.has("RemainingCredit")) document.set("RemainingCredit", left);
  shop.touch(document, day);
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
  auto object = Node::object({{"CustomerRef", shop.ref("Customer", plan.customer)}});
  if (!total.is_zero()) object.set("DepositToAccountRef", Node::object({{"value", shop.account(plan.money_account)}}));
  if (!plan.method.empty() && !total.is_zero()) object.set("PaymentMethodRef", Node::object({{"value", plan.method}}));
  if (!plan.reference.empty()) object.set("PaymentRefNum", plan.reference);
  object.set("TotalAmt", total).set("UnappliedAmt", plan.unapplied).set("ProcessPayment", false);
  const auto base = shop.begin(id, plan.date);
  for (const auto& member : base.members()) object.set(member.key, member.value);
  object.set("TxnDate", plan.date).set("CurrencyRef", shop.currency()).set("LinkedTxn", Node::array()).set("Line", lines_of(plan.applied));
  shop.put("Payment", std::move(object));
  for (const auto& one : plan.applied) {
    lower_balance(shop, one, plan.date);
    if (one.type == "Invoice") shop.link("Invoice", one.id, "Payment", id);
  }
  const Head head{id, "Payment", "Payment", plan.date, plan.reference, shop.party("Customer", plan.customer)};
  if (total.is_zero()) {
    shop.post(head, {{kReceivable, Decimal{}, ""}, {"", Decimal{}, kLinksOnly}});
    return id;
  }
  shop.post(head, {{plan.money_account, total, ""}, {kReceivable, -total, ""}});
  if (plan.money_account == kUndeposited) shop.undeposited.push_back({"Payment", id, total, plan.method, plan.date});
  return id;
}

std::string book_bill_payment(Workshop& shop, const BillPaymentPlan& plan) {
  const auto id = shop.transaction_id();
  const auto total = total_of(plan.applied);
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
  object.set("TxnDate", plan.date)
      .set("CurrencyRef", shop.currency())
      .set("APAccountRef", shop.account_ref(kPayable))
      .set("Line", lines_of(plan.applied));
  shop.put("BillPayment", std::move(object));
  for (const auto& one : plan.applied) {
    lower_balance(shop, one, plan.date);
    // Also card payments are called BillPaymentCheck here, as the real company shows.
    if (one.type == "Bill") shop.link("Bill", one.id, "BillPaymentCheck", id);
  }
  const Head head{id,
                  plan.by_card ? "Bill Payment (Credit Card)" : "Bill Payment (Check)",
                  "BillPayment",
                  plan.date,
                  number,
                  shop.party("Vendor", plan.vendor)};
  if (total.is_zero())
    shop.post(head, {{kPayable, Decimal{}, ""}, {"", Decimal{}, kLinksOnly}});
  else
    shop.post(head, {{plan.money_account, -total, ""}, {kPayable, total, ""}});
  return id;
}

}  // namespace q2o::sandbox::generator
