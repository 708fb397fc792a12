#include <array>

#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {
namespace {

struct ItemRow {
  const char* name;
  const char* type;
  const char* category;
  const char* price;
  const char* cost;
  const char* income;
  const char* expense;
  bool taxable;
  const char* sku = "";
};

constexpr std::array kItems{
    ItemRow{"Irrigation", "Category", "", "", "", "", "", false},
    ItemRow{"Plants", "Category", "", "", "", "", "", false},
    ItemRow{"Labor", "Category", "", "", "", "", "", false},
    ItemRow{"Pump 1/2 HP", "Inventory", "Irrigation", "189.00", "96.40", "Sales of Product Income", "Cost of Goods Sold", true, "PMP-05"},
    ItemRow{"Drip Kit", "Inventory", "Irrigation", "49.95", "21.15", "Sales of Product Income", "Cost of Goods Sold", true, "DRP-01"},
    ItemRow{"Sprinkler Head", "Inventory", "Irrigation", "6.75", "2.40", "Sales of Product Income", "Cost of Goods Sold", true, "SPR-01"},
    ItemRow{"Controller", "Inventory", "Irrigation", "229.00", "118.00", "Sales of Product Income", "Cost of Goods Sold", true, "CTL-08"},
    ItemRow{"PVC Pipe 10 ft", "NonInventory", "Irrigation", "8.49", "4.10", "Sales of Product Income", "Job Expenses:Materials", true,
            "PVC-10"},
    ItemRow{"Live Oak 15 gal", "NonInventory", "Plants", "179.00", "84.00", "Sales of Product Income", "Job Expenses:Materials:Plants",
            true},
    ItemRow{"Mulch, yard", "NonInventory", "Plants", "42.00", "19.50", "Sales of Product Income", "Job Expenses:Materials", true, "DRP-01"},
    ItemRow{"Design", "Service", "Labor", "95.00", "", "Services:Design", "", false},
    ItemRow{"Installation", "Service", "Labor", "72.50", "", "Services:Installation", "", false},
    ItemRow{"Maintenance", "Service", "Labor", "55.00", "", "Services:Maintenance", "", false},
    ItemRow{"Maintenance Contract", "Service", "", "240.00", "", "Services:Maintenance:Contracts", "", false},
    ItemRow{"Tree Work (subcontracted)", "Service", "Labor", "450.00", "300.00", "Services", "Subcontractors", false},
    ItemRow{"Billable Expense", "Service", "", "", "", "Billable Expense Income", "", false},
    ItemRow{"Customer Deposit", "Service", "", "", "", "Customer Deposits", "", false},
    ItemRow{"Goodwill Credit", "Service", "", "", "", "Services:Maintenance", "", false},
};

void append(Node& object, const Node& base) {
  for (const auto& member : base.members()) object.set(member.key, member.value);
}

void put(Workshop& shop, const ItemRow& row, const std::string& id) {
  const std::string type = row.type;
  auto object = Node::object({{"Name", row.name}});
  const bool nested = row.category[0] != '\0';
  object.set("FullyQualifiedName", nested ? std::string(row.category) + ":" + row.name : row.name).set("Active", true);
  if (nested) object.set("SubItem", true).set("ParentRef", shop.ref("Item", shop.named("Item", row.category))).set("Level", 1);
  if (row.sku[0] != '\0') object.set("Sku", row.sku);
  if (type != "Category") {
    object.set("Description", row.name).set("Taxable", row.taxable).set("UnitPrice", Decimal::of(row.price[0] != '\0' ? row.price : "0"));
    object.set("IncomeAccountRef", shop.account_ref(row.income));
  }
  object.set("Type", type);
  if (row.cost[0] != '\0') object.set("PurchaseDesc", row.name).set("PurchaseCost", Decimal::of(row.cost));
  if (row.expense[0] != '\0') object.set("ExpenseAccountRef", shop.account_ref(row.expense));
  if (type == "Inventory") object.set("AssetAccountRef", shop.account_ref("Inventory Asset"));
  if (type != "Category") object.set("TrackQtyOnHand", type == "Inventory");
  if (type == "Inventory") object.set("QtyOnHand", 0).set("InvStartDate", shop.size.first_day);
  append(object, shop.begin(id, shop.size.first_day));
  shop.put("Item", std::move(object));
}

}  // namespace

void make_items(Workshop& shop) {
  int id = 0;
  for (const auto& row : kItems) put(shop, row, std::to_string(++id));
  auto parts = Node::array();
  const auto part = [&](const char* name, int quantity) {
    parts.push(Node::object({{"ItemRef", shop.ref("Item", shop.named("Item", name))}, {"Qty", quantity}}));
  };
  part("Drip Kit", 2);
  part("PVC Pipe 10 ft", 6);
  part("Installation", 3);
  auto bundle = Node::object({{"Name", "Drip Garden Package"},
                              {"Description", "Drip garden, ready to grow"},
                              {"Active", true},
                              {"FullyQualifiedName", "Drip Garden Package"},
                              {"Taxable", false},
                              {"UnitPrice", 0},
                              {"Type", "Group"},
                              {"PurchaseCost", 0},
                              {"PrintGroupedItems", true},
                              {"TrackQtyOnHand", false},
                              {"ItemGroupDetail", Node::object({{"ItemGroupLine", std::move(parts)}})}});
  append(bundle, shop.begin(std::to_string(++id), shop.size.first_day));
  shop.put("Item", std::move(bundle));
}

}  // namespace q2o::sandbox::generator
