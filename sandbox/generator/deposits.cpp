#include <algorithm>

#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"
#include "sandbox/generator/money.h"
#include "sandbox/generator/payment.h"

namespace q2o::sandbox::generator {
namespace {

Node link_line(const Undeposited& money) {
  auto out =
      Node::object({{"Amount", money.amount},
                    {"LinkedTxn", Node::array({Node::object({{"TxnId", money.id}, {"TxnType", money.entity}, {"TxnLineId", "0"}})})}});
  if (!money.method.empty()) out.set("DepositLineDetail", Node::object({{"PaymentMethodRef", Node::object({{"value", money.method}})}}));
  return out;
}

Node direct_line(Workshop& shop, const DirectLine& line, int number) {
  auto detail = Node::object({{"AccountRef", shop.account_ref(line.account)}});
  if (!line.party.id.empty()) {
    const auto type = line.party.type == "Customer" ? "CUSTOMER" : "VENDOR";
    detail.set("Entity", Node::object({{"value", line.party.id}, {"name", line.party.name}, {"type", type}}));
  }
  return Node::object({{"Id", std::to_string(number)},
                       {"LineNum", number},
                       {"Description", line.memo},
                       {"Amount", line.amount},
                       {"DetailType", "DepositLineDetail"},
                       {"DepositLineDetail", std::move(detail)}});
}

}  // namespace

std::string book_deposit(Workshop& shop, const DepositPlan& plan) {
  const auto id = shop.transaction_id();
  const auto currency = shop.account_currency(plan.bank);
  std::vector<Entry> entries(1);
  auto lines = Node::array();
  Decimal total, difference;
  for (const auto& money : plan.taken) {
    lines.push(link_line(money));
    Party party;
    const Node source = shop.get(money.entity, money.id);
    if (source.has("CustomerRef")) party = shop.party("Customer", source.at("CustomerRef.value").text());
    Entry taken{.account = kUndeposited, .amount = -money.amount, .party = party};
    if (!currency.empty()) {
      // It came in at the worth of its own day.
      taken.home = -money.home;
      difference += money.home - cents(money.amount * shop.rate(currency, plan.date));
    }
    entries.push_back(std::move(taken));
    total += money.amount;
  }
  int number = 0;
  for (const auto& line : plan.direct) {
    lines.push(direct_line(shop, line, ++number));
    entries.push_back({line.account, -line.amount, line.memo, line.party});
    total += line.amount;
  }
  auto object = Node::object({{"DepositToAccountRef", shop.account_ref(plan.bank)}});
  if (!plan.cash_back.is_zero()) {
    object.set("CashBack",
               Node::object({{"AccountRef", shop.account_ref("Petty Cash")}, {"Amount", plan.cash_back}, {"Memo", "Till money"}}));
    entries.push_back({"Petty Cash", plan.cash_back, "Till money"});
    total -= plan.cash_back;
  }
  if (!difference.is_zero()) entries.push_back({.account = kExchange, .amount = difference, .at_home = true});
  entries.front() = {plan.bank, total, ""};
  object.set("TotalAmt", total);
  const auto base = shop.begin(id, plan.date);
  for (const auto& member : base.members()) object.set(member.key, member.value);
  object.set("TxnDate", plan.date);
  shop.set_currency(object, currency, plan.date);
  object.set("Line", std::move(lines)).set("TxnTaxDetail", Node::object());
  shop.put("Deposit", std::move(object));
  // Receipts never learn of their deposit; payments do.
  for (const auto& money : plan.taken)
    if (money.entity == "Payment") shop.link("Payment", money.id, "Deposit", id);
  shop.post({.id = id, .type = "Deposit", .entity = "Deposit", .date = plan.date, .currency = currency}, entries);
  return id;
}

std::vector<Undeposited> collect_undeposited(Workshop& shop, const std::string& day, const std::string& currency) {
  std::vector<Undeposited> out;
  auto& open = shop.undeposited;
  const auto ready = [&](const Undeposited& money) {
    return money.date <= date::plus_days(day, -2) && !money.amount.is_zero() && money.currency == currency;
  };
  std::copy_if(open.begin(), open.end(), std::back_inserter(out), ready);
  std::erase_if(open, ready);
  return out;
}

void plan_deposits(Workshop& shop) {
  int month = 0;
  const auto days = monthly(shop, 10);
  for (const auto& day : days) {
    ++month;
    const bool last = day == days.back();  // what comes in at the end stays undeposited
    const auto work = [&shop](const std::string& today) {
      DepositPlan plan{today, collect_undeposited(shop, today)};
      if (plan.taken.empty()) return;
      Decimal sum;
      for (const auto& money : plan.taken) sum += money.amount;
      if (plan.taken.size() > 2)
        plan.direct.push_back({"Merchant Fees", -cents(Decimal::divide(sum, Decimal(50), 4, Rounding::half_up)), "Card processing"});
      if (plan.taken.size() > 4) plan.cash_back = Decimal(60);
      book_deposit(shop, plan);
    };
    shop.agenda.at(day, work);
    if (!last && month % 2 == 0) shop.agenda.at(date::plus_days(day, 15), work);
  }
  shop.agenda.at("2025-01-20", [&shop](const std::string& day) {
    const auto owner = DirectLine{"Owner's Equity:Contributions", Decimal(5000), "Owner's money"};
    book_deposit(shop, {day, {}, {owner, {"Interest Earned", Decimal::of("3.17"), "Interest"}}});
  });
  shop.agenda.at("2025-07-21", [&shop](const std::string& day) {
    const auto customer = shop.party("Customer", shop.named("Customer", "Ramirez Family"));
    book_deposit(
        shop, {day,
               {},
               {{kReceivable, Decimal(120), "Prepaid for autumn", customer}, {"Automobile:Fuel", Decimal::of("18.40"), "Refund of fuel"}}});
  });
}

}  // namespace q2o::sandbox::generator
