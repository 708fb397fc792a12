#include <fmt/format.h>

#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"
#include "sandbox/generator/sale.h"

namespace q2o::sandbox::generator {
namespace {

void append(Node& object, const Node& base) {
  for (const auto& member : base.members()) object.set(member.key, member.value);
}

void book_time(Workshop& shop, const std::string& day, int number) {
  const bool vendor = number % 5 == 0;
  auto object =
      Node::object({{"TxnDate", day}, {"NameOf", vendor ? "Vendor" : "Employee"}, {"Description", vendor ? "Tree work" : "Garden work"}});
  object.set("ItemRef", shop.ref("Item", shop.named("Item", "Installation")))
      .set("Hours", 1 + number % 7)
      .set("Minutes", number % 2 == 0 ? 30 : 0);
  object.set("BillableStatus", number % 3 == 0 ? "NotBillable" : "Billable").set("HourlyRate", Decimal::of("72.50")).set("Taxable", false);
  if (vendor)
    object.set("VendorRef", shop.ref("Vendor", shop.named("Vendor", "Dominguez Tree Care")));
  else
    object.set("EmployeeRef", shop.ref("Employee", number % 2 == 0 ? "61" : "62"));
  object.set("CustomerRef", shop.ref("Customer", std::to_string(1 + number)));
  // Ids of their own, which collide with those of transactions.
  append(object, shop.begin(std::to_string(number), day));
  shop.put("TimeActivity", std::move(object));
}

/// Hours that were put on an invoice: both sides know it.
void bill_time(Workshop& shop, const std::string& day, int number) {
  const auto id = std::to_string(number);
  auto& activity = shop.get("TimeActivity", id);
  const Node hours = activity;
  activity.set("BillableStatus", "HasBeenBilled");
  shop.touch(activity, day);
  const auto time = hours["Hours"].decimal() + Decimal::divide(hours["Minutes"].decimal(), Decimal(60), 2, Rounding::half_up);
  const auto customer = hours.at("CustomerRef.value").text();
  const auto invoice =
      book_sale(shop, {.date = day, .customer = customer, .lines = {{"Installation", time, std::nullopt, "Garden work"}}, .term = "3"});
  shop.link("Invoice", invoice, "TimeActivity", id);
}

/// An expense for a customer, billed on: the charge itself posts nothing.
void reimburse(Workshop& shop) {
  shop.agenda.at("2025-06-12", [&shop](const std::string& day) {
    const auto winery = shop.named("Customer", "Hill Country Winery");
    const auto id = shop.transaction_id();
    const auto invoice = book_sale(
        shop,
        {.date = day, .customer = winery, .lines = {{"Billable Expense", Decimal(1), Decimal(88), "Shrubs for the winery"}}, .term = "5"});
    auto line = Node::object({{"Id", "1"},
                              {"LineNum", 1},
                              {"Description", "Shrubs for the winery"},
                              {"Amount", 88},
                              {"LinkedTxn", Node::array({Node::object({{"TxnId", invoice}, {"TxnType", "Invoice"}})})},
                              {"DetailType", "ReimburseLineDetail"}});
    line.set("ReimburseLineDetail", Node::object({{"ItemRef", shop.ref("Item", shop.named("Item", "Billable Expense"))},
                                                  {"ItemAccountRef", shop.account_ref("Billable Expense Income")},
                                                  {"TaxCodeRef", Node::object({{"value", "NON"}})}}));
    auto object = Node::object({{"CustomerRef", shop.ref("Customer", winery)}, {"HasBeenInvoiced", true}, {"Amount", 88}});
    append(object, shop.begin(id, day));
    object.set("TxnDate", day)
        .set("CurrencyRef", shop.currency())
        .set("LinkedTxn", Node::array({Node::object({{"TxnId", invoice}, {"TxnType", "Invoice"}})}));
    object.set("Line", Node::array({std::move(line)}));
    shop.put("ReimburseCharge", std::move(object));
    shop.link("Invoice", invoice, "ReimburseCharge", id);
  });
}

void recurring(Workshop& shop) {
  const auto id = shop.transaction_id();
  auto bill = Node::object(
      {{"RecurringInfo",
        Node::object({{"Active", true},
                      {"RecurType", "Automated"},
                      {"Name", "Office rent"},
                      {"ScheduleInfo",
                       Node::object({{"NumInterval", 1}, {"NextDate", "2026-01-01"}, {"DayOfMonth", 1}, {"IntervalType", "Monthly"}})}})},
       {"RecurDataRef", Node::object({{"value", "1"}})},
       {"CurrencyRef", shop.currency()},
       {"TotalAmt", 1850},
       {"APAccountRef", shop.account_ref(kPayable)},
       {"VendorRef", shop.ref("Vendor", shop.named("Vendor", "Mesquite Office Park"))},
       {"Balance", 1850}});
  bill.set("Line",
           Node::array({Node::object({{"Id", "1"},
                                      {"LineNum", 1},
                                      {"Description", "Rent"},
                                      {"Amount", 1850},
                                      {"DetailType", "AccountBasedExpenseLineDetail"},
                                      {"AccountBasedExpenseLineDetail", Node::object({{"AccountRef", shop.account_ref("Rent or Lease")},
                                                                                      {"BillableStatus", "NotBillable"}})}})}));
  append(bill, shop.begin(id, shop.size.first_day));
  shop.put("RecurringTransaction", Node::object({{"Bill", std::move(bill)}}));
}

void budget(Workshop& shop) {
  auto details = Node::array();
  for (int month = 1; month <= 12; ++month)
    for (const auto* account : {"Services:Maintenance", "Advertising"})
      details.push(Node::object({{"BudgetDate", fmt::format("2025-{:02}-01", month)},
                                 {"Amount", std::string_view(account) == "Advertising" ? 90 : 1500},
                                 {"AccountRef", shop.account_ref(account)}}));
  auto object = Node::object({{"Name", "Plan 2025"},
                              {"StartDate", "2025-01-01"},
                              {"EndDate", "2025-12-31"},
                              {"BudgetType", "ProfitAndLoss"},
                              {"BudgetEntryType", "Monthly"},
                              {"Active", true},
                              {"BudgetDetail", std::move(details)}});
  append(object, shop.begin("1", "2025-01-03"));
  shop.put("Budget", std::move(object));
}

}  // namespace

void plan_activities(Workshop& shop) {
  recurring(shop);
  reimburse(shop);
  for (int i = 1; i <= 10; ++i)
    shop.agenda.at(date::plus_days("2025-02-03", i * 23), [&shop, i](const std::string& day) { book_time(shop, day, i); });
  shop.agenda.at("2025-06-04", [&shop](const std::string& day) { bill_time(shop, day, 4); });
  shop.agenda.at(kLastDay, [&shop](const std::string&) {
    put_attachments(shop);
    budget(shop);
  });
}

}  // namespace q2o::sandbox::generator
