#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sandbox/generator/generator.h"
#include "sandbox/reports/reports.h"
#include "services/mapper/tests/book.h"

/// Companies of every country through the shipped mapping: what is sent adds up to the ledger, at home and abroad, and what is matched
/// leaves open what the source has open.
namespace q2o::mapper {
namespace {

using sandbox::Node;

struct Both {
  Decimal home, abroad;
  bool is_zero() const { return home.is_zero() && abroad.is_zero(); }
  bool operator==(const Both&) const = default;
};
using Sums = std::map<std::string, Both>;

std::string text(const Both& sum) {
  return fmt::format("{} ({} abroad)", sum.home.to_string(2), sum.abroad.to_string(2));
}
void drop_zeros(Sums& sums) {
  std::erase_if(sums, [](const auto& entry) { return entry.second.is_zero(); });
}
Decimal decimal(const json::Value& value) {
  return value.decimal() ? *value.decimal() : Decimal{};
}

const std::vector<std::string> kOrder{"CompanyInfo",
                                      "Preferences",
                                      "CompanyCurrency",
                                      "ExchangeRate",
                                      "Account",
                                      "Term",
                                      "PaymentMethod",
                                      "TaxAgency",
                                      "TaxRate",
                                      "TaxCode",
                                      "Class",
                                      "Department",
                                      "CustomerType",
                                      "Customer",
                                      "Vendor",
                                      "Employee",
                                      "Item",
                                      "Estimate",
                                      "PurchaseOrder",
                                      "Deposit",
                                      "Invoice",
                                      "SalesReceipt",
                                      "CreditMemo",
                                      "RefundReceipt",
                                      "Bill",
                                      "VendorCredit",
                                      "Purchase",
                                      "Transfer",
                                      "CreditCardPayment",
                                      "JournalEntry",
                                      "InventoryAdjustment",
                                      "Payment",
                                      "BillPayment",
                                      "TimeActivity"};

class Generated : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    company_ = sandbox::generator::generate(sandbox::generator::parse_recipe(GetParam()).value());
    auto check = Mapping::compile(testing::shipped_mapping());
    ASSERT_TRUE(check.mapping);
    mapping_ = std::move(check.mapping);
    book_ = std::make_unique<testing::Book>(*mapping_, company_.home_currency());
    read_ledger();
    for (const auto& entity : kOrder) read_entity(entity);
    book_->end();
    for (const auto& record : book_->all())
      for (const auto& target : record.outcome.targets)
        bodies_.emplace(target.external_id, json::Document::parse(target.values_json).value());
  }

  /// Account of an expression: the source's id, or the part of the company's account.
  std::string account_of(const json::Value& expression) const {
    const std::string id(expression["ref"].text());
    if (id.starts_with("qbo1_account_")) return id.substr(13);
    return id.empty() ? std::string("transfer") : id.substr(id.rfind('_') + 1);
  }
  std::string type_of(const std::string& account) const {
    const auto* found = book_->lookups().find("Account", account);
    return found == nullptr ? "" : std::string((*found)["AccountType"].text());
  }
  bool open_item(const std::string& account) const { return type_of(account).starts_with("Accounts "); }
  std::string only(const std::string& sub_type) const {
    for (const auto& account : company_.of("Account"))
      if (account["AccountSubType"].text() == sub_type) return account["Id"].text();
    return "";
  }
  static std::string name_of(const json::Value& partner) {
    const auto id = partner["ref"].text();
    return std::string(id.substr(id.rfind('_') == std::string_view::npos ? 0 : id.rfind('_') + 1));
  }
  std::string key(const std::string& account, const std::string& name) const {
    return open_item(account) ? account + " of " + name : account;
  }

  void add_items(Sums& sums, const json::Value& values) const {
    for (const auto& item : values["line_ids"]["lines"].items()) {
      if (item["account_id"].is_null()) continue;  // sections and notes
      const auto& partner = item["partner_id"].is_null() ? values["partner_id"] : item["partner_id"];
      auto& sum = sums[key(account_of(item["account_id"]), name_of(partner))];
      sum.home += decimal(item["balance"]);
      sum.abroad += decimal(item["amount_currency"]);
    }
  }
  /// What Odoo books for a payment that is sent without its items: it is in home currency then.
  void add_payment(Sums& sums, const json::Value& values) const {
    if (values.has("line_ids")) return add_items(sums, values);
    const bool inbound = values["payment_type"].text() == "inbound", customer = values["partner_type"].text() == "customer";
    const bool undeposited = values["payment_method_line_id"]["ref"].text().find("undeposited") != std::string_view::npos;
    const Decimal amount = inbound ? decimal(values["amount"]) : -decimal(values["amount"]);
    auto& money = sums[undeposited ? only("UndepositedFunds") : inbound ? "outstandingreceipts" : "outstandingpayments"];
    auto& open = sums[key(only(customer ? "AccountsReceivable" : "AccountsPayable"), name_of(values["partner_id"]))];
    for (auto member : {&Both::home, &Both::abroad}) money.*member += amount, open.*member -= amount;
  }
  void add(Sums& sums, const Target& target) const {
    if (target.operation != "create") return;
    const auto& values = bodies_.at(target.external_id).root()["values"];
    if (values["state"].text() == "cancel") return;
    if (target.model == "account.payment") add_payment(sums, values);
    if (target.model == "account.move" || target.model == "account.bank.statement.line") add_items(sums, values);
  }

  /// What is left open of each record on each account, after all matches.
  Sums residuals() const {
    Sums open;
    for (const auto& record : book_->all())
      for (const auto& target : record.outcome.targets) {
        const auto& body = bodies_.at(target.external_id).root();
        if (target.operation == "match") {
          const auto account = account_of(body["account"]);
          const auto take = [&](std::string_view side, int sign) {
            auto& sum = open[account + " " + std::string(body[side].text())];
            const auto home = decimal(body["amount"]), abroad = decimal(body["amount_currency"]);
            sum.home -= sign > 0 ? home : -home;
            sum.abroad -= sign > 0 ? abroad : -abroad;
          };
          take("debit", 1);
          take("credit", -1);
          continue;
        }
        Sums items;
        add(items, target);
        for (const auto& [account, sum] : items) {
          auto& left = open[account.substr(0, account.find(' ')) + " " + target.external_id];
          left.home += sum.home;
          left.abroad += sum.abroad;
        }
      }
    return open;
  }

  sandbox::Company company_;
  std::unique_ptr<const Mapping> mapping_;
  std::unique_ptr<testing::Book> book_;
  std::vector<accounting::LedgerTransaction> ledger_;
  std::map<std::string, json::Document, std::less<>> bodies_;

 private:
  void read_ledger() {
    accounting::Classifications classes;
    for (const auto& account : company_.of("Account"))
      classes.emplace(account["Id"].text(), *accounting::classify_account(account["Classification"].text(), account["AccountType"].text()));
    const sandbox::reports::Books books(company_);
    sandbox::reports::LedgerOptions options{.keys = {}, .cells_max = SIZE_MAX};
    for (const auto* wished :
         {"tx_date", "txn_type", "doc_num", "name", "memo", "currency", "exch_rate", "subt_nat_amount", "subt_nat_home_amount"})
      options.keys.emplace_back(wished);
    const auto report = sandbox::reports::general_ledger(books, company_.first_date(), company_.last_date(), options);
    auto read = accounting::read_general_ledger({report.dump()}, classes);
    ASSERT_TRUE(read) << read.error().message;
    ledger_ = std::move(*read);
    book_->ledger(ledger_);
  }
  void read_entity(const std::string& entity) {
    std::vector<RawRecord> records;
    for (const auto& object : company_.of(entity)) {
      auto id = sandbox::object_id(object);
      if (entity == "ExchangeRate") id = object["SourceCurrencyCode"].text() + "/" + object["AsOfDate"].text();
      records.push_back({id.empty() ? "1" : id, object.dump()});
    }
    book_->entity(entity, records);
  }
};

TEST_P(Generated, EveryTransactionNetsToTheLedgersPostings) {
  std::map<std::string, Sums> made;
  for (const auto& record : book_->all()) {
    EXPECT_FALSE(record.outcome.reject) << record.entity << " " << record.id << ": "
                                        << (record.outcome.reject ? record.outcome.reject->message : "");
    if (!record.outcome.posting) continue;
    for (const auto& target : record.outcome.targets) add(made[record.id], target);
  }
  for (const auto& transaction : ledger_) {
    Sums wanted;
    for (const auto& posting : transaction.postings) {
      auto& sum = wanted[key(posting.account_id, posting.name_id)];
      sum.home += posting.amount;
      sum.abroad += posting.amount_currency.value_or(posting.amount);
    }
    drop_zeros(wanted);
    auto& sums = made[transaction.id];
    drop_zeros(sums);
    for (const auto& [account, sum] : wanted)
      EXPECT_EQ(text(sums[account]), text(sum)) << transaction.type << " " << transaction.id << ", account " << account;
    for (const auto& [account, sum] : sums)
      EXPECT_TRUE(wanted.contains(account) || sum.is_zero())
          << transaction.type << " " << transaction.id << ": " << text(sum) << " too much on " << account;
    made.erase(transaction.id);
  }
  for (auto& [id, sums] : made) {
    drop_zeros(sums);
    EXPECT_TRUE(sums.empty()) << id << " is booked, but the ledger does not have it";
  }
}

TEST_P(Generated, DocumentsStayDocuments) {
  std::size_t lines = 0, all = 0;
  for (const auto& record : book_->all()) {
    all += record.outcome.posting ? 1 : 0;
    if (!record.outcome.fallback) continue;
    EXPECT_NE(record.outcome.fallback->step, "plain_entry") << record.entity << " " << record.id << ": " << record.outcome.fallback->reason;
    if (++lines <= 5) RecordProperty("fallback", record.entity + " " + record.id + ": " + record.outcome.fallback->reason);
  }
  EXPECT_LE(lines * 100, all) << "more than 1 % of the documents take the ledger's lines";
}

TEST_P(Generated, WhatIsMatchedLeavesOpenWhatTheSourceHasOpen) {
  auto open = residuals();
  std::map<std::string, const Node*> documents;
  for (const char* entity : {"Invoice", "CreditMemo", "Bill", "VendorCredit"})
    for (const auto& document : company_.of(entity))
      documents[RunContext{"qbo1", ""}.external_id(entity, document["Id"].text())] = &document;
  for (const auto& [item, sum] : open) {
    const auto account = item.substr(0, item.find(' ')), record = item.substr(item.find(' ') + 1);
    const auto found = documents.find(record);
    if (account.starts_with("outstanding") || account == "transfer") {
      EXPECT_TRUE(sum.is_zero()) << item << " stays open with " << text(sum);
    } else if (open_item(account) && found != documents.end()) {
      const auto balance = (*found->second)["Balance"].decimal();
      EXPECT_EQ(sum.abroad.abs().to_string(2), balance.to_string(2)) << item;
      const auto home = found->second->has("HomeBalance") ? (*found->second)["HomeBalance"].decimal() : balance;
      EXPECT_EQ(sum.home.abs().to_string(2), home.to_string(2)) << item;
    } else if (open_item(account) && record.find("_payment_") != std::string::npos) {
      // A payment is open with what is not applied; at home with its share, and with nothing when it is closed abroad.
      EXPECT_TRUE(!sum.abroad.is_zero() || sum.home.is_zero()) << item << " stays open with " << text(sum);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Companies, Generated,
                         ::testing::Values("generated:us:small:1", "generated:uk:small:1", "generated:uk:small:7", "generated:ca:small:3"),
                         [](const auto& one) {
                           std::string name(one.param);
                           std::ranges::replace(name, ':', '_');
                           return name;
                         });

}  // namespace
}  // namespace q2o::mapper
