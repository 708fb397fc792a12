#include <fmt/format.h>

#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"
#include "sandbox/generator/payment.h"
#include "sandbox/generator/purchase.h"
#include "sandbox/generator/sale.h"

namespace q2o::sandbox::generator {
namespace {

struct Habit {
  const char* vendor;
  const char* account;
  int low, high;  ///< whole dollars
};

const std::vector<Habit> kHabits{
    {"Austin Energy", "Utilities:Electricity", 90, 260},
    {"Bluebonnet Insurance Agency", "Insurance:Liability", 240, 260},
    {"Capital Stone & Gravel", "Job Expenses:Materials", 150, 900},
    {"Garza Accounting", "Legal & Professional Fees:Accounting", 200, 350},
    {"Hernández Contracting", "Subcontractors", 300, 1400},
    {"Lone Star Equipment Rental", "Equipment Rental", 80, 420},
    {"Texas Tel", "Utilities:Telephone", 70, 110},
    {"Dominguez Tree Care", "Subcontractors", 250, 800},
};

void pay_bill_later(Workshop& shop, const std::string& bill, const std::string& vendor, const std::string& day) {
  if (shop.random.chance(18)) return;
  const bool card = shop.random.chance(25);
  shop.agenda.at(date::plus_days(day, shop.random.between(7, 40)), [&shop, bill, vendor, card](const std::string& today) {
    const auto open = open_balance(shop, "Bill", bill);
    if (open.sign() <= 0) return;
    book_bill_payment(shop, {today, vendor, {{"Bill", bill, open}}, card ? "Visa" : "Checking", card});
  });
}

void ordinary_bill(Workshop& shop, const std::string& day) {
  const auto& habit = shop.random.pick(kHabits);
  const auto vendor = shop.named("Vendor", habit.vendor);
  const auto amount = Decimal::of(fmt::format("{}.{:02}", shop.random.between(habit.low, habit.high), shop.random.below(100)));
  CostLine line{.account = habit.account, .amount = amount, .memo = habit.vendor};
  if (std::string_view(habit.account) == "Subcontractors" && shop.random.chance(50)) {
    line.customer = std::to_string(shop.random.between(1, 20));
    line.class_id = "2";
  }
  const std::string number = shop.random.chance(85) ? fmt::format("{}-{}", habit.vendor[0], shop.random.between(100, 999)) : "";
  const auto id = book_vendor_form(
      shop,
      {.date = day, .vendor = vendor, .lines = {line}, .number = number, .term = "3", .department = shop.random.chance(40) ? "1" : ""});
  pay_bill_later(shop, id, vendor, day);
}

/// Goods are ordered; the bill comes with them.
void restock(Workshop& shop, const std::string& day, bool with_order) {
  const auto vendor = shop.named("Vendor", shop.random.chance(50) ? "Acme Irrigation Supply" : "Rainmaker Pumps");
  const auto varied = [&](const char* cost) { return Decimal::of(cost) + Decimal::of(fmt::format("0.{:02}", shop.random.below(60))); };
  const std::vector<CostLine> lines{
      {.item = "Pump 1/2 HP", .quantity = shop.random.between(3, 6), .cost = varied("95.90"), .memo = "Pumps"},
      {.item = "Drip Kit", .quantity = shop.random.between(8, 14), .cost = varied("20.90"), .memo = "Drip kits"},
      {.item = "Sprinkler Head", .quantity = shop.random.between(20, 40), .cost = varied("2.10"), .memo = "Heads"},
      {.item = "Controller", .quantity = shop.random.between(2, 5), .cost = varied("117.50"), .memo = "Controllers"},
      {.account = "Freight In", .amount = Decimal::of("38.75"), .memo = "Freight"}};
  const std::vector<CostLine> goods(lines.begin(), lines.end() - 1);
  const auto order =
      with_order ? book_vendor_form(
                       shop, {.entity = "PurchaseOrder", .date = day, .vendor = vendor, .lines = goods, .number = shop.purchase_number()})
                 : "";
  shop.agenda.at(with_order ? date::plus_days(day, 6) : day, [&shop, vendor, lines, order](const std::string& today) {
    const auto bill = book_vendor_form(shop, {.date = today,
                                              .vendor = vendor,
                                              .lines = lines,
                                              .number = fmt::format("INV{}", shop.random.between(10000, 99999)),
                                              .term = "3",
                                              .order = order});
    pay_bill_later(shop, bill, vendor, today);
  });
}

/// A credit from the vendor is used up by the next payment; another one pays a bill completely.
void credit_stories(Workshop& shop) {
  shop.agenda.at("2025-04-22", [&shop](const std::string& day) {
    const auto lumber = shop.named("Vendor", "Westlake Lumber");
    const auto bill =
        book_vendor_form(shop, {.date = day,
                                .vendor = lumber,
                                .lines = {{.account = "Job Expenses:Materials", .amount = Decimal::of("412.30"), .memo = "Cedar"}},
                                .number = "WL-77",
                                .term = "3"});
    const auto credit =
        book_vendor_form(shop, {.entity = "VendorCredit",
                                .date = "2025-04-29",
                                .vendor = lumber,
                                .lines = {{.account = "Job Expenses:Materials", .amount = Decimal::of("62.30"), .memo = "Split boards"}},
                                .number = "WL-77C"});
    shop.agenda.at("2025-05-15", [&shop, lumber, bill, credit](const std::string& today) {
      book_bill_payment(shop, {today, lumber, {{"Bill", bill, Decimal::of("412.30")}, {"VendorCredit", credit, Decimal::of("62.30")}}});
    });
  });
  shop.agenda.at("2025-08-19", [&shop](const std::string& day) {
    const auto carrier = shop.named("Vendor", "United Carriers");
    const auto bill = book_vendor_form(shop, {.date = day,
                                              .vendor = carrier,
                                              .lines = {{.account = "Freight In", .amount = Decimal(90), .memo = "Pallet"}},
                                              .number = "UC-1",
                                              .term = "3"});
    const auto second = book_vendor_form(shop, {.date = day,
                                                .vendor = carrier,
                                                .lines = {{.account = "Freight In", .amount = Decimal(45), .memo = "Parcel"}},
                                                .number = "UC-1",
                                                .term = "3"});
    book_vendor_form(shop, {.entity = "VendorCredit",
                            .date = day,
                            .vendor = carrier,
                            .lines = {{.account = "Freight In", .amount = Decimal(15), .memo = "Delay"}}});
    shop.agenda.at("2025-09-09", [&shop, carrier, bill, second](const std::string& today) {
      book_bill_payment(shop, {today, carrier, {{"Bill", bill, Decimal(90)}, {"Bill", second, Decimal(20)}}, "Visa", true});
    });
  });
}

void rent(Workshop& shop, const std::string& day) {
  const auto vendor = shop.named("Vendor", "Mesquite Office Park");
  const auto id = book_vendor_form(shop, {.date = day,
                                          .vendor = vendor,
                                          .lines = {{.account = "Rent or Lease", .amount = Decimal(1850), .memo = "Rent"}},
                                          .term = "1",
                                          .department = "1"});
  shop.agenda.at(date::plus_days(day, 3), [&shop, id, vendor](const std::string& today) {
    book_bill_payment(shop, {today, vendor, {{"Bill", id, Decimal(1850)}}});
  });
}

}  // namespace

void plan_bills(Workshop& shop) {
  for (const auto& first : monthly(shop, 1)) {
    shop.agenda.at(first, [&shop](const std::string& day) { rent(shop, day); });
    for (int i = shop.random.below(2); i < 2; ++i)
      shop.agenda.at(date::plus_days(first, shop.random.below(27)), [&shop](const std::string& day) { ordinary_bill(shop, day); });
  }
  for (const auto* day : {"2024-11-03", "2025-01-09", "2025-03-05", "2025-05-07", "2025-07-02", "2025-09-03", "2025-11-05"}) {
    const bool with_order = std::string_view(day) > "2025";
    shop.agenda.at(day, [&shop, with_order](const std::string& today) { restock(shop, today, with_order); });
  }
  shop.agenda.at("2025-12-18", [&shop](const std::string& day) {
    book_vendor_form(shop, {.entity = "PurchaseOrder",
                            .date = day,
                            .vendor = shop.named("Vendor", "Rainmaker Pumps"),
                            .lines = {{.item = "Pump 1/2 HP", .quantity = 4, .cost = Decimal::of("97.00"), .memo = "For January"}},
                            .number = shop.purchase_number()});
  });
  credit_stories(shop);
}

}  // namespace q2o::sandbox::generator
