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
  std::map<std::pair<std::string, bool>, int> borne;
  for (const auto& rate : rates) ++borne[{std::string((*rate.body)["Name"].text()), purchases.contains(rate.id)}];
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
