#include <fmt/format.h>

#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"
#include "sandbox/generator/purchase.h"

namespace q2o::sandbox::generator {
namespace {

struct Habit {
  const char* vendor;
  const char* account;
  const char* money;
  const char* type;
  const char* wording;
  int low, high;
};

const std::vector<Habit> kHabits{
    {"Cedar Park Fuel", "Automobile:Fuel", "Fuel Card", "CreditCard", "Credit Card Expense", 35, 90},
    {"Peña's Taquería", "Meals and Entertainment", "Petty Cash", "Cash", "Cash Expense", 8, 19},
    {"Nextdoor Ads", "Advertising", "Visa", "CreditCard", "Credit Card Expense", 25, 120},
    {"City Permit Office", "Job Expenses:Permits", "Checking", "Check", "Check", 40, 160},
    {"Westlake Lumber", "Job Expenses:Materials", "Checking", "Cash", "Expense", 30, 240},
    {"Texas Tel", "Utilities:Telephone", "Visa", "CreditCard", "Credit Card Expense", 40, 60},
};

void ordinary(Workshop& shop, const std::string& day) {
  const auto& habit = shop.random.pick(kHabits);
  const auto amount = Decimal::of(fmt::format("{}.{:02}", shop.random.between(habit.low, habit.high), shop.random.below(100)));
  CostLine line{.account = habit.account, .amount = amount, .memo = shop.random.chance(40) ? habit.vendor : ""};
  if (shop.random.chance(20)) line.class_id = "1";
  Spending spending{.date = day,
                    .money_account = habit.money,
                    .payment_type = habit.type,
                    .wording = habit.wording,
                    .payee = shop.party("Vendor", shop.named("Vendor", habit.vendor)),
                    .lines = {line}};
  if (std::string_view(habit.type) == "Check") spending.number = shop.check_number();
  if (shop.random.chance(15)) spending.payee = {};
  book_spending(shop, spending);
}

/// Checks and cards that post where expenses seldom go.
void special(Workshop& shop) {
  const auto on = [&shop](const char* day, Spending spending) {
    shop.agenda.at(day, [&shop, spending](const std::string& today) mutable {
      spending.date = today;
      book_spending(shop, spending);
    });
  };
  const auto vendor = [&shop](const char* name) { return shop.party("Vendor", shop.named("Vendor", name)); };
  const auto customer = shop.party("Customer", shop.named("Customer", "Quail Creek Golf"));
  on("2025-02-25", {.money_account = "Visa",
                    .payment_type = "CreditCard",
                    .wording = "Credit Card Credit",
                    .payee = vendor("Nextdoor Ads"),
                    .lines = {{.account = "Advertising", .amount = Decimal::of("31.20"), .memo = "Refused ad"}},
                    .credit = true});
  on("2025-03-20", {.payment_type = "Check",
                    .wording = "Check",
                    .payee = vendor("United Carriers"),
                    .lines = {{.account = kPayable, .amount = Decimal(100), .memo = "Advance"}},
                    .number = "Debit",
                    .note = "Prepayment of freight"});
  on("2025-04-25", {.payment_type = "Check",
                    .wording = "Check",
                    .payee = customer,
                    .lines = {{.account = kReceivable, .amount = Decimal(75), .memo = "Refund of overpayment", .customer = customer.id}},
                    .number = shop.check_number()});
  on("2025-05-13", {.payment_type = "Cash",
                    .wording = "Expense",
                    .payee = vendor("Acme Irrigation Supply"),
                    .lines = {{.item = "Sprinkler Head", .quantity = 10, .cost = Decimal::of("2.55"), .memo = "Urgent heads"},
                              {.account = "Job Expenses:Materials", .amount = Decimal::of("14.99"), .memo = "Glue"},
                              {.account = "Discounts Given", .amount = Decimal::of("-2.00"), .memo = "Coupon"}}});
  on("2025-06-10", {.money_account = "Visa",
                    .payment_type = "CreditCard",
                    .wording = "Credit Card Expense",
                    .payee = vendor("Dominguez Tree Care"),
                    .lines = {{.account = "Job Expenses:Materials:Plants",
                               .amount = Decimal::of("88.00"),
                               .memo = "Shrubs for the winery",
                               .customer = shop.named("Customer", "Hill Country Winery"),
                               .billable = true,
                               .class_id = "2"}}});
  on("2025-07-11", {.money_account = "Old Checking",
                    .payment_type = "Check",
                    .wording = "Check",
                    .payee = {"Employee", "61", "Maria Delgado"},
                    .lines = {{.account = "Employee Advances", .amount = Decimal(150), .memo = "Advance"}},
                    .number = "9001"});
  on("2025-09-22", {.payment_type = "Cash",
                    .wording = "Expense",
                    .payee = vendor("Bluebonnet Insurance Agency"),
                    .lines = {{.account = "Prepaid Expenses", .amount = Decimal(960), .memo = "Insurance for a year"},
                              {.account = "Insurance:Workers Compensation", .amount = Decimal::of("310.45")}}});
}

}  // namespace

void plan_expenses(Workshop& shop) {
  for (const auto& first : monthly(shop, 1))
    for (int i = 0; i < 3; ++i)
      shop.agenda.at(date::plus_days(first, shop.random.below(27)), [&shop](const std::string& day) { ordinary(shop, day); });
  special(shop);
}

}  // namespace q2o::sandbox::generator
