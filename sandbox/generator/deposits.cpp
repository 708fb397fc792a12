#include <algorithm>

#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {
namespace {

struct DirectLine {
  std::string account;
  Decimal amount;  ///< negative: a fee
  std::string memo;
  Party party = {};
};

struct DepositPlan {
  std::string date;
  std::vector<Undeposited> taken;
  std::vector<DirectLine> direct = {};
  Decimal cash_back{0};
};

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

void book_deposit(Workshop& shop, const DepositPlan& plan) {
  const auto id = shop.transaction_id();
  std::vector<Entry> entries(1);
  auto lines = Node::array();
  Decimal total;
  for (const auto& money : plan.taken) {
    lines.push(link_line(money));
    Party party;
    const Node source = shop.get(money.entity, money.id);
    if (source.has("CustomerRef")) party = shop.party("Customer", source.at("CustomerRef.value").text());
    entries.push_back({kUndeposited, -money.amount, "", party});
    total += money.amount;
  }
  int number = 0;
  for (const auto& line : plan.direct) {
    lines.push(direct_line(shop, line, ++number));
    entries.push_back({line.account, -line.amount, line.memo, line.party});
    total += line.amount;
  }
  auto object = Node::object({{"DepositToAccountRef", shop.account_ref("Checking")}});
  if (!plan.cash_back.is_zero()) {
    object.set("CashBack",
               Node::object({{"AccountRef", shop.account_ref("Petty Cash")}, {"Amount", plan.cash_back}, {"Memo", "Till money"}}));
    entries.push_back({"Petty Cash", plan.cash_back, "Till money"});
    total -= plan.cash_back;
  }
  entries.front() = {"Checking", total, ""};
  object.set("TotalAmt", total);
  const auto base = shop.begin(id, plan.date);
  for (const auto& member : base.members()) object.set(member.key, member.value);
  object.set("TxnDate", plan.date).set("CurrencyRef", shop.currency()).set("Line", std::move(lines)).set("TxnTaxDetail", Node::object());
  shop.put("Deposit", std::move(object));
  // Receipts never learn of their deposit; payments do.
  for (const auto& money : plan.taken)
    if (money.entity == "Payment") shop.link("Payment", money.id, "Deposit", id);
  shop.post({id, "Deposit", "Deposit", plan.date}, entries);
}

/// Everything that came in more than two days ago.
std::vector<Undeposited> collect(Workshop& shop, const std::string& day) {
  std::vector<Undeposited> out;
  auto& open = shop.undeposited;
  const auto ready = [&](const Undeposited& money) { return money.date <= date::plus_days(day, -2) && !money.amount.is_zero(); };
  std::copy_if(open.begin(), open.end(), std::back_inserter(out), ready);
  std::erase_if(open, ready);
  return out;
}

}  // namespace

void plan_deposits(Workshop& shop) {
  int month = 0;
  const auto days = monthly(shop, 10);
  for (const auto& day : days) {
    ++month;
    const bool last = day == days.back();  // what comes in at the end stays undeposited
    const auto work = [&shop](const std::string& today) {
      DepositPlan plan{today, collect(shop, today)};
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
