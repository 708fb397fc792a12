#include "sandbox/generator/journal.h"

#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {
namespace {

void append(Node& object, const Node& base) {
  for (const auto& member : base.members()) object.set(member.key, member.value);
}

}  // namespace

std::string book_journal(Workshop& shop, const std::string& day, const std::string& number, const std::vector<JournalLine>& lines,
                         bool adjustment, const std::string& currency) {
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
  entry.set("TxnDate", day);
  shop.set_currency(entry, currency, day);
  entry.set("Line", std::move(list)).set("TxnTaxDetail", Node::object());
  shop.put("JournalEntry", std::move(entry));
  shop.post({.id = id, .type = "Journal Entry", .entity = "JournalEntry", .date = day, .number = number, .currency = currency}, entries);
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

}  // namespace q2o::sandbox::generator
