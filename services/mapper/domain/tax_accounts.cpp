#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "services/mapper/domain/preparations.h"

/// The API does not name the account that a tax rate books to; the ledger does (proven: majority vote per rate, then per agency).
namespace q2o::mapper {
namespace {

using Votes = std::map<std::string, int, std::less<>>;  ///< account → votes

std::string_view winner(const Votes& votes) {
  std::string_view best;
  int most = 0;
  for (const auto& [account, count] : votes) {
    if (count > most) {
      best = account;
      most = count;
    }
  }
  return best;
}

bool is_tax_liability(const Lookups& lookups, std::string_view account_id) {
  const auto* account = lookups.find("Account", account_id);
  return account != nullptr && (*account)["AccountType"].text() == "Other Current Liability";
}

/// The account of the only liability item with this amount; empty when there is none or several accounts have one.
std::string_view liability_with(const accounting::LedgerTransaction& transaction, const Decimal& amount, const Lookups& lookups) {
  std::string_view found;
  for (const auto& posting : transaction.postings) {
    const Decimal value = posting.amount_currency ? posting.amount_currency->abs() : posting.amount.abs();
    if (value != amount.abs() || !is_tax_liability(lookups, posting.account_id)) continue;
    if (!found.empty() && found != posting.account_id) return {};
    found = posting.account_id;
  }
  return found;
}

struct Ballot {
  std::map<std::string, Votes, std::less<>> by_rate, by_agency;
};

Ballot count(const Lookups& lookups) {
  Ballot ballot;
  lookups.each("tax_vote", [&](std::string_view key, const json::Value& votes) {
    const auto slash = key.find('/');
    const std::string rate(key.substr(0, slash)), account(key.substr(slash + 1));
    const int number = std::stoi(std::string(votes.text()));
    ballot.by_rate[rate][account] += number;
    const auto* known = lookups.find("TaxRate", rate);
    if (known != nullptr) ballot.by_agency[std::string(known->at("AgencyRef.value").text())][account] += number;
  });
  return ballot;
}

std::string account_named(const Lookups& lookups, std::string_view agency) {
  std::string found;
  const auto* known = lookups.find("TaxAgency", agency);
  if (known == nullptr) return found;
  const std::string name = fmt::format("{} Payable", (*known)["DisplayName"].text());
  lookups.each("Account", [&](std::string_view id, const json::Value& account) {
    if (found.empty() && account["Name"].text() == name) found = id;
  });
  return found;
}

/// What is left when neither documents nor names tell: the only account of the kind, if it is the only one.
std::string only_tax_account(const Lookups& lookups) {
  std::vector<std::string> found;
  lookups.each("Account", [&](std::string_view id, const json::Value& account) {
    const auto sub_type = account["AccountSubType"].text();
    if (sub_type == "SalesTaxPayable" || sub_type == "GlobalTaxPayable") found.emplace_back(id);
  });
  return found.size() == 1 ? found.front() : std::string();
}

std::string account_of(std::string_view rate, std::string_view agency, const Ballot& ballot, const Lookups& lookups) {
  if (const auto votes = ballot.by_rate.find(rate); votes != ballot.by_rate.end()) return std::string(winner(votes->second));
  if (const auto votes = ballot.by_agency.find(agency); votes != ballot.by_agency.end()) return std::string(winner(votes->second));
  std::string named = account_named(lookups, agency);
  return named.empty() ? only_tax_account(lookups) : named;
}

std::set<std::string, std::less<>> purchase_rates(const Lookups& lookups) {
  std::set<std::string, std::less<>> rates;
  lookups.each("TaxCode", [&](std::string_view, const json::Value& code) {
    for (const auto& detail : code.at("PurchaseTaxRateList.TaxRateDetail").items()) rates.emplace(detail.at("TaxRateRef.value").text());
  });
  return rates;
}

/// How rates of one code build on each other: the order in which they are worked out, and who taxes whom.
struct Compound {
  int sequence = 0;  ///< 0: in no code with compound rates
  bool base_of_others = false, affected = false, tax_only = false;
};
using Compounds = std::map<std::string, Compound, std::less<>>;

std::string_view rate_of(const json::Value& detail) {
  return detail.at("TaxRateRef.value").text();
}

constexpr int kOrderMax = 1'000;  // no code has so many rates

int order_of(const json::Value& detail, std::string_view member) {
  const auto order = detail[member].decimal();
  return order && order->abs() <= Decimal(kOrderMax) ? std::stoi(order->to_string(0)) : 0;
}

bool builds_on_others(const json::Value& detail) {
  const auto kind = detail["TaxTypeApplicable"].text();
  return kind == "TaxOnAmountPlusTax" || kind == "TaxOnTax";
}

void add_compounds(const json::Value& list, Compounds& compounds) {
  const auto rows = list["TaxRateDetail"].items();
  if (std::none_of(rows.begin(), rows.end(), builds_on_others)) return;
  for (const auto& row : rows) {
    auto& own = compounds[std::string(rate_of(row))];
    own.sequence = order_of(row, "TaxOrder") + 1;
    if (!builds_on_others(row)) continue;
    own.affected = true;
    own.tax_only |= row["TaxTypeApplicable"].text() == "TaxOnTax";
    for (const auto& other : rows) {
      const int order = order_of(other, "TaxOrder");
      const bool beneath = row.has("TaxOnTaxOrder") ? order == order_of(row, "TaxOnTaxOrder") : order < order_of(row, "TaxOrder");
      if (beneath && rate_of(other) != rate_of(row)) compounds[std::string(rate_of(other))].base_of_others = true;
    }
  }
}

Compounds compound_rates(const Lookups& lookups) {
  Compounds compounds;
  lookups.each("TaxCode", [&](std::string_view, const json::Value& code) {
    add_compounds(code["SalesTaxRateList"], compounds);
    add_compounds(code["PurchaseTaxRateList"], compounds);
  });
  return compounds;
}

/// Names per use (purchase or sale) that taxes bear: of rates, and of codes of several rates, which are taxes too.
using Names = std::map<std::pair<std::string, bool>, int>;

Names borne_names(std::span<const Source> rates, const std::set<std::string, std::less<>>& purchases, const Lookups& lookups) {
  Names borne;
  for (const auto& rate : rates) ++borne[{std::string((*rate.body)["Name"].text()), purchases.contains(rate.id)}];
  lookups.each("TaxCode", [&](std::string_view, const json::Value& code) {
    for (const bool purchase : {false, true}) {
      const auto& list = code[purchase ? "PurchaseTaxRateList" : "SalesTaxRateList"];
      if (list["TaxRateDetail"].items().size() > 1) ++borne[{std::string(code["Name"].text()), purchase}];
    }
  });
  return borne;
}

void write_compound(const Compounds& compounds, std::string_view rate, json::Writer& plan) {
  const auto found = compounds.find(rate);
  if (found == compounds.end()) return;
  plan.field("sequence", found->second.sequence)
      .field("base_of_others", found->second.base_of_others)
      .field("base_affected", found->second.affected);
  if (found->second.tax_only) plan.field("tax_on_tax", true);
}

}  // namespace

void vote_tax_accounts(const Source& document, Lookups& lookups) {
  const auto& lines = document.body->at("TxnTaxDetail.TaxLine");
  if (lines.items().empty()) return;
  const auto* transaction = lookups.ledger(document.id);
  for (const auto& line : lines.items()) {
    const auto amount = line["Amount"].decimal();
    const auto rate = line.at("TaxLineDetail.TaxRateRef.value").text();
    if (!amount || rate.empty()) continue;  // the document's builder says what is wrong with it
    if (const auto percent = line.at("TaxLineDetail.TaxPercent").decimal()) lookups.put("tax_percent", rate, percent->to_string());
    if (transaction == nullptr || amount->is_zero()) continue;
    const auto account = liability_with(*transaction, *amount, lookups);
    if (account.empty()) continue;
    const std::string key = fmt::format("{}/{}", rate, account);
    const auto* before = lookups.find("tax_vote", key);
    lookups.put("tax_vote", key, std::to_string(before == nullptr ? 1 : std::stoi(std::string(before->text())) + 1));
  }
}

void prepare_tax_rates(std::span<const Source> rates, const RunContext&, Lookups& lookups) {
  const auto ballot = count(lookups);
  const auto purchases = purchase_rates(lookups);
  const auto compounds = compound_rates(lookups);
  auto borne = borne_names(rates, purchases, lookups);
  for (const auto& rate : rates) {
    const auto name = (*rate.body)["Name"].text();
    const bool purchase = purchases.contains(rate.id);
    const bool unique = borne[{std::string(name), purchase}] == 1;
    const auto account = account_of(rate.id, (*rate.body).at("AgencyRef.value").text(), ballot, lookups);
    const auto* percent = lookups.find("tax_percent", rate.id);
    json::Writer plan;
    plan.begin_object().field("use", purchase ? "purchase" : "sale");
    // Odoo wants names to be unique per use.
    plan.field("name", std::string_view(unique || name.empty() ? std::string(name) : fmt::format("{} ({})", name, rate.id)));
    if (!account.empty()) plan.field("account", std::string_view(account));
    write_compound(compounds, rate.id, plan);
    if (const auto value = (*rate.body)["RateValue"].decimal()) {
      plan.field("amount", *value);
    } else if (percent != nullptr) {
      plan.field("amount", percent->decimal().value());
    }
    plan.end_object();
    lookups.put("tax_plan", rate.id, plan.take());
  }
}

}  // namespace q2o::mapper
