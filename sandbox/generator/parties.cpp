#include <array>

#include <fmt/format.h>

#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {
namespace {

struct CustomerRow {
  const char* name;
  const char* parent = "";  ///< DisplayName
  const char* street = "";
  const char* term = "";
  bool taxable = true;
  bool project = false;
};

constexpr std::array kCustomers{
    CustomerRow{"Agave Apartments", "", "1200 E 6th St", "3"},
    CustomerRow{"Building A", "Agave Apartments", "1200 E 6th St, Bldg A", "3"},
    CustomerRow{"Building B", "Agave Apartments", "1200 E 6th St, Bldg B", "3"},
    CustomerRow{"Barton Hills HOA", "", "2400 Barton Hills Dr", "5"},
    CustomerRow{"Pool House", "Barton Hills HOA", "2402 Barton Hills Dr", "3"},
    CustomerRow{"Pool House Phase 2", "Pool House", "2402 Barton Hills Dr", "3", true, true},
    CustomerRow{"Café Olé", "", "98 San Jacinto Blvd", "2"},
    CustomerRow{"Chen, Wei 陈伟", "", "4505 Duval St", "1"},
    CustomerRow{"Dave's Diner", "", "711 Red River St", "3"},
    CustomerRow{"El Rancho \"Grande\"", "", "15 Ranch Rd 620", "3"},
    CustomerRow{"First Baptist Church", "", "901 Trinity St", "3", false},
    CustomerRow{"Greenwood School District", "", "4000 Jackson Ave", "3", false},
    CustomerRow{"Hill Country Winery", "", "77 Vineyard Ln", "5"},
    CustomerRow{"Johnson & Sons", "", "12 Main St", "3"},
    CustomerRow{"Kowalski, Zofia", "", "", ""},
    CustomerRow{"Lakeway Marina", "", "103A Lakeway Dr", "3"},
    CustomerRow{"Müller Bau", "", "Hauptstraße 5", "3"},
    CustomerRow{"Nguyen Residence", "", "6300 Bee Cave Rd", "1"},
    CustomerRow{"O'Brien, Pat", "", "1811 Guadalupe St", "1"},
    CustomerRow{"Quail Creek Golf", "", "1 Fairway Dr", "3"},
    CustomerRow{"Ramirez Family", "", "2204 Hancock Dr", "2"},
    CustomerRow{"Sunset Nursery", "", "3001 S Lamar Blvd", "3"},
    CustomerRow{"Walk-in", "", "", "1"},
    CustomerRow{"Old Mill Inn", "", "9 Mill Rd", "3"},
};

struct VendorRow {
  const char* name;
  const char* street;
  const char* term;
  bool files_1099 = false;
};

constexpr std::array kVendors{
    VendorRow{"Acme Irrigation Supply", "500 Industrial Blvd", "3"},
    VendorRow{"Austin Energy", "721 Barton Springs Rd", "2"},
    VendorRow{"Bluebonnet Insurance Agency", "44 Congress Ave", "3"},
    VendorRow{"Capital Stone & Gravel", "8700 Quarry Rd", "5"},
    VendorRow{"Cedar Park Fuel", "1100 Whitestone Blvd", ""},
    VendorRow{"City Permit Office", "505 Barton Springs Rd", "1"},
    VendorRow{"Dominguez Tree Care", "33 Live Oak St", "2", true},
    VendorRow{"Garza Accounting", "600 Guadalupe St", "3", true},
    VendorRow{"Greenwood School District (V)", "4000 Jackson Ave", "3"},
    VendorRow{"Hernández Contracting", "212 Oltorf St", "2", true},
    VendorRow{"Lone Star Equipment Rental", "9900 N IH-35", "3"},
    VendorRow{"Mesquite Office Park", "7000 N Mopac", "1"},
    VendorRow{"Nextdoor Ads", "", ""},
    VendorRow{"Peña's Taquería", "", ""},
    VendorRow{"Rainmaker Pumps", "61 Pump Ln", "3"},
    VendorRow{"Texas Tel", "400 W 15th St", "2"},
    VendorRow{"United Carriers", "Terminal 4", "3"},
    VendorRow{"Westlake Lumber", "27 Sawmill Rd", "3"},
};

Node address(Workshop& shop, const char* street) {
  return Node::object({{"Id", std::to_string(200 + shop.random.below(700))},
                       {"Line1", street},
                       {"City", "Austin"},
                       {"CountrySubDivisionCode", "TX"},
                       {"PostalCode", fmt::format("787{:02}", shop.random.between(1, 59))}});
}

void append(Node& object, const Node& base) {
  for (const auto& member : base.members()) object.set(member.key, member.value);
}

std::string mail(std::string_view name) {
  std::string out;
  for (const char c : name)
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) out += static_cast<char>(c | 0x20);
  return out + "@mail.example";
}

}  // namespace

void make_customers(Workshop& shop) {
  int id = 0;
  for (const auto& row : kCustomers) {
    const bool job = row.parent[0] != '\0';
    auto object = Node::object({{"Taxable", row.taxable}});
    if (row.street[0] != '\0') object.set("BillAddr", address(shop, row.street)).set("ShipAddr", address(shop, row.street));
    if (shop.random.chance(25)) object.set("Notes", fmt::format("Gate code {}\nCall before coming.", shop.random.between(1000, 9999)));
    object.set("Job", job).set("BillWithParent", job && shop.random.chance(50));
    std::string full_name = row.name;
    if (job) {
      const auto parent = shop.named("Customer", row.parent);
      const auto& above = std::as_const(shop.get("Customer", parent));
      full_name = above["FullyQualifiedName"].text() + ":" + row.name;
      object.set("ParentRef", Node::object({{"value", parent}})).set("Level", above.has("Level") ? 2 : 1);
    }
    if (row.term[0] != '\0') object.set("SalesTermRef", shop.ref("Term", row.term));
    object.set("CustomerTypeRef", Node::object({{"value", shop.random.chance(70) ? "1" : "2"}}));
    object.set("Balance", 0)
        .set("BalanceWithJobs", 0)
        .set("CurrencyRef", shop.currency())
        .set("PreferredDeliveryMethod", "Email")
        .set("IsProject", row.project);
    append(object, shop.begin(std::to_string(++id), shop.size.first_day));
    object.set("FullyQualifiedName", full_name)
        .set("CompanyName", row.name)
        .set("DisplayName", row.name)
        .set("PrintOnCheckName", row.name)
        .set("Active", true);
    if (shop.random.chance(80))
      object.set("PrimaryPhone", Node::object({{"FreeFormNumber", fmt::format("(512) 555-{:04}", shop.random.below(10000))}}));
    if (shop.random.chance(80))
      object.set("PrimaryEmailAddr", Node::object({{"Address", mail(row.name) + (shop.random.chance(15) ? ", office@mail.example" : "")}}));
    shop.put("Customer", std::move(object));
  }
}

void make_vendors(Workshop& shop) {
  int id = 30;
  for (const auto& row : kVendors) {
    auto object = Node::object();
    if (row.street[0] != '\0') object.set("BillAddr", address(shop, row.street));
    if (row.term[0] != '\0') object.set("TermRef", shop.ref("Term", row.term));
    if (shop.random.chance(30)) object.set("AcctNum", fmt::format("BG-{}", shop.random.between(100, 999)));
    object.set("Balance", 0).set("Vendor1099", row.files_1099).set("CurrencyRef", shop.currency());
    if (row.files_1099) object.set("TaxIdentifier", "XXXXXXX6789");
    append(object, shop.begin(std::to_string(++id), shop.size.first_day));
    object.set("CompanyName", row.name).set("DisplayName", row.name).set("PrintOnCheckName", row.name).set("Active", true);
    if (shop.random.chance(70))
      object.set("PrimaryPhone", Node::object({{"FreeFormNumber", fmt::format("(512) 555-{:04}", shop.random.below(10000))}}));
    shop.put("Vendor", std::move(object));
  }
}

}  // namespace q2o::sandbox::generator
