#include <fmt/format.h>

#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"
#include "sandbox/generator/journal.h"
#include "sandbox/generator/money.h"
#include "sandbox/generator/payment.h"
#include "sandbox/generator/purchase.h"
#include "sandbox/generator/sale.h"

/// Customers, vendors and banks in other currencies: documents at the rate of their day, gains and losses when they are paid.
namespace q2o::sandbox::generator {
namespace {

struct Side {
  std::string code, bank;
};

Side side(const Workshop& shop, int which) {
  const std::string code = shop.profile.foreign[static_cast<std::size_t>(which)].code;
  return {code, code + " Account"};
}

std::string sell(Workshop& shop, const std::string& day, const std::string& customer, int hours) {
  return book_sale(shop, {.date = day,
                          .customer = customer,
                          .lines = {{.item = "Design", .quantity = Decimal::of_unscaled(hours * 25, 2)},
                                    {.item = "PVC Pipe 10 ft", .quantity = Decimal(hours % 5 + 1)}},
                          .term = "3"});
}

std::string buy(Workshop& shop, const std::string& day, const std::string& vendor, const Decimal& amount, const char* entity = "Bill") {
  return book_vendor_form(shop, {.entity = entity,
                                 .date = day,
                                 .vendor = vendor,
                                 .lines = {{.account = "Job Expenses:Materials", .amount = amount, .memo = "Imported"},
                                           {.account = "Freight In", .amount = Decimal::of("12.35"), .memo = "Freight"}},
                                 .number = fmt::format("{}-{}", vendor, day.substr(5)),
                                 .term = "3"});
}

void receive(Workshop& shop, const std::string& day, const std::string& customer, const std::string& invoice, const Decimal& amount,
             const std::string& money) {
  book_payment(shop, {.date = day,
                      .customer = customer,
                      .applied = {{"Invoice", invoice, amount}},
                      .money_account = money,
                      .method = "4",
                      .reference = "W" + day.substr(5)});
}

/// An invoice of every second month: paid whole, in two parts of which the first goes to the home bank, or by way of undeposited money.
void sales(Workshop& shop, const std::string& day, int turn) {
  const std::string customer = turn % 3 == 0 ? "73" : turn % 3 == 1 ? "71" : "72";
  const auto bank = side(shop, turn % 3 == 0 ? 1 : 0).bank;
  const auto invoice = sell(shop, day, customer, 9 + turn * 7 % 23);
  if (turn % 5 == 4) return;  // never paid
  shop.agenda.at(date::plus_days(day, 26), [&shop, invoice, customer, bank, turn](const std::string& today) {
    const auto open = open_balance(shop, "Invoice", invoice);
    const auto third = cents(Decimal::divide(open, Decimal(3), 4, Rounding::half_up));
    if (turn % 4 == 2) return receive(shop, today, customer, invoice, open, kUndeposited);
    if (turn % 4 != 1) return receive(shop, today, customer, invoice, open, bank);
    receive(shop, today, customer, invoice, third, "Checking");
    shop.agenda.at(date::plus_days(today, 12), [&shop, invoice, customer, bank](const std::string& later) {
      receive(shop, later, customer, invoice, open_balance(shop, "Invoice", invoice), bank);
    });
  });
}

void purchases(Workshop& shop, const std::string& day, int turn) {
  const std::string vendor = turn % 3 == 0 ? "83" : turn % 3 == 1 ? "81" : "82";
  const auto own = side(shop, turn % 3 == 0 ? 1 : 0);
  const auto bill = buy(shop, day, vendor, Decimal::of_unscaled(18'333 + turn * 1'717, 2));
  if (turn % 6 == 5) return;
  const bool card = turn % 3 != 0 && turn % 4 == 1;
  const auto money = card ? own.code + " Card" : turn % 5 == 2 ? std::string("Checking") : own.bank;
  shop.agenda.at(date::plus_days(day, 21), [&shop, bill, vendor, money, card](const std::string& today) {
    book_bill_payment(shop, {today, vendor, {{"Bill", bill, open_balance(shop, "Bill", bill)}}, money, card});
  });
}

/// What goes straight through the foreign bank and card.
void spending(Workshop& shop, const std::string& day, int turn) {
  const auto own = side(shop, turn % 2);
  const bool card = turn % 2 == 0 && turn % 4 == 0;
  book_spending(shop, {.date = day,
                       .money_account = card ? own.code + " Card" : own.bank,
                       .payment_type = card ? "CreditCard" : "Cash",
                       .wording = card ? "Credit Card Expense" : "Expense",
                       .lines = {{.account = "Travel", .amount = Decimal::of_unscaled(4'115 + turn * 333, 2), .memo = "Abroad"},
                                 {.account = "Bank Charges", .amount = Decimal::of("1.17")}}});
}

/// A credit that is worth another amount than the invoice that it pays: nothing moves but gain or loss.
void credits(Workshop& shop, const std::string& day) {
  const std::string customer = "71", vendor = "81";
  const auto invoice = sell(shop, day, customer, 31);
  const auto bill = buy(shop, day, vendor, Decimal(400));
  const auto later = date::plus_days(day, 17);
  shop.agenda.at(later, [&shop, customer, vendor, invoice, bill](const std::string& today) {
    const auto credit = book_sale(
        shop, {.entity = "CreditMemo", .date = today, .customer = customer, .lines = {{.item = "Design", .quantity = Decimal(2)}}});
    const auto amount = open_balance(shop, "CreditMemo", credit);
    book_payment(shop, {.date = today, .customer = customer, .applied = {{"Invoice", invoice, amount}, {"CreditMemo", credit, amount}}});
    const auto back = buy(shop, today, vendor, Decimal::of("87.65"), "VendorCredit");
    book_bill_payment(
        shop,
        {today, vendor, {{"Bill", bill, open_balance(shop, "Bill", bill)}, {"VendorCredit", back, Decimal(100)}}, side(shop, 0).bank});
  });
}

/// Sold and refunded at once, in the foreign bank; a till of foreign money that is deposited weeks later at another rate.
void over_the_counter(Workshop& shop, const std::string& day) {
  const auto own = side(shop, 0);
  Sale sale{.entity = "SalesReceipt",
            .date = day,
            .customer = "72",
            .lines = {{.item = "Maintenance", .quantity = Decimal(3)}, {.item = "Mulch, yard", .quantity = Decimal(2)}},
            .money_account = own.bank,
            .method = "4"};
  book_sale(shop, sale);
  sale.money_account = kUndeposited;
  sale.method = "1";
  book_sale(shop, sale);
  sale.entity = "RefundReceipt";
  sale.money_account = own.bank;
  sale.lines.pop_back();
  book_sale(shop, sale);
}

void deposit(Workshop& shop, const std::string& day) {
  for (const int which : {0, 1}) {
    const auto own = side(shop, which);
    DepositPlan plan{.date = day, .taken = collect_undeposited(shop, day, own.code), .bank = own.bank};
    if (plan.taken.empty()) continue;
    plan.direct.push_back({"Merchant Fees", Decimal::of("-2.40"), "Card processing"});
    book_deposit(shop, plan);
  }
}

Decimal at_home(const Node& document, const Decimal& rate) {
  return cents(document["Balance"].decimal() * rate) - document["HomeBalance"].decimal();
}

/// The ledger alone knows it: what is owed in other currencies is worth more or less today. Taken back the day after, as accountants do.
void revalue(Workshop& shop, const std::string& day) {
  struct Change {
    std::string account;
    Party party;
    Decimal amount;
  };
  std::vector<Change> changes;
  for (const auto& [entity, name, control, sign] :
       {std::tuple{"Invoice", "Customer", kReceivable, 1}, std::tuple{"Bill", "Vendor", kPayable, -1}})
    for (const auto& document : shop.company.of(entity)) {
      if (!document.has("HomeBalance") || document["Balance"].decimal().is_zero()) continue;
      const auto& code = document.at("CurrencyRef.value").text();
      const auto change = at_home(document, shop.rate(code, day));
      const auto party = shop.party(name, document.at(std::string(name) + "Ref.value").text());
      if (!change.is_zero()) changes.push_back({Workshop::control(control, code), party, sign > 0 ? change : -change});
    }
  for (const auto& [when, sign] : {std::pair{day, 1}, std::pair{date::plus_days(day, 1), -1}})
    for (const auto& foreign : shop.profile.foreign) {
      std::vector<Entry> entries;
      Decimal sum;
      for (const auto& change : changes) {
        if (!change.account.ends_with(foreign.code)) continue;
        const auto amount = sign > 0 ? change.amount : -change.amount;
        entries.push_back({.account = change.account, .amount = Decimal{}, .memo = "Revaluation", .party = change.party, .home = amount});
        sum += amount;
      }
      if (entries.empty()) continue;
      entries.push_back({.account = kExchange, .amount = -sum, .memo = "Revaluation", .at_home = true});
      shop.post({.id = shop.transaction_id(), .type = "Home Currency Adjustment", .entity = "", .date = when, .currency = foreign.code},
                entries);
    }
}

}  // namespace

void plan_foreign(Workshop& shop) {
  for (const int which : {0, 1})
    shop.agenda.at(date::plus_days(shop.size.first_day, 4 + which), [&shop, which](const std::string& today) {
      book_transfer(shop, today, "Checking", side(shop, which).bank, Decimal(2500), "Opened");
    });
  int turn = 0;
  for (const auto& day : monthly(shop, 6)) {
    ++turn;
    shop.agenda.at(day, [&shop, turn](const std::string& today) { sales(shop, today, turn); });
    shop.agenda.at(date::plus_days(day, 3), [&shop, turn](const std::string& today) { purchases(shop, today, turn); });
    shop.agenda.at(date::plus_days(day, 8), [&shop, turn](const std::string& today) { spending(shop, today, turn); });
    if (turn % 4 == 0) shop.agenda.at(day, [&shop](const std::string& today) { over_the_counter(shop, today); });
    if (turn % 3 == 0) shop.agenda.at(date::plus_days(day, 20), [&shop](const std::string& today) { deposit(shop, today); });
    if (turn % 6 == 2)
      shop.agenda.at(date::plus_days(day, 11), [&shop](const std::string& today) {
        book_transfer(shop, today, side(shop, 0).bank, "Checking", Decimal::of("200.01"), "Brought home");
      });
  }
  for (const auto* month_and_day : {"-05-12", "-09-08"})
    for (const auto& day : yearly(shop, month_and_day)) shop.agenda.at(day, [&shop](const std::string& today) { credits(shop, today); });
  for (const auto* month_and_day : {"-03-31", "-06-30", "-09-30"})
    for (const auto& day : yearly(shop, month_and_day)) shop.agenda.at(day, [&shop](const std::string& today) { revalue(shop, today); });
  for (const auto& day : yearly(shop, "-08-14"))
    shop.agenda.at(day, [&shop](const std::string& today) {
      const auto own = side(shop, 0);
      book_journal(shop, today, "JE-FX",
                   {{"Bank Charges", Decimal::of("9.99"), "Fee abroad"}, {own.bank, Decimal::of("-9.99"), "Fee abroad"}}, false, own.code);
    });
}

}  // namespace q2o::sandbox::generator
