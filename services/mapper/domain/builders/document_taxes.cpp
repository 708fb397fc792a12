#include <fmt/format.h>

#include "services/mapper/domain/builders/document.h"
#include "services/mapper/domain/builders/line_taxes.h"

namespace q2o::mapper::builders {
namespace {

bool known_rate(const Scope& scope, const std::string& rate) {
  return !rate.empty() && scope.lookups.find("TaxRate", rate) != nullptr;
}

std::string tax_name(const Scope& scope, const std::string& rate, const json::Value& detail) {
  if (known_rate(scope, rate)) return std::string((*scope.lookups.find("TaxRate", rate))["Name"].text());
  const auto percent = detail["TaxPercent"].text();
  return percent.empty() ? std::string("Sales tax") : fmt::format("Sales tax {} %", percent);
}

/// The United States' model, where the document says the rates. Otherwise each line's code has its own.
bool united_states(const Document& document) {
  return std::all_of(document.lines.begin(), document.lines.end(), [](const DocumentLine& line) { return pseudo_code(line.tax_code); });
}

Decimal sum_of(const Document& document, bool only_taxed, bool with_discounts) {
  Decimal sum;
  for (const auto& line : document.lines) {
    if (line.kind != DocumentLine::Kind::product || (line.discount && !with_discounts)) continue;
    if (!only_taxed || line.tax_code == "TAX" || line.tax_covered) sum += line.amount;
  }
  return sum;
}

/// The share of the discount that lowers the taxed base becomes a line of its own, with the taxes.
void split_discount(Document& document, const Decimal& base) {
  const Decimal taxed_part = sum_of(document, true, false) - base;
  if (taxed_part.sign() <= 0) return;
  for (std::size_t i = 0; i < document.lines.size(); ++i) {
    DocumentLine& line = document.lines[i];
    if (!line.discount || line.tax_covered || -line.amount < taxed_part) continue;
    const Decimal rest = line.amount + taxed_part;
    line.amount = -taxed_part;
    line.tax_covered = true;
    if (rest.is_zero()) return;
    DocumentLine untaxed = line;
    untaxed.amount = rest;
    untaxed.tax_covered = false;
    document.lines.insert(document.lines.begin() + static_cast<std::ptrdiff_t>(i) + 1, untaxed);
    return;
  }
}

void tax_lines_of_rates(const std::vector<std::string>& rates, bool every_line, Document& document) {
  for (auto& line : document.lines) {
    if (line.kind != DocumentLine::Kind::product) continue;
    if (every_line || line.tax_code == "TAX" || line.tax_covered) line.tax_rates = rates;
  }
}

}  // namespace

void read_taxes(const Scope& scope, Document& document) {
  const auto& detail = scope.at("TxnTaxDetail");
  std::vector<DocumentLine> taxes;
  Decimal sum;
  for (std::size_t i = 0; i < detail["TaxLine"].items().size(); ++i) {
    const auto& row = detail["TaxLine"].items()[i];
    DocumentLine line;
    line.kind = DocumentLine::Kind::tax;
    line.field = below("TxnTaxDetail.TaxLine", i);
    line.amount = Scope::amount_of(row["Amount"], {line.field, "Amount"}).value_or(Decimal{});
    line.base = Scope::amount_of(row["TaxLineDetail"]["NetAmountTaxable"], {line.field, "NetAmountTaxable"}).value_or(Decimal{});
    line.rate = row["TaxLineDetail"]["TaxRateRef"]["value"].text();
    scope.referred("TaxRate", line.rate, {line.field, "TaxLineDetail.TaxRateRef"});  // without it the amount is a plain line
    line.name = tax_name(scope, line.rate, row["TaxLineDetail"]);
    sum += line.amount;
    taxes.push_back(std::move(line));
  }
  // The stored total rules; what the rates do not explain is a rounding of QuickBooks.
  const Decimal total = scope.amount_at("TxnTaxDetail.TotalTax").value_or(sum);
  if (total != sum) {
    if (taxes.empty()) {
      DocumentLine line;
      line.kind = DocumentLine::Kind::tax;
      line.name = "Sales tax";
      line.field = "TxnTaxDetail.TotalTax";
      taxes.push_back(std::move(line));
    }
    taxes.front().amount += total - sum;
  }
  std::ranges::move(taxes, std::back_inserter(document.lines));
}

void assign_tax_rates(const Scope& scope, Document& document) {
  std::vector<std::string> rates;
  Decimal base;
  for (const auto& line : document.lines) {
    if (line.kind != DocumentLine::Kind::tax) continue;
    base = std::max(base, line.base);
    if (known_rate(scope, line.rate)) rates.push_back(line.rate);
  }
  if (!united_states(document)) {
    for (auto& line : document.lines) {
      if (line.kind == DocumentLine::Kind::product) line.tax_rates = rates_of_code(scope, line.tax_code, line.field, document.sales);
    }
    return;
  }
  if (rates.empty()) return;  // coded TAX but nothing was taxed: no taxes on any line
  split_discount(document, base);
  const bool everything =
      base != sum_of(document, true, true) && (base == sum_of(document, false, true) || base == sum_of(document, false, false));
  tax_lines_of_rates(rates, everything, document);
}

}  // namespace q2o::mapper::builders
