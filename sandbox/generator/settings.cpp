#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {
namespace {

Node address(const Place& place) {
  auto out = Node::object({{"Id", "1"}, {"Line1", place.street}, {"City", place.city}});
  if (place.region[0] != '\0') out.set("CountrySubDivisionCode", place.region);
  return out.set("PostalCode", std::string(place.zip_before) + "04" + place.zip_after).set("Country", place.country);
}

Node pair(const char* name, const char* value) {
  return Node::object({{"Name", name}, {"Value", value}});
}

void append(Node& object, const Node& base) {
  for (const auto& member : base.members()) object.set(member.key, member.value);
}

void put(Workshop& shop, const char* entity, const char* id, Node object) {
  append(object, shop.begin(id, shop.size.first_day));
  shop.put(entity, std::move(object));
}

void make_company_info(Workshop& shop) {
  const auto place = address(shop.profile.place);
  // The API's company id follows from the name: companies of different scales are different companies.
  const std::string name = std::string(shop.profile.company) + (shop.recipe.scale == Scale::large    ? " Holdings"
                                                                : shop.recipe.scale == Scale::medium ? " Group"
                                                                                                     : "");
  auto info = Node::object({{"CompanyName", name},
                            {"LegalName", name + " " + shop.profile.legal_form},
                            {"CompanyAddr", place},
                            {"CustomerCommunicationAddr", place},
                            {"LegalAddr", place},
                            {"PrimaryPhone", Node::object({{"FreeFormNumber", std::string(shop.profile.place.phone) + "0142"}})},
                            {"CompanyStartDate", "2024-10-15"},
                            {"FiscalYearStartMonth", shop.profile.fiscal_month},
                            {"Country", shop.profile.place.country_code},
                            {"Email", Node::object({{"Address", "books@bluebonnet.example"}})},
                            {"WebAddr", Node::object({{"URI", "https://bluebonnet.example"}})},
                            {"EmployerId", "12-3456789"},
                            {"SupportedLanguages", "en"},
                            {"DefaultTimeZone", shop.profile.time_zone}});
  info.set("NameValue",
           Node::array({pair("NeoEnabled", "true"), pair("IsQbdtMigrated", "false"), pair("CompanyType", "Limited liability"),
                        pair("SubscriptionStatus", "PAID"), pair("OfferingSku", "QuickBooks Online Plus"), pair("PayrollFeature", "true"),
                        pair("ItemCategoriesFeature", "true"), pair("IndustryType", "Landscaping Services")}));
  append(info, shop.begin("1", shop.size.first_day));
  shop.put("CompanyInfo", std::move(info));
}

void make_preferences(Workshop& shop) {
  auto preferences = Node::object();
  preferences.set("AccountingInfoPrefs", Node::object({{"TrackDepartments", true},
                                                       {"DepartmentTerminology", "Location"},
                                                       {"ClassTrackingPerTxn", false},
                                                       {"ClassTrackingPerTxnLine", true},
                                                       {"CustomerTerminology", "Customers"},
                                                       {"UseAccountNumbers", true},
                                                       {"FirstMonthOfFiscalYear", shop.profile.fiscal_month},
                                                       {"TaxYearMonth", shop.profile.fiscal_month},
                                                       {"BookCloseDate", shop.profile.books_closed}}));
  preferences.set("ProductAndServicesPrefs",
                  Node::object({{"ForSales", true}, {"ForPurchase", true}, {"QuantityWithPriceAndRate", true}, {"QuantityOnHand", true}}));
  preferences.set("SalesFormsPrefs", Node::object({{"CustomTxnNumbers", true},
                                                   {"AllowDeposit", true},
                                                   {"AllowDiscount", true},
                                                   {"DefaultDiscountAccount", shop.account("Discounts Given")},
                                                   {"AllowEstimates", true},
                                                   {"AllowServiceDate", true},
                                                   {"AllowShipping", true},
                                                   {"DefaultShippingAccount", shop.account("Shipping Income")},
                                                   {"DefaultTerms", Node::object({{"value", "3"}})},
                                                   {"UsingPriceLevels", false},
                                                   {"UsingProgressInvoicing", false},
                                                   {"DefaultCustomerMessage", "Thank you for growing with us."},
                                                   {"AutoApplyCredit", false}}));
  preferences.set("VendorAndPurchasesPrefs", Node::object({{"TrackingByCustomer", true}, {"BillableExpenseTracking", true}}));
  preferences.set("TimeTrackingPrefs", Node::object({{"UseServices", true}, {"BillCustomers", true}, {"WorkWeekStartDate", "Monday"}}));
  preferences.set("TaxPrefs", Node::object({{"UsingSalesTax", true},
                                            {"TaxGroupCodeRef", Node::object({{"value", shop.profile.codes.front().id}})},
                                            {"PartnerTaxEnabled", false}}));
  preferences.set("CurrencyPrefs",
                  Node::object({{"MultiCurrencyEnabled", true}, {"HomeCurrency", Node::object({{"value", shop.profile.home}})}}));
  preferences.set("ReportPrefs", Node::object({{"ReportBasis", "Accrual"}, {"CalcAgingReportFromTxnDate", false}}));
  preferences.set(
      "OtherPrefs",
      Node::object(
          {{"NameValue",
            Node::array({Node::object({{"Name", "UncategorizedIncomeAccountId"}, {"Value", shop.account("Uncategorized Income")}}),
                         Node::object({{"Name", "UncategorizedExpenseAccountId"}, {"Value", shop.account("Uncategorized Expense")}}),
                         pair("TimeTrackingFeatureEnabled", "true"), pair("Vendor1099Enabled", "true")})}}));
  append(preferences, shop.begin("1", shop.size.first_day));
  shop.put("Preferences", std::move(preferences));
}

void make_terms(Workshop& shop) {
  const auto term = [&](const char* id, const char* name, int days, bool active) {
    put(shop, "Term", id,
        Node::object(
            {{"Name", name}, {"DiscountPercent", 0}, {"DiscountDays", 0}, {"Type", "STANDARD"}, {"Active", active}, {"DueDays", days}}));
  };
  term("1", "Due on receipt", 0, true);
  term("2", "Net 15", 15, true);
  term("3", "Net 30", 30, true);
  term("4", "Net 90", 90, false);
  put(shop, "Term", "5",
      Node::object({{"Name", "2% 10 Net 30"},
                    {"DiscountPercent", 2},
                    {"DiscountDays", 10},
                    {"Type", "STANDARD"},
                    {"Active", true},
                    {"DueDays", 30}}));
  put(shop, "Term", "6",
      Node::object(
          {{"Name", "15th of next month"}, {"Type", "DATE_DRIVEN"}, {"Active", true}, {"DayOfMonthDue", 15}, {"DueNextMonthDays", 10}}));
}

void make_payment_methods(Workshop& shop) {
  const auto method = [&](const char* id, const char* name, const char* type, bool active) {
    put(shop, "PaymentMethod", id, Node::object({{"Name", name}, {"Active", active}, {"Type", type}}));
  };
  method("1", "Cash", "NON_CREDIT_CARD", true);
  method("2", "Check", "NON_CREDIT_CARD", true);
  method("3", "Visa", "CREDIT_CARD", true);
  method("4", "ACH", "NON_CREDIT_CARD", true);
  method("5", "Traveler's Check", "NON_CREDIT_CARD", false);
}

void make_classes(Workshop& shop) {
  const auto nested = [&](const char* entity, const char* id, const char* name, const char* full_name, const char* parent, bool active) {
    auto object = Node::object({{"Name", name}, {"SubClass", parent[0] != '\0'}, {"FullyQualifiedName", full_name}, {"Active", active}});
    if (std::string_view(entity) == "Department") {
      object.erase("SubClass");
      object.set("SubDepartment", parent[0] != '\0');
    }
    if (parent[0] != '\0') object.set("ParentRef", Node::object({{"value", parent}}));
    put(shop, entity, id, std::move(object));
  };
  nested("Class", "1", "Residential", "Residential", "", true);
  nested("Class", "2", "Commercial", "Commercial", "", true);
  nested("Class", "3", "HOA", "Commercial:HOA", "2", true);
  nested("Class", "4", "Legacy", "Legacy", "", false);
  const std::string city = shop.profile.place.city;
  nested("Department", "1", city.c_str(), city.c_str(), "", true);
  nested("Department", "2", "San Marcos", "San Marcos", "", true);
  nested("Department", "3", "Warehouse", (city + ":Warehouse").c_str(), "1", true);
}

void make_employees(Workshop& shop) {
  const auto employee = [&](const char* id, const char* given, const char* family, bool active) {
    const auto name = std::string(given) + " " + family;
    put(shop, "Employee", id,
        Node::object({{"BillableTime", true},
                      {"BillRate", 65},
                      {"GivenName", given},
                      {"FamilyName", family},
                      {"DisplayName", name},
                      {"PrintOnCheckName", name},
                      {"Active", active}}));
  };
  employee("61", "Maria", "Delgado", true);
  employee("62", "Søren", "Kjær", true);
  employee("63", "Tom", "Price (deleted)", false);
}

}  // namespace

void make_settings(Workshop& shop) {
  make_company_info(shop);
  make_preferences(shop);
}

void make_lists(Workshop& shop) {
  make_terms(shop);
  make_payment_methods(shop);
  make_classes(shop);
  put(shop, "CustomerType", "1", Node::object({{"Name", "Retail"}, {"Active", true}}));
  put(shop, "CustomerType", "2", Node::object({{"Name", "Wholesale"}, {"Active", true}}));
  make_employees(shop);
  // Asked for by every reader and empty in a company like this.
  for (const auto* entity : {"JournalCode", "TaxPayment"}) shop.company.entities[entity];
}

}  // namespace q2o::sandbox::generator
