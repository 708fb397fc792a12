#include "sandbox/generator/families.h"
#include "sandbox/generator/payment.h"

namespace q2o::sandbox::generator {
namespace {

void append(Node& object, const Node& base) {
  for (const auto& member : base.members()) object.set(member.key, member.value);
}

struct JournalLine {
  std::string account;
  Decimal amount;  ///< debit positive
  std::string memo = {};
  Party party = {};
  std::string class_id = {};
};

std::string book_journal(Workshop& shop, const std::string& day, const std::string& number, const std::vector<JournalLine>& lines,
                         bool adjustment = false) {
  const auto id = shop.transaction_id();
  auto list = Node::array();
  std::vector<Entry> entries;
  int line_id = 0;
  for (const auto& line : lines) {
    auto detail = Node::object({{"PostingType", line.amount.sign() >= 0 ? "Debit" : "Credit"}});
    if (!line.party.id.empty())
      detail.set("Entity", Node::object({{"Type", line.party.type},
                                         {"EntityRef", Node::object({{"value", line.party.id}, {"name", line.party.name}})}}));
    detail.set("AccountRef", shop.account_ref(line.account));
    if (!line.class_id.empty()) detail.set("ClassRef", shop.ref("Class", line.class_id));
    auto object = Node::object({{"Id", std::to_string(line_id++)}});
    if (!line.memo.empty()) object.set("Description", line.memo);
    object.set("Amount", line.amount.abs())
        .set("DetailType", "JournalEntryLineDetail")
        .set("JournalEntryLineDetail", std::move(detail))
        .set("CustomExtensions", Node::array());
    list.push(std::move(object));
    entries.push_back({line.account, line.amount, line.memo, line.party});
  }
  // The real service says 0 here, whatever the lines say.
  auto entry = Node::object({{"Adjustment", adjustment}, {"TotalAmt", 0}});
  append(entry, shop.begin(id, day));
  if (!number.empty()) entry.set("DocNumber", number);
  entry.set("TxnDate", day).set("CurrencyRef", currency()).set("Line", std::move(list)).set("TxnTaxDetail", Node::object());
  shop.put("JournalEntry", std::move(entry));
  shop.post({id, "Journal Entry", "JournalEntry", day, number}, entries);
  return id;
}

void book_adjustment(Workshop& shop, const std::string& day, const std::string& number, const std::string& account, const std::string& item,
                     int difference, const Decimal& unit_cost, const std::string& note) {
  const auto id = shop.transaction_id();
  const auto item_id = shop.named("Item", item);
  Decimal value;
  if (difference > 0) {
    shop.stock.receive(item_id, difference, unit_cost);
    value = cents(unit_cost * Decimal(difference));
  } else {
    value = -shop.stock.take(item_id, -difference);
  }
  auto object = Node::object({{"AdjustAccountRef", shop.account_ref(account)}});
  append(object, shop.begin(id, day));
  object.set("DocNumber", number).set("TxnDate", day).set("PrivateNote", note);
  object.set("Line", Node::array({Node::object({{"Id", "1"},
                                                {"DetailType", "ItemAdjustmentLineDetail"},
                                                {"ItemAdjustmentLineDetail",
                                                 Node::object({{"ItemRef", shop.ref("Item", item_id)}, {"QtyDiff", difference}})}})}));
  shop.put("InventoryAdjustment", std::move(object));
  shop.post({id, "Inventory Qty Adjust", "InventoryAdjustment", day, number}, {{"Inventory Asset", value, note}, {account, -value, note}});
}

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
  shop.agenda.at(kFirstDay, [&shop](const std::string& day) {
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
  for (const auto* day : {"2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"})
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
