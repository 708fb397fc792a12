#include "services/mapper/domain/builders/line_taxes.h"

#include <fmt/format.h>
#include <algorithm>

namespace q2o::mapper::builders {

bool pseudo_code(std::string_view code) {
  return code.empty() || code == "TAX" || code == "NON";
}

std::vector<std::string> rates_of_code(const Scope& scope, std::string_view code, const std::string& field, bool sales) {
  std::vector<std::string> rates;
  if (pseudo_code(code)) return rates;
  const auto* found = scope.referred("TaxCode", code, field + ".TaxCodeRef");
  if (found == nullptr) return rates;
  for (const auto& detail : (*found)[sales ? "SalesTaxRateList" : "PurchaseTaxRateList"]["TaxRateDetail"].items()) {
    const std::string rate(detail["TaxRateRef"]["value"].text());
    if (scope.referred("TaxRate", rate, field + ".TaxRateRef") != nullptr) rates.push_back(rate);
  }
  return rates;
}

void add_taxes(const Scope& scope, Item& item, std::string_view code, const std::string& field, bool sales) {
  std::vector<Expression> taxes;
  for (const auto& rate : rates_of_code(scope, code, field, sales)) taxes.push_back(record_ref(scope.id("TaxRate", rate)));
  if (taxes.empty()) return;
  item.extra.set("tax_ids", refs(taxes));
  item.taxed = true;
}

void add_tax_items(const Scope& scope, std::vector<Item>& items) {
  const auto rows = scope.at("TxnTaxDetail")["TaxLine"].items();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string field = fmt::format("TxnTaxDetail.TaxLine.{}", i);
    const auto amount = Scope::amount_of(rows[i]["Amount"], field + ".Amount");
    const auto& detail = rows[i]["TaxLineDetail"];
    const std::string rate(detail["TaxRateRef"]["value"].text());
    if (!amount || amount->is_zero() || scope.referred("TaxRate", rate, field + ".TaxLineDetail.TaxRateRef") == nullptr) continue;
    const auto item = std::find_if(items.begin(), items.end(), [&](const Item& each) {
      return each.amount_currency.abs() == amount->abs() && each.extra.empty() && scope.account_type(each.account).ends_with("Liability");
    });
    if (item == items.end()) continue;
    const auto base = Scope::amount_of(detail["NetAmountTaxable"], field + ".NetAmountTaxable").value_or(Decimal{});
    // What is paid lies on the debit side; a tax on the other one is that of a refund.
    const bool refund = item->balance.sign() * amount->sign() < 0;
    item->taxed = true;
    item->extra.set("tax_ids", no_refs())
        .set("tax_repartition_line_id", find("account.tax.repartition.line", {{"tax_id", "=", record_ref(scope.id("TaxRate", rate))},
                                                                              {"document_type", "=", text(refund ? "refund" : "invoice")},
                                                                              {"repartition_type", "=", text("tax")}}))
        .set("tax_base_amount", number(base.abs()));
  }
}

}  // namespace q2o::mapper::builders
