#include "sandbox/checker/cases.h"

#include <algorithm>

#include <fmt/format.h>

#include "sandbox/checker/check.h"

namespace q2o::sandbox::checker {
namespace {

/// Once may be luck.
constexpr std::size_t kSeveral = 3;
/// Cases of a large company are told by their first ones.
constexpr std::size_t kListed = 200;

bool applies(const CaseFacts& facts, CaseScope scope) {
  switch (scope) {
    case CaseScope::every:
      return true;
    case CaseScope::states:
      return !facts.global_taxes;
    case CaseScope::global:
      return facts.global_taxes;
    case CaseScope::compound:
      return !facts.compound_codes.empty();
    case CaseScope::currencies:
      return facts.several_currencies;
  }
  return false;
}

}  // namespace

CaseFacts::CaseFacts(const Company& of) : company(of), home(of.home_currency()) {
  for (const auto& account : of.of("Account")) {
    const auto& id = account["Id"].text();
    account_type[id] = account["AccountType"].text();
    account_sub_type[id] = account["AccountSubType"].text();
    if (account.at("CurrencyRef.value").text() != home) foreign_accounts.insert(id);
    ++account_names[account["Name"].text()];
    if (account.has("AcctNum")) ++account_numbers[account["AcctNum"].text()];
  }
  for (const auto& code : of.of("TaxCode"))
    for (const auto& detail : code.at("SalesTaxRateList.TaxRateDetail").items())
      if (detail["TaxTypeApplicable"].text() == "TaxOnAmountPlusTax") compound_codes.insert(code["Id"].text());
  for (const auto& rate : of.of("TaxRate")) special_rates[rate["Id"].text()] = rate["SpecialTaxType"].text();
  for (const auto& transaction : of.ledger) ledger.emplace(transaction.txn_id, &transaction);
  for (const auto* entity : {"Payment", "BillPayment"})
    for (const auto& payment : of.of(entity))
      for (const auto& line : payment["Line"].items())
        for (const auto& link : line["LinkedTxn"].items()) {
          applied[link["TxnType"].text() + " " + link["TxnId"].text()] += line["Amount"].decimal();
          if (link["TxnType"].text() == "Invoice") ++payments_on[link["TxnId"].text()];
        }
  for (const auto* entity : {"Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt"})
    for (const auto& document : of.of(entity))
      if (document.has("DocNumber")) ++numbers[document["DocNumber"].text()];
  for (const auto& customer : of.of("Customer")) customer_names.insert(customer["DisplayName"].text());
  global_taxes = of.find("TaxCode", "TAX") == nullptr;
  several_currencies = !of.of("Preferences").empty() && of.of("Preferences").front().at("CurrencyPrefs.MultiCurrencyEnabled").truthy();
}

bool CaseFacts::is_foreign(const Node& object) const {
  const auto& currency = object.at("CurrencyRef.value").text();
  return !currency.empty() && currency != home;
}

const Posting* CaseFacts::posting_on(const std::string& transaction, std::string_view type) const {
  const auto found = ledger.find(transaction);
  if (found == ledger.end()) return nullptr;
  for (const auto& line : found->second->lines) {
    const auto known = account_type.find(line.account_id);
    if (known == account_type.end() || line.amount.is_zero()) continue;
    if (known->second == type || account_sub_type.at(line.account_id) == type) return &line;
  }
  return nullptr;
}

Cases find_cases(const Company& company) {
  const CaseFacts facts(company);
  Cases out;
  for (const auto list : {name_cases(), document_cases(), money_cases()})
    for (const auto& hard : list) {
      if (!applies(facts, hard.scope)) continue;
      auto& records = out[hard.name];
      hard.find(facts, records);
      if (records.size() > kListed) records.resize(kListed);
    }
  return out;
}

void check_cases(const Company& company, std::vector<std::string>& out) {
  if (!company.cases) return;
  const auto found = find_cases(company);
  for (const auto& [name, records] : found) {
    if (records.size() < kSeveral)
      out.push_back(fmt::format("case {} occurs {} times, should {} times at least", name, records.size(), kSeveral));
    const auto told = company.cases->find(name);
    if (told == company.cases->end()) {
      out.push_back(fmt::format("case {} is not in the list of cases", name));
      continue;
    }
    for (const auto& record : told->second) {
      const auto same = [&](const CaseRecord& other) { return other.entity == record.entity && other.id == record.id; };
      if (std::none_of(records.begin(), records.end(), same))
        out.push_back(fmt::format("case {}: {} {} is none", name, record.entity.empty() ? "ledger" : record.entity, record.id));
    }
  }
  for (const auto& [name, records] : *company.cases)
    if (!found.contains(name)) out.push_back(fmt::format("case {} is not known", name));
}

}  // namespace q2o::sandbox::checker
