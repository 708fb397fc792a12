#include <array>

#include "sandbox/checker/cases.h"

/// Lines, taxes and states of documents.
namespace q2o::sandbox::checker {
namespace {

using Out = std::vector<CaseRecord>;
using Facts = CaseFacts;

const Decimal kCent = Decimal::of("0.01");

bool voided(const Node& object) {
  return object["PrivateNote"].text().starts_with("Voided");
}
const Node& detail_of(const Node& line) {
  return line[line["DetailType"].text()];
}
bool has_line(const Node& object, std::string_view type) {
  for (const auto& line : object["Line"].items())
    if (line["DetailType"].text() == type) return true;
  return false;
}
template <class Fits>
bool has_tax(const Node& object, const Fits& fits) {
  for (const auto& line : object.at("TxnTaxDetail.TaxLine").items())
    if (fits(line["TaxLineDetail"], line["Amount"].decimal())) return true;
  return false;
}
/// A document with a tax line of a rate of that kind.
void special(const Facts& f, Out& out, std::string_view kind) {
  each(f, {"Invoice", "SalesReceipt", "Bill", "Purchase"}, out, [&](const Node& o) {
    return has_tax(o, [&](const Node& detail, const Decimal&) { return f.special_rates.at(detail.at("TaxRateRef.value").text()) == kind; });
  });
}
Decimal used(const Facts& f, const char* entity, const Node& object) {
  const auto found = f.applied.find(std::string(entity) + " " + object["Id"].text());
  return found == f.applied.end() ? Decimal{} : found->second;
}

const std::array kCases{
    HardCase{"amount_off_by_a_cent", CaseScope::every,
             [](const Facts& f, Out& out) {
               each_line(f, {"Invoice", "SalesReceipt"}, out, [](const Node& line) {
                 const auto& detail = line["SalesItemLineDetail"];
                 if (!detail.has("Qty") || !detail.has("UnitPrice")) return false;
                 const auto product = (detail["Qty"].decimal() * detail["UnitPrice"].decimal()).rounded(2, Rounding::half_up);
                 return (line["Amount"].decimal() - product).abs() == kCent;
               });
             }},
    HardCase{"seven_decimal_prices", CaseScope::every,
             [](const Facts& f, Out& out) {
               each_line(f, {"Invoice", "SalesReceipt"}, out, [](const Node& line) {
                 const auto& price = line["SalesItemLineDetail"]["UnitPrice"].text();
                 const auto point = price.find('.');
                 return point != std::string::npos && price.size() - point - 1 == 7;
               });
             }},
    HardCase{"negative_lines", CaseScope::every,
             [](const Facts& f, Out& out) {
               each_line(f, {"Invoice", "SalesReceipt"}, out, [](const Node& line) { return line["Amount"].decimal().sign() < 0; });
             }},
    HardCase{"description_only_lines", CaseScope::every,
             [](const Facts& f, Out& out) { each(f, {"Invoice"}, out, [](const Node& o) { return has_line(o, "DescriptionOnly"); }); }},
    HardCase{"bundles", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice", "SalesReceipt"}, out, [](const Node& o) { return has_line(o, "GroupLineDetail"); });
             }},
    HardCase{"discount_before_tax", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice"}, out,
                    [](const Node& o) { return has_line(o, "DiscountLineDetail") && o["ApplyTaxAfterDiscount"].truthy(); });
             }},
    HardCase{"discount_after_tax", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice"}, out,
                    [](const Node& o) { return has_line(o, "DiscountLineDetail") && !o["ApplyTaxAfterDiscount"].truthy(); });
             }},
    HardCase{"shipping", CaseScope::every,
             [](const Facts& f, Out& out) {
               each_line(f, {"Invoice"}, out,
                         [](const Node& line) { return detail_of(line).at("ItemRef.value").text() == "SHIPPING_ITEM_ID"; });
             }},
    HardCase{"several_tax_rates", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice"}, out, [](const Node& o) { return o.at("TxnTaxDetail.TaxLine").items().size() > 1; });
             }},
    HardCase{"overridden_tax", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice"}, out, [](const Node& o) {
                 return o["GlobalTaxCalculation"].text() != "TaxInclusive" && has_tax(o, [](const Node& detail, const Decimal& amount) {
                          const auto tax = Decimal::divide(detail["NetAmountTaxable"].decimal() * detail["TaxPercent"].decimal(),
                                                           Decimal(100), 2, Rounding::half_up);
                          return (amount - tax).abs() >= kCent;
                        });
               });
             }},
    HardCase{"tax_inclusive", CaseScope::global,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice", "SalesReceipt"}, out, [](const Node& o) { return o["GlobalTaxCalculation"].text() == "TaxInclusive"; });
             }},
    HardCase{"zero_rated", CaseScope::global, [](const Facts& f, Out& out) { special(f, out, "ZERO_RATE"); }},
    HardCase{"exempt", CaseScope::global, [](const Facts& f, Out& out) { special(f, out, "EXEMPT_RATE"); }},
    HardCase{"reverse_charge", CaseScope::global,
             [](const Facts& f, Out& out) {
               each(f, {"Bill", "Purchase"}, out, [](const Node& o) {
                 return has_tax(o, [](const Node& detail, const Decimal&) { return detail["TaxPercent"].decimal().sign() < 0; });
               });
             }},
    HardCase{"compound_codes", CaseScope::compound,
             [](const Facts& f, Out& out) {
               each_line(f, {"Invoice"}, out,
                         [&](const Node& line) { return f.compound_codes.contains(detail_of(line).at("TaxCodeRef.value").text()); });
             }},
    HardCase{"lines_without_tax", CaseScope::states,
             [](const Facts& f, Out& out) {
               each_line(f, {"Invoice"}, out, [](const Node& line) { return detail_of(line).at("TaxCodeRef.value").text() == "NON"; });
             }},
    HardCase{"zero_total", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice"}, out, [](const Node& o) { return o["TotalAmt"].decimal().is_zero() && !voided(o); });
             }},
    HardCase{"voided", CaseScope::every, [](const Facts& f, Out& out) { each(f, {"Invoice", "SalesReceipt"}, out, voided); }},
    HardCase{"future_dated", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice", "Bill"}, out,
                    [](const Node& o) { return o["TxnDate"].text() > o.at("MetaData.CreateTime").text().substr(0, 10); });
             }},
    HardCase{"invoice_deposits", CaseScope::every,
             [](const Facts& f, Out& out) { each(f, {"Invoice"}, out, [](const Node& o) { return o["Deposit"].decimal().sign() > 0; }); }},
    HardCase{
        "credit_memo_open", CaseScope::every,
        [](const Facts& f, Out& out) { each(f, {"CreditMemo"}, out, [&](const Node& o) { return used(f, "CreditMemo", o).is_zero(); }); }},
    HardCase{"credit_memo_partly_applied", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"CreditMemo"}, out,
                    [&](const Node& o) { return !used(f, "CreditMemo", o).is_zero() && o["Balance"].decimal().sign() > 0; });
             }},
    HardCase{"credit_memo_fully_applied", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"CreditMemo"}, out,
                    [&](const Node& o) { return !used(f, "CreditMemo", o).is_zero() && o["Balance"].decimal().is_zero(); });
             }},
    HardCase{"refunds", CaseScope::every,
             [](const Facts& f, Out& out) { each(f, {"RefundReceipt"}, out, [](const Node&) { return true; }); }},
    HardCase{"cost_of_goods", CaseScope::every,
             [](const Facts& f, Out& out) {
               each(f, {"Invoice", "SalesReceipt"}, out,
                    [&](const Node& o) { return f.posting_on(o["Id"].text(), "Inventory") != nullptr; });
             }},
};

}  // namespace

std::span<const HardCase> document_cases() {
  return kCases;
}

}  // namespace q2o::sandbox::checker
