#include <fmt/format.h>

#include "sandbox/generator/families.h"
#include "sandbox/generator/parties.h"

namespace q2o::sandbox::generator {
namespace {

const std::vector<CustomerRow> kCustomers{
    {"Agave Apartments", "", "1200 E 6th St", "3"},
    {"Building A", "Agave Apartments", "1200 E 6th St, Bldg A", "3"},
    {"Building B", "Agave Apartments", "1200 E 6th St, Bldg B", "3"},
    {"Barton Hills HOA", "", "2400 Barton Hills Dr", "5"},
    {"Pool House", "Barton Hills HOA", "2402 Barton Hills Dr", "3"},
    {"Pool House Phase 2", "Pool House", "2402 Barton Hills Dr", "3", true, true},
    {"Café Olé", "", "98 San Jacinto Blvd", "2"},
    {"Chen, Wei 陈伟", "", "4505 Duval St", "1"},
    {"Dave's Diner", "", "711 Red River St", "3"},
    {"El Rancho \"Grande\"", "", "15 Ranch Rd 620", "3"},
    {"First Baptist Church", "", "901 Trinity St", "3", false},
    {"Greenwood School District", "", "4000 Jackson Ave", "3", false},
    {"Hill Country Winery", "", "77 Vineyard Ln", "5"},
    {"Johnson & Sons", "", "12 Main St", "3"},
    {"Kowalski, Zofia", "", "", ""},
    {"Lakeway Marina", "", "103A Lakeway Dr", "3"},
    {"Müller Bau", "", "Hauptstraße 5", "3"},
    {"Nguyen Residence", "", "6300 Bee Cave Rd", "1"},
    {"O'Brien, Pat", "", "1811 Guadalupe St", "1"},
    {"Quail Creek Golf", "", "1 Fairway Dr", "3"},
    {"Ramirez Family", "", "2204 Hancock Dr", "2"},
    {"Sunset Nursery", "", "3001 S Lamar Blvd", "3"},
    {"Walk-in", "", "", "1"},
    {"Old Mill Inn", "", "9 Mill Rd", "3"},
};

const std::vector<VendorRow> kVendors{
    {"Acme Irrigation Supply", "500 Industrial Blvd", "3"},
    {"Austin Energy", "721 Barton Springs Rd", "2"},
    {"Bluebonnet Insurance Agency", "44 Congress Ave", "3"},
    {"Capital Stone & Gravel", "8700 Quarry Rd", "5"},
    {"Cedar Park Fuel", "1100 Whitestone Blvd", ""},
    {"City Permit Office", "505 Barton Springs Rd", "1"},
    {"Dominguez Tree Care", "33 Live Oak St", "2", true},
    {"Garza Accounting", "600 Guadalupe St", "3", true},
    {"Greenwood School District (V)", "4000 Jackson Ave", "3"},
    {"Hernández Contracting", "212 Oltorf St", "2", true},
    {"Lone Star Equipment Rental", "9900 N IH-35", "3"},
    {"Mesquite Office Park", "7000 N Mopac", "1"},
    {"Nextdoor Ads", "", ""},
    {"Peña's Taquería", "", ""},
    {"Rainmaker Pumps", "61 Pump Ln", "3"},
    {"Texas Tel", "400 W 15th St", "2"},
    {"United Carriers", "Terminal 4", "3"},
    {"Westlake Lumber", "27 Sawmill Rd", "3"},
};

Node address(Workshop& shop, const std::string& street) {
  const int id = 200 + shop.random.below(700);
  return local_address(shop, id, street, shop.random.between(1, 59));
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

Node local_address(const Workshop& shop, int id, const std::string& street, int number) {
  const auto& place = shop.profile.place;
  auto out = Node::object({{"Id", std::to_string(id)}, {"Line1", street}, {"City", place.city}});
  if (place.region[0] != '\0') out.set("CountrySubDivisionCode", place.region);
  return out.set("PostalCode", fmt::format("{}{:02}{}", place.zip_before, number, place.zip_after));
}

void put_customer(Workshop& shop, const CustomerRow& row, const std::string& id) {
  const auto name = shop.word(row.name);
  const bool job = !row.parent.empty();
  auto object = Node::object({{"Taxable", row.taxable}});
  if (!row.street.empty()) object.set("BillAddr", address(shop, row.street)).set("ShipAddr", address(shop, row.street));
  if (shop.random.chance(25)) object.set("Notes", fmt::format("Gate code {}\nCall before coming.", shop.random.between(1000, 9999)));
  object.set("Job", job).set("BillWithParent", job && shop.random.chance(50));
  std::string full_name = name;
  if (job) {
    const auto parent = shop.named("Customer", row.parent);
    const auto& above = std::as_const(shop.get("Customer", parent));
    full_name = above["FullyQualifiedName"].text() + ":" + name;
    const int level = above.has("Level") ? std::stoi(above["Level"].text()) + 1 : 1;
    object.set("ParentRef", Node::object({{"value", parent}})).set("Level", level);
  }
  if (!row.term.empty()) object.set("SalesTermRef", shop.ref("Term", row.term));
  object.set("CustomerTypeRef", Node::object({{"value", shop.random.chance(70) ? "1" : "2"}}));
  object.set("Balance", 0)
      .set("BalanceWithJobs", 0)
      .set("CurrencyRef", shop.currency(row.currency))
      .set("PreferredDeliveryMethod", "Email")
      .set("IsProject", row.project);
  append(object, shop.begin(id, shop.size.first_day));
  object.set("FullyQualifiedName", full_name)
      .set("CompanyName", name)
      .set("DisplayName", name)
      .set("PrintOnCheckName", name)
      .set("Active", true);
  if (shop.random.chance(80))
    object.set("PrimaryPhone",
               Node::object({{"FreeFormNumber", fmt::format("{}{:04}", shop.profile.place.phone, shop.random.below(10000))}}));
  if (shop.random.chance(80))
    object.set("PrimaryEmailAddr", Node::object({{"Address", mail(name) + (shop.random.chance(15) ? ", office@mail.example" : "")}}));
  shop.put("Customer", std::move(object));
}

void put_vendor(Workshop& shop, const VendorRow& row, const std::string& id) {
  const auto name = shop.word(row.name);
  auto object = Node::object();
  if (!row.street.empty()) object.set("BillAddr", address(shop, row.street));
  if (!row.term.empty()) object.set("TermRef", shop.ref("Term", row.term));
  if (shop.random.chance(30)) object.set("AcctNum", fmt::format("BG-{}", shop.random.between(100, 999)));
  object.set("Balance", 0).set("Vendor1099", row.files_1099).set("CurrencyRef", shop.currency(row.currency));
  if (row.files_1099) object.set("TaxIdentifier", "XXXXXXX6789");
  append(object, shop.begin(id, shop.size.first_day));
  object.set("CompanyName", name).set("DisplayName", name).set("PrintOnCheckName", name).set("Active", true);
  if (shop.random.chance(70))
    object.set("PrimaryPhone",
               Node::object({{"FreeFormNumber", fmt::format("{}{:04}", shop.profile.place.phone, shop.random.below(10000))}}));
  shop.put("Vendor", std::move(object));
}

/// A name of exactly a hundred characters.
static std::string hundred(std::string_view about) {
  std::string out(about);
  std::size_t characters = 0;
  for (const char c : about) characters += (c & 0xC0) != 0x80 ? 1 : 0;
  for (const char* filler = " and their neighbours, friends, heirs, tenants, guests and keepers of the keys to the gate"; characters < 100;
       ++characters)
    out += *filler++;
  return out;
}

/// Who buys and sells in other currencies: two on each side of the first, one of the second.
void make_customers(Workshop& shop) {
  int id = 0;
  for (const auto& row : kCustomers) put_customer(shop, row, std::to_string(++id));
  const std::string first = shop.profile.foreign[0].code, second = shop.profile.foreign[1].code;
  put_customer(shop, {.name = "Brasserie du Port", .term = "3", .currency = first}, "71");
  put_customer(shop, {.name = "Jardins Lumière SARL", .street = "14 Rue des Lilas", .term = "5", .currency = first}, "72");
  put_customer(shop, {.name = "Northern Lights Estates", .term = "3", .currency = second}, "73");
  // Jobs of jobs of jobs, and names as long as a name can be.
  put_customer(shop, {.name = "Filter Room", .parent = "Pool House Phase 2", .term = "3"}, "74");
  put_customer(shop, {.name = "Filter Room East", .parent = "Pool House Phase 2", .term = "1"}, "75");
  put_customer(shop, {.name = "Terrace", .parent = "Building A"}, "76");
  put_customer(shop, {.name = "Terrace, Herb Bed", .parent = "Terrace", .term = "3"}, "77");
  int number = 78;
  for (const auto* about : {"Owners of the Gardens between the Old Mill and the Upper Lake", "Société des amis du jardin botanique d'été",
                            "Αγρόκτημα 農園 Ферма"})
    put_customer(shop, {.name = hundred(about), .term = "3"}, std::to_string(number++));
}

void make_vendors(Workshop& shop) {
  int id = 30;
  for (const auto& row : kVendors) put_vendor(shop, row, std::to_string(++id));
  const std::string first = shop.profile.foreign[0].code, second = shop.profile.foreign[1].code;
  put_vendor(shop, {.name = "Wasserwerk Pumpen GmbH", .street = "Industriestraße 9", .term = "3", .currency = first}, "81");
  put_vendor(shop, {.name = "Studio Verde S.r.l.", .term = "2", .currency = first}, "82");
  put_vendor(shop, {.name = "Cascade Seed Co.", .term = "3", .currency = second}, "83");
  // Who also buys from us: a name can be taken only once.
  put_vendor(shop, {.name = "Sunset Nursery (V)", .street = "3001 S Lamar Blvd", .term = "3"}, "84");
  put_vendor(shop, {.name = "Lakeway Marina (V)", .street = "103A Lakeway Dr", .term = "3"}, "85");
}

}  // namespace q2o::sandbox::generator
