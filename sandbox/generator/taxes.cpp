#include "sandbox/generator/families.h"

/// Agencies, rates and codes of the country.
namespace q2o::sandbox::generator {
namespace {

void append(Node& object, const Node& base) {
  for (const auto& member : base.members()) object.set(member.key, member.value);
}

Node details_of(Workshop& shop, const std::vector<CodeRate>& rates) {
  auto out = Node::array();
  int order = 0;
  for (const auto& each : rates) {
    auto detail = Node::object({{"TaxTypeApplicable", each.on_tax ? "TaxOnAmountPlusTax" : "TaxOnAmount"},
                                {"TaxRateRef", shop.ref("TaxRate", each.rate)},
                                {"TaxOrder", order++}});
    if (each.on_tax) detail.set("TaxOnTaxOrder", 0);
    out.push(std::move(detail));
  }
  return Node::object({{"TaxRateDetail", std::move(out)}});
}

}  // namespace

void make_taxes(Workshop& shop) {
  const auto* first_day = shop.size.first_day;
  for (const auto& row : shop.profile.agencies) {
    auto object = Node::object({{"DisplayName", row.name}, {"TaxTrackedOnSales", true}, {"TaxTrackedOnPurchases", row.purchases}});
    append(object, shop.begin(row.id, first_day));
    shop.put("TaxAgency", std::move(object));
  }
  const bool states = shop.profile.tax_model == TaxModel::states;
  for (const auto& row : shop.profile.rates) {
    auto object = Node::object({{"RateValue", Decimal::of(row.percent)},
                                {"AgencyRef", Node::object({{"value", row.agency}})},
                                {"Name", row.name},
                                {"SpecialTaxType", row.special},
                                {"DisplayType", "ReadOnly"},
                                {"Active", row.active},
                                {"Description", states ? "Sales Tax" : row.name}});
    append(object, shop.begin(row.id, first_day));
    shop.put("TaxRate", std::move(object));
  }
  for (const auto& row : shop.profile.codes) {
    auto object = Node::object({{"TaxGroup", true},
                                {"Name", row.name},
                                {"Taxable", states || !row.sales.empty() || !row.purchases.empty()},
                                {"PurchaseTaxRateList", details_of(shop, row.purchases)},
                                {"Active", row.active},
                                {"Description", row.name},
                                {"SalesTaxRateList", details_of(shop, row.sales)}});
    append(object, shop.begin(row.id, first_day));
    shop.put("TaxCode", std::move(object));
  }
  if (!states) return;
  // The two line codes have neither a token nor a state.
  for (const auto* name : {"NON", "TAX"}) {
    const auto base = shop.begin(name, first_day);
    shop.put("TaxCode", Node::object({{"TaxGroup", false},
                                      {"Name", name},
                                      {"Taxable", std::string_view(name) == "TAX"},
                                      {"Description", name},
                                      {"Id", name},
                                      {"MetaData", base["MetaData"]}}));
  }
}

}  // namespace q2o::sandbox::generator
