#include <array>

#include <fmt/format.h>

#include "sandbox/company/date.h"
#include "sandbox/generator/crowd.h"
#include "sandbox/generator/families.h"
#include "sandbox/generator/parties.h"

/// Contacts, accounts and items of the larger companies. Names follow from their number alone, so that no two are equal.
namespace q2o::sandbox::generator {
namespace {

constexpr std::array kGiven{"Ada",   "Amir",   "Ana",   "Ben",    "Beth", "Carl",  "Chloé", "Dana", "Diego", "Elif",  "Emma",  "Fatima",
                            "Finn",  "Grace",  "Hana",  "Hugo",   "Ines", "Ivan",  "Jack",  "Jana", "José",  "Kim",   "Lars",  "Lena",
                            "Liam",  "Łukasz", "Maja",  "Marco",  "Mei",  "Milan", "Nadia", "Nils", "Noor",  "Olga",  "Omar",  "Paula",
                            "Pedro", "Petra",  "Quinn", "Rania",  "Rosa", "Sami",  "Sara",  "Sean", "Siân",  "Sofia", "Tariq", "Tess",
                            "Tomás", "Uma",    "Vera",  "Viktor", "Wei",  "Wendy", "Xenia", "Yara", "Yusuf", "Zara",  "Zoë",   "Zuri"};
constexpr std::array kFamily{"Abbott",  "Adeyemi", "Álvarez", "Baker",  "Becker", "Bianchi", "Bose",    "Brandt",  "Brown",  "Castillo",
                             "Chen",    "Clarke",  "Costa",   "Dahl",   "Davies", "Diaz",    "Dubois",  "Eriksen", "Evans",  "Farah",
                             "Fischer", "Flores",  "Fraser",  "Garcia", "Gill",   "Grant",   "Haddad",  "Hansen",  "Harris", "Hughes",
                             "Ito",     "Jansen",  "Jones",   "Kaur",   "Kelly",  "Khan",    "Kim",     "Kovács",  "Kumar",  "Larsen",
                             "Lee",     "Lopez",   "MacLeod", "Mbeki",  "Meyer",  "Moreau",  "Morgan",  "Müller",  "Murphy", "Nakamura",
                             "Novak",   "Ochoa",   "O'Neill", "Okafor", "Olsen",  "Owusu",   "Park",    "Patel",   "Pham",   "Pires",
                             "Quiroz",  "Reid",    "Ricci",   "Rossi",  "Santos", "Sato",    "Schmidt", "Silva",   "Singh",  "Smith",
                             "Tanaka",  "Torres",  "Ueda",    "Varga",  "Walsh",  "Weber",   "Wong",    "Yıldız",  "Young",  "Zhang"};
constexpr std::array kTrades{"Bakery",  "Books",   "Brewery", "Builders",  "Café",     "Catering", "Clinic", "Consulting",
                             "Dental",  "Design",  "Estates", "Farm",      "Fitness",  "Flowers",  "Foods",  "Framing",
                             "Gallery", "Garage",  "Hotel",   "Interiors", "Joinery",  "Legal",    "Lodge",  "Marine",
                             "Media",   "Motors",  "Optics",  "Parks",     "Pharmacy", "Plumbing", "Print",  "Property",
                             "Schools", "Stables", "Surgery", "Tools",     "Toys",     "Travel",   "Vets",   "Wines"};

template <std::size_t N>
const char* nth(const std::array<const char*, N>& list, int i) {
  return list[static_cast<std::size_t>(i) % N];
}

std::string person(int i) {
  return fmt::format("{} {}", nth(kGiven, i), nth(kFamily, i / static_cast<int>(kGiven.size())));
}
std::string business(int i) {
  const int first = static_cast<int>(kFamily.size()), all = first * static_cast<int>(kTrades.size());
  const auto name = fmt::format("{} {}", nth(kFamily, i), nth(kTrades, i / first));
  return i < all ? name : fmt::format("{} {}", name, i / all + 1);
}
/// Two in five are people, two are businesses, one is a site of the contact before it.
std::string contact(int i) {
  const int round = i / 5;
  return i % 5 < 2 ? person(round * 2 + i % 5) : business(round * 2 + i % 5 - 2);
}

Node place(const Workshop& shop, int i) {
  return local_address(shop, 1000 + i, fmt::format("{} {} Street", 1 + i * 7 % 290, nth(kFamily, i * 3)), 1 + i % 59);
}

void append(Node& object, const Node& base) {
  for (const auto& member : base.members()) object.set(member.key, member.value);
}

/// Contacts were not all typed in at the same moment.
std::string known_since(const Workshop& shop, int i) {
  return date::plus_days(shop.size.first_day, i % 27);
}

void put_contact(Workshop& shop, int i) {
  const auto id = crowd::customer(i);
  const bool site = i % 5 == 4;
  const int parent = i % 20 == 19 ? i - 5 : i - 1;  // every fourth site is a site of a site
  const auto name = site ? fmt::format("Site {:05}", i) : contact(i);
  auto object =
      Node::object({{"Taxable", i % 7 != 3}, {"BillAddr", place(shop, i)}, {"Job", site}, {"BillWithParent", site && i % 2 == 0}});
  auto full_name = name;
  if (site) {
    const auto above = crowd::customer(parent);
    const auto& over = std::as_const(shop.get("Customer", above));
    full_name = over["FullyQualifiedName"].text() + ":" + name;
    object.set("ParentRef", Node::object({{"value", above}})).set("Level", over.has("Level") ? 2 : 1);
  }
  object.set("SalesTermRef", shop.ref("Term", i % 3 == 0 ? "2" : "3"))
      .set("Balance", 0)
      .set("BalanceWithJobs", 0)
      .set("CurrencyRef", shop.currency())
      .set("PreferredDeliveryMethod", "Email")
      .set("IsProject", false);
  append(object, shop.begin(id, known_since(shop, i)));
  object.set("FullyQualifiedName", full_name).set("DisplayName", name).set("PrintOnCheckName", name).set("Active", true);
  if (i % 5 == 2 || i % 5 == 3) object.set("CompanyName", name);
  if (!site) object.set("PrimaryEmailAddr", Node::object({{"Address", fmt::format("contact{}@mail.example", i)}}));
  shop.put("Customer", std::move(object));
}

void put_supplier(Workshop& shop, int i) {
  const auto name = business(static_cast<int>(kFamily.size() * kTrades.size()) - 1 - i) + " Supply";
  auto object = Node::object({{"BillAddr", place(shop, 20'000 + i)}, {"TermRef", shop.ref("Term", "3")}, {"Balance", 0}});
  object.set("Vendor1099", false).set("CurrencyRef", shop.currency());
  append(object, shop.begin(crowd::vendor(i), known_since(shop, i)));
  object.set("CompanyName", name).set("DisplayName", name).set("PrintOnCheckName", name).set("Active", true);
  shop.put("Vendor", std::move(object));
}

void put_employee(Workshop& shop, int i) {
  const auto* given = nth(kGiven, i);
  const auto family = fmt::format("{}-Staff", nth(kFamily, i + 7));
  const auto name = fmt::format("{} {}", given, family);
  auto object = Node::object({{"BillableTime", false}, {"GivenName", given}, {"FamilyName", family}, {"DisplayName", name}});
  append(object, shop.begin(crowd::employee(i), known_since(shop, i)));
  object.set("PrintOnCheckName", name).set("Active", true);
  shop.put("Employee", std::move(object));
}

/// A branch sells, a cost center spends; thirty of them in each group.
void put_crowd_account(Workshop& shop, int i) {
  const int group = i / 30 + 1, member = i % 30;
  const bool sells = group % 3 == 1;
  const std::string parent = fmt::format("{} {}", sells ? "Branch" : "Cost Center", group);
  const char* type = sells ? "Income" : "Expense";
  const char* sub_type = sells ? "SalesOfProductIncome" : "OtherMiscellaneousServiceCost";
  const int number = (sells ? 40'000 : 60'000) + group * 100;
  if (member == 0) return put_account(shop, {parent, type, sub_type, std::to_string(number)});
  const auto leaf = fmt::format("{}:{} {:02}", parent, sells ? "Sales" : "Costs", member);
  put_account(shop, {leaf, type, sub_type, member % 11 == 5 ? "" : std::to_string(number + member)});
  shop.crowd_accounts[type].push_back(leaf);
}

void put_item(Workshop& shop, int i) {
  const bool service = i % 4 == 0, stocked = i % 8 == 5;
  const auto name = fmt::format("{} {:04}", service ? "Service" : stocked ? "Part" : "Article", i);
  const auto price = Decimal::of_unscaled(500 + i * 3'719 % 24'000, 2);
  const auto income = crowd::account(shop, "Income", i);
  auto object = Node::object({{"Name", name}, {"FullyQualifiedName", name}, {"Active", true}, {"Sku", fmt::format("SKU-{:04}", i)}});
  object.set("Description", name).set("Taxable", !service).set("UnitPrice", price).set("IncomeAccountRef", shop.account_ref(income));
  object.set("Type", service ? "Service" : stocked ? "Inventory" : "NonInventory");
  object.set("PurchaseDesc", name).set("PurchaseCost", cents(Decimal::divide(price, Decimal(2), 4, Rounding::half_up)));
  object.set("ExpenseAccountRef", shop.account_ref(stocked ? "Cost of Goods Sold" : crowd::account(shop, "Expense", i)));
  if (stocked) object.set("AssetAccountRef", shop.account_ref("Inventory Asset"));
  object.set("TrackQtyOnHand", stocked);
  if (stocked) object.set("QtyOnHand", 0).set("InvStartDate", shop.size.first_day);
  append(object, shop.begin(crowd::item(i), known_since(shop, i)));
  shop.put("Item", std::move(object));
}

}  // namespace

namespace crowd {

std::string customer(int i) {
  return std::to_string(1001 + i);
}
std::string vendor(int i) {
  return std::to_string(20'001 + i);
}
std::string employee(int i) {
  return std::to_string(30'001 + i);
}
std::string item(int i) {
  return std::to_string(101 + i);
}

std::string account(Workshop& shop, std::string_view type, int i) {
  const auto& list = shop.crowd_accounts[std::string(type)];
  return list[static_cast<std::size_t>(i) % list.size()];
}

}  // namespace crowd

void make_crowd(Workshop& shop) {
  for (int i = 0; i < shop.size.accounts; ++i) put_crowd_account(shop, i);
  for (int i = 0; i < shop.size.customers; ++i) put_contact(shop, i);
  for (int i = 0; i < shop.size.vendors; ++i) put_supplier(shop, i);
  for (int i = 0; i < shop.size.employees; ++i) put_employee(shop, i);
  for (int i = 0; i < shop.size.items; ++i) put_item(shop, i);
}

}  // namespace q2o::sandbox::generator
