#include "sandbox/generator/families.h"
#include "sandbox/generator/journal.h"
#include "sandbox/generator/payment.h"

namespace q2o::sandbox::generator {
namespace {

void depreciation(Workshop& shop, const std::string& day) {
  book_journal(shop, day, "DEP",
               {{"Depreciation", Decimal(220), "Truck"},
                {"Depreciation", Decimal(60), "Mower"},
                {"Vehicles:Depreciation", Decimal(-220), "Truck"},
                {"Machinery:Depreciation", Decimal(-60), "Mower"}},
               true);
}

/// A debt that came over from the old books and is paid here; a bad debt; a vendor's balance.
void parties(Workshop& shop) {
  shop.agenda.at("2025-01-15", [&shop](const std::string& day) {
    const auto diner = shop.party("Customer", shop.named("Customer", "Dave's Diner"));
    const auto id = book_journal(shop, day, "JE-1",
                                 {{kReceivable, Decimal::of("340.00"), "From the old books", diner},
                                  {"Opening Balance Equity", Decimal::of("-340.00"), "From the old books"}});
    shop.agenda.at("2025-02-03", [&shop, id, diner](const std::string& today) {
      book_payment(shop, {today, diner.id, {{"JournalEntry", id, Decimal::of("340.00")}}, Decimal(0), "Checking", "4"});
    });
  });
  shop.agenda.at("2025-03-31", [&shop](const std::string& day) {
    const auto pumps = shop.party("Vendor", shop.named("Vendor", "Rainmaker Pumps"));
    book_journal(
        shop, day, "",
        {{"Repairs", Decimal::of("129.50"), "Repair on account", {}, "1"}, {kPayable, Decimal::of("-129.50"), "Repair on account", pumps}});
  });
  shop.agenda.at("2025-12-30", [&shop](const std::string& day) {
    const auto nguyen = shop.party("Customer", shop.named("Customer", "Nguyen Residence"));
    book_journal(shop, day, "JE-9",
                 {{"Bank Charges", Decimal::of("12.00"), "Returned check"},
                  {"Checking", Decimal::of("-12.00"), "Returned check"},
                  {kReceivable, Decimal::of("12.00"), "Returned check", nguyen},
                  {"Services:Maintenance", Decimal::of("-12.00"), "Fee charged on"}});
  });
}

}  // namespace

void plan_opening(Workshop& shop) {
  shop.agenda.at(shop.size.first_day, [&shop](const std::string& day) {
    book_journal(shop, day, "OPEN",
                 {{"Checking", Decimal::of("18250.00"), "Opening balance"},
                  {"Old Checking", Decimal(1000), "Opening balance"},
                  {"Savings", Decimal(6000), "Opening balance"},
                  {"Petty Cash", Decimal(150), "Opening balance"},
                  {"Vehicles:Original Cost", Decimal(24500), "Truck"},
                  {"Machinery:Original Cost", Decimal(7200), "Mower and trencher"},
                  {"Security Deposits", Decimal(1850), "Office"},
                  {"Visa", Decimal::of("-412.60"), "Opening balance"},
                  {"Equipment Loan", Decimal(-15000), "Bank loan"},
                  {"Opening Balance Equity", Decimal::of("-43537.40"), "Opening balance"}});
    const auto start = [&](const char* item, int count, const char* cost) {
      book_adjustment(shop, day, "START", "Opening Balance Equity", item, count, Decimal::of(cost),
                      std::string("Opening inventory for ") + item);
    };
    start("Pump 1/2 HP", 6, "92.00");
    start("Drip Kit", 15, "20.00");
    start("Sprinkler Head", 120, "2.10");
    start("Controller", 5, "115.25");
  });
}

void plan_entries(Workshop& shop) {
  for (const auto* month_and_day : {"-12-31", "-03-31", "-06-30", "-09-30"})
    for (const auto& day : yearly(shop, month_and_day))
      shop.agenda.at(day, [&shop](const std::string& today) { depreciation(shop, today); });
  parties(shop);
  shop.agenda.at("2025-06-30", [&shop](const std::string& day) {
    book_adjustment(shop, day, "ADJ-1", "Inventory Shrinkage", "Sprinkler Head", -7, Decimal(0), "Lost");
  });
  shop.agenda.at("2025-12-31", [&shop](const std::string& day) {
    book_adjustment(shop, day, "ADJ-2", "Inventory Shrinkage", "Drip Kit", 2, Decimal::of("21.00"), "Found");
  });
  shop.agenda.at("2025-12-31", [&shop](const std::string& day) {
    book_journal(shop, day, "JE-10",
                 {{"Insurance:Liability", Decimal(240), "Used up", {}, "2"}, {"Prepaid Expenses", Decimal(-240), "Used up"}}, true);
  });
}

}  // namespace q2o::sandbox::generator
