#include <fmt/format.h>

#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"
#include "sandbox/generator/journal.h"
#include "sandbox/generator/money.h"
#include "sandbox/generator/payment.h"
#include "sandbox/generator/purchase.h"

/// Bills, expenses and movements of every shape that breaks readers of accounts. Each round has each of them.
namespace q2o::sandbox::generator {
namespace {

Decimal owed(Workshop& shop, const char* entity, const std::string& id) {
  return std::as_const(shop.get(entity, id))["Balance"].decimal();
}

std::string form(Workshop& shop, const std::string& day, const std::string& vendor, const char* entity, const char* amount,
                 const char* code = "") {
  return book_vendor_form(
      shop, {.entity = entity,
             .date = day,
             .vendor = vendor,
             .lines = {{.account = "Job Expenses:Materials", .amount = Decimal::of(amount), .memo = "Boards", .tax_code = code}},
             .number = fmt::format("HB-{}", day.substr(5, 2)),
             .term = "3"});
}

/// A vendor's credit as part of a payment, and one that pays a bill alone: a payment of 0.00.
void bill_payments(Workshop& shop, const std::string& day) {
  const auto vendor = shop.named("Vendor", "Westlake Lumber");
  const auto first = form(shop, day, vendor, "Bill", "310.40"), second = form(shop, day, vendor, "Bill", "75.15");
  const auto part = form(shop, day, vendor, "VendorCredit", "40.40"), whole = form(shop, day, vendor, "VendorCredit", "75.15");
  book_bill_payment(shop, {date::plus_days(day, 2),
                           vendor,
                           {{"Bill", first, owed(shop, "Bill", first)}, {"VendorCredit", part, owed(shop, "VendorCredit", part)}}});
  const auto amount = owed(shop, "VendorCredit", whole);
  book_bill_payment(shop, {date::plus_days(day, 3), vendor, {{"Bill", second, amount}, {"VendorCredit", whole, amount}}});
}

void spending(Workshop& shop, const std::string& day, int turn) {
  const auto vendor = shop.party("Vendor", turn == 1 ? "84" : "85");
  const auto customer = shop.party("Customer", std::to_string(3 + turn));
  book_spending(shop, {.date = day,
                       .money_account = turn == 2 ? "Fuel Card" : "Visa",
                       .payment_type = "CreditCard",
                       .wording = "Credit Card Credit",
                       .payee = vendor,
                       .lines = {{.account = "Repairs", .amount = Decimal::of("22.10"), .memo = "Taken back"}},
                       .credit = true});
  book_spending(shop, {.date = day,
                       .payment_type = "Check",
                       .wording = "Check",
                       .payee = vendor,
                       .lines = {{.account = kPayable, .amount = Decimal(60 + turn), .memo = "Advance"}},
                       .number = shop.check_number()});
  book_spending(shop, {.date = day,
                       .payment_type = "Check",
                       .wording = "Check",
                       .payee = customer,
                       .lines = {{.account = kReceivable, .amount = Decimal(15 + turn), .memo = "Money back", .customer = customer.id}},
                       .number = shop.check_number()});
}

void entries(Workshop& shop, const std::string& day, int turn) {
  const auto customer = shop.party("Customer", std::to_string(7 + turn)), vendor = shop.party("Vendor", std::to_string(34 + turn));
  book_journal(shop, day, fmt::format("ARJ-{}", turn),
               {{kReceivable, Decimal(-18), "Written off", customer}, {"Bank Charges", Decimal(18), "Written off"}});
  book_journal(shop, day, fmt::format("APJ-{}", turn),
               {{kPayable, Decimal(27), "Set right", vendor}, {"Job Expenses:Materials", Decimal(-27), "Set right"}});
  book_journal(shop, day, fmt::format("BNK-{}", turn),
               {{"Checking", Decimal::of("4.20"), "Interest"}, {"Interest Earned", Decimal::of("-4.20"), "Interest"}});
}

/// Undeposited or not: money in, a fee off it, some of it back in cash.
void deposit(Workshop& shop, const std::string& day) {
  book_deposit(shop, {.date = day,
                      .direct = {{"Owner's Equity:Contributions", Decimal(300), "Owner's money"},
                                 {"Merchant Fees", Decimal::of("-4.75"), "Counting fee"}},
                      .cash_back = Decimal(40)});
}

/// Tax that the buyer owes: on one side of the return and on the other.
void reverse_charge(Workshop& shop, const std::string& day) {
  for (const auto& code : shop.profile.codes) {
    if (code.purchases.size() != 2 || !code.active) continue;
    const auto id = form(shop, day, "84", "Bill", "512.35", code.id);
    shop.agenda.at(date::plus_days(day, 20), [&shop, id](const std::string& today) {
      book_bill_payment(shop, {today, "84", {{"Bill", id, owed(shop, "Bill", id)}}});
    });
    book_spending(shop,
                  {.date = day,
                   .payee = shop.party("Vendor", "85"),
                   .lines = {{.account = "Advertising", .amount = Decimal::of("81.29"), .memo = "Bought abroad", .tax_code = code.id}}});
  }
}

void ahead(Workshop& shop, const std::string& today) {
  book_vendor_form(shop, {.date = date::plus_days(today, 35),
                          .vendor = shop.named("Vendor", "Garza Accounting"),
                          .lines = {{.account = "Legal & Professional Fees:Accounting", .amount = Decimal(250), .memo = "Annual accounts"}},
                          .number = "NEXT-1",
                          .term = "3",
                          .typed_on = today});
}

}  // namespace

void plan_hard_money(Workshop& shop) {
  int turn = 0;
  for (const auto* first : {"2025-02-12", "2025-06-11", "2025-10-14"}) {
    const auto on = [&](int later, const auto& work) { shop.agenda.at(date::plus_days(first, later), work); };
    on(0, [&shop](const std::string& day) { bill_payments(shop, day); });
    on(4, [&shop, turn](const std::string& day) { spending(shop, day, turn); });
    on(5, [&shop, turn](const std::string& day) { entries(shop, day, turn); });
    on(6, [&shop](const std::string& day) { deposit(shop, day); });
    on(7, [&shop](const std::string& day) { reverse_charge(shop, day); });
    ++turn;
  }
  shop.agenda.at(kLastDay, [&shop](const std::string& today) { ahead(shop, today); });
}

}  // namespace q2o::sandbox::generator
