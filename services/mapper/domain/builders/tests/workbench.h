#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "services/mapper/domain/memory_lookups.h"
#include "services/mapper/domain/model.h"

/// A small company in memory and one builder at a time.
namespace q2o::mapper::testing {

inline std::string json_of(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  return text;
}

class Workbench : public ::testing::Test {
 protected:
  Workbench() {
    know("CompanyInfo", "id", "{'id':'1'}");
    account("10", "Bank", "Checking", "Checking");
    account("11", "Credit Card", "CreditCard", "Visa");
    account("12", "Other Current Asset", "UndepositedFunds", "Undeposited Funds");
    account("20", "Accounts Receivable", "AccountsReceivable", "Receivables");
    account("21", "Accounts Payable", "AccountsPayable", "Payables");
    account("30", "Income", "ServiceFeeIncome", "Services");
    account("31", "Income", "SalesOfProductIncome", "Products");
    account("40", "Other Current Liability", "SalesTaxPayable", "Tax");
    account("50", "Expense", "OfficeExpenses", "Office");
    account("60", "Other Current Asset", "Inventory", "Stock");
    account("61", "Cost of Goods Sold", "SuppliesMaterialsCogs", "Cost of goods");
    know("Customer", "1", "{'DisplayName':'Amy & Sons'}");
    know("Vendor", "2", "{'DisplayName':'Timber'}");
    know("Employee", "3", "{'DisplayName':'Emily'}");
    know("Item", "5", "{'Type':'Service','Name':'Design','IncomeAccountRef':{'value':'30'}}");
    know("Item", "6",
         "{'Type':'Inventory','Name':'Pump','IncomeAccountRef':{'value':'31'},'ExpenseAccountRef':{'value':'61'},'AssetAccountRef':{'value'"
         ":'60'}}");
    know("TaxRate", "7", "{'Name':'County 8 %'}");
  }

  void know(std::string_view kind, std::string_view key, std::string json) { lookups_.put(kind, key, json_of(std::move(json))); }

  /// Postings as "account amount name".
  struct Row {
    const char* account;
    const char* amount;
    const char* name_id = "";
  };
  void ledger(std::string id, std::string type, const std::vector<Row>& rows) {
    accounting::LedgerTransaction transaction{std::move(id), std::move(type), "2026-04-06", "", {}};
    for (const auto& row : rows) {
      accounting::Posting posting;
      posting.account_id = row.account;
      posting.amount = Decimal::of(row.amount);
      posting.name_id = row.name_id;
      transaction.postings.push_back(std::move(posting));
    }
    lookups_.add_ledger(std::move(transaction));
  }

  Outcome build(std::string_view builder, const std::string& entity, const std::string& body, const std::string& parameters = "{}") {
    documents_.push_back(json::Document::parse(json_of(body)).value());
    const auto& record = documents_.back().root();
    documents_.push_back(json::Document::parse(json_of(parameters)).value());
    const Source source{entity, std::string(record["Id"].text()), &record, note_};
    return find_builder(builder)->build(source, documents_.back().root(), RunContext{"q", "USD", money_mode_}, lookups_);
  }

  static const Target* target(const Outcome& outcome, std::string_view id) {
    const auto found =
        std::find_if(outcome.targets.begin(), outcome.targets.end(), [&](const Target& each) { return each.external_id == id; });
    return found == outcome.targets.end() ? nullptr : &*found;
  }
  /// The JSON below a path of a target's arguments, as it will be sent; a sentence where there is none.
  static std::string sent(const Outcome& outcome, std::string_view id, std::string_view path) {
    if (outcome.reject) return outcome.reject->reason + ": " + outcome.reject->message;
    const auto* found = target(outcome, id);
    if (found == nullptr) return "no target " + std::string(id);
    const auto document = json::Document::parse(found->values_json).value();
    return std::string(document.root().at(path).raw());
  }
  static std::string reason(const Outcome& outcome) { return outcome.reject ? outcome.reject->reason : std::string(); }
  std::string remembered(std::string_view kind, std::string_view key) const {
    const auto* found = lookups_.find(kind, key);
    return found == nullptr ? std::string() : std::string(found->raw());
  }

  MemoryLookups lookups_;
  MoneyMode money_mode_ = MoneyMode::native;
  std::string note_;  ///< what the mapping notes beside the record

 private:
  void account(std::string_view id, std::string_view type, std::string_view sub_type, std::string_view name) {
    json::Writer out;
    out.begin_object().field("Name", name).field("AccountType", type).field("AccountSubType", sub_type).field("Active", true).end_object();
    lookups_.put("Account", id, out.take());
  }
  std::deque<json::Document> documents_;
};

}  // namespace q2o::mapper::testing
