#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "common/testing/testing.h"
#include "services/mapper/tests/book.h"

/// The strong test: what is sent for a whole recorded company adds up to its general ledger, cent by cent.
namespace q2o::mapper {
namespace {

using Sums = std::map<std::string, Decimal>;

const std::vector<std::string> kOrder{"CompanyInfo",   "Preferences",
                                      "Account",       "Term",
                                      "PaymentMethod", "TaxAgency",
                                      "TaxRate",       "TaxCode",
                                      "Customer",      "Vendor",
                                      "Employee",      "Item",
                                      "Estimate",      "PurchaseOrder",
                                      "Deposit",       "Invoice",
                                      "SalesReceipt",  "CreditMemo",
                                      "RefundReceipt", "Bill",
                                      "VendorCredit",  "Purchase",
                                      "Transfer",      "CreditCardPayment",
                                      "JournalEntry",  "InventoryAdjustment",
                                      "Payment",       "BillPayment",
                                      "TimeActivity"};

json::Document parsed(const std::string& path) {
  return json::Document::parse(testing::file_text(path)).value();
}
Decimal decimal(const json::Value& value) {
  return value.decimal().value();
}

class Company : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = q2o::testing::shared_folder();
    if (folder_.empty()) GTEST_SKIP() << "the folder of recorded data is not there";
    folder_ += "/qbo";
    auto check = Mapping::compile(testing::shipped_mapping());
    ASSERT_TRUE(check.mapping);
    mapping_ = std::move(check.mapping);
    book_ = std::make_unique<testing::Book>(*mapping_);
    read_ledger();
    for (const auto& entity : kOrder) read_entity(entity);
    book_->end();
    for (const auto& record : book_->all()) {
      for (const auto& target : record.outcome.targets)
        bodies_.emplace(target.external_id, json::Document::parse(target.values_json).value());
    }
  }

  /// Account of an expression: our account id, or the part of the company's account.
  std::string account_of(const json::Value& expression) const {
    const std::string id(expression["ref"].text());
    if (id.starts_with("qbo1_account_")) return id.substr(13);
    return id.empty() ? std::string("transfer") : id.substr(id.rfind('_') + 1);
  }
  bool open_item(const std::string& account) const {
    const auto* found = book_->lookups().find("Account", account);
    return found != nullptr && (*found)["AccountType"].text().starts_with("Accounts ");
  }
  /// "84 of 9" on receivables and payables, else "48": the partner of other items is information only.
  std::string key(const std::string& account, std::string_view name) const {
    return open_item(account) ? account + " of " + std::string(name) : account;
  }
  static std::string_view name_of(const json::Value& partner) {
    const auto id = partner["ref"].text();
    return id.substr(id.rfind('_') == std::string_view::npos ? 0 : id.rfind('_') + 1);
  }
  static void drop_zeros(Sums& sums) {
    std::erase_if(sums, [](const auto& entry) { return entry.second.is_zero(); });
  }

  void add_items(Sums& sums, const json::Value& values) const {
    for (const auto& item : values["line_ids"]["lines"].items()) {
      if (item["account_id"].is_null()) continue;  // sections and notes
      const auto& partner = item["partner_id"].is_null() ? values["partner_id"] : item["partner_id"];
      sums[key(account_of(item["account_id"]), name_of(partner))] += decimal(item["balance"]);
    }
  }
  /// What Odoo books for a payment that is sent without its items.
  void add_payment(Sums& sums, const json::Value& values) const {
    if (values.has("line_ids")) return add_items(sums, values);
    const bool inbound = values["payment_type"].text() == "inbound", customer = values["partner_type"].text() == "customer";
    const bool undeposited = values["payment_method_line_id"]["ref"].text().find("undeposited") != std::string_view::npos;
    const Decimal amount = inbound ? decimal(values["amount"]) : -decimal(values["amount"]);
    sums[undeposited ? undeposited_ : inbound ? "outstandingreceipts" : "outstandingpayments"] += amount;
    sums[key(customer ? receivables_ : payables_, name_of(values["partner_id"]))] -= amount;
  }
  void add(Sums& sums, const Target& target) const {
    if (target.operation != "create") return;
    const auto& values = bodies_.at(target.external_id).root()["values"];
    if (target.model == "account.payment") add_payment(sums, values);
    if (target.model == "account.move" || target.model == "account.bank.statement.line") add_items(sums, values);
  }

  std::string folder_, receivables_ = "84", payables_ = "33", undeposited_ = "4";
  std::unique_ptr<const Mapping> mapping_;
  std::unique_ptr<testing::Book> book_;
  std::vector<accounting::LedgerTransaction> ledger_;
  std::map<std::string, json::Document, std::less<>> bodies_;
  std::map<std::string, json::Document> entities_;

 private:
  void read_ledger() {
    const auto document = parsed(folder_ + "/company/ledger.json");
    for (const auto& item : document.root().items()) {
      accounting::LedgerTransaction transaction{std::string(item["txn_id"].text()),
                                                std::string(item["txn_type"].text()),
                                                std::string(item["date"].text()),
                                                std::string(item["doc_number"].text()),
                                                {}};
      for (const auto& line : item["lines"].items()) {
        transaction.postings.push_back({std::string(line["account_id"].text()),
                                        decimal(line["amount"]),
                                        {},
                                        {},
                                        std::string(line["name_id"].text()),
                                        std::string(line["name"].text()),
                                        std::string(line["memo"].text())});
      }
      ledger_.push_back(std::move(transaction));
    }
    book_->ledger(ledger_);
  }
  void read_entity(const std::string& entity) {
    auto& document = entities_[entity] = parsed(folder_ + "/company/entities/" + entity + ".json");
    std::vector<RawRecord> records;
    for (const auto& record : document.root()[entity].items()) {
      std::string id(record["Id"].text());
      records.push_back({id.empty() ? "1" : id, std::string(record.raw())});
    }
    book_->entity(entity, records);
  }
};

TEST_F(Company, EveryTransactionNetsToTheLedgersPostings) {
  std::map<std::string, Sums> made;
  for (const auto& record : book_->all()) {
    EXPECT_FALSE(record.outcome.reject) << record.entity << " " << record.id << ": "
                                        << (record.outcome.reject ? record.outcome.reject->message : "");
    if (!record.outcome.posting) continue;
    for (const auto& target : record.outcome.targets) add(made[record.id], target);
  }
  EXPECT_EQ(ledger_.size(), 127U);
  std::size_t equal = 0;
  for (const auto& transaction : ledger_) {
    Sums wanted;
    for (const auto& posting : transaction.postings) wanted[key(posting.account_id, posting.name_id)] += posting.amount;
    drop_zeros(wanted);
    Sums& sums = made[transaction.id];
    drop_zeros(sums);
    equal += sums == wanted ? 1 : 0;
    for (const auto& [account, amount] : wanted)
      EXPECT_EQ(sums[account].to_string(2), amount.to_string(2)) << transaction.type << " " << transaction.id << ", account " << account;
    for (const auto& [account, amount] : sums) {
      EXPECT_TRUE(wanted.contains(account) || amount.is_zero())
          << transaction.type << " " << transaction.id << ": " << amount.to_string(2) << " too much on " << account;
    }
    made.erase(transaction.id);
  }
  EXPECT_EQ(equal, ledger_.size());
  for (auto& [id, sums] : made) {
    drop_zeros(sums);
    EXPECT_TRUE(sums.empty()) << id << " is booked, but the ledger does not have it";
  }
}

TEST_F(Company, OnlyTheStatementChargeTakesTheLedgersLines) {
  std::vector<std::string> fallbacks;
  for (const auto& record : book_->all()) {
    if (record.outcome.fallback) fallbacks.push_back(record.entity + " " + record.id + " " + record.outcome.fallback->step);
  }
  EXPECT_EQ(fallbacks, std::vector<std::string>{"Invoice 42 ledger_lines"});
}

TEST_F(Company, StatementLinesGiveTheBalancesOfBanksAndCards) {
  Sums wanted, lines;
  for (const auto& transaction : ledger_) {
    for (const auto& posting : transaction.postings) {
      if (posting.account_id.empty() && posting.amount.is_zero()) continue;
      const auto* account = book_->lookups().find("Account", posting.account_id);
      ASSERT_NE(account, nullptr) << transaction.id << " posts " << posting.amount.to_string() << " on account \"" << posting.account_id
                                  << "\"";
      const auto type = (*account)["AccountType"].text();
      if (type == "Bank" || type == "Credit Card") wanted[posting.account_id] += posting.amount;
    }
  }
  std::size_t count = 0;
  for (const auto& record : book_->all()) {
    for (const auto& target : record.outcome.targets) {
      if (target.model != "account.bank.statement.line" || target.operation != "create") continue;
      const auto& values = bodies_.at(target.external_id).root()["values"];
      const std::string journal(values["journal_id"]["ref"].text());
      lines[journal.substr(13, journal.rfind('_') - 13)] += decimal(values["amount"]);
      ++count;
    }
  }
  EXPECT_EQ(count, 63U);
  EXPECT_EQ(wanted.size(), lines.size());
  for (const auto& [bank, amount] : wanted) EXPECT_EQ(lines[bank].to_string(2), amount.to_string(2)) << "account " << bank;
}

TEST_F(Company, DocumentsLessTheirMatchesLeaveTheirBalance) {
  Sums matched;
  for (const auto& record : book_->all()) {
    for (const auto& target : record.outcome.targets) {
      if (target.operation != "match") continue;
      const auto& match = bodies_.at(target.external_id).root();
      for (const char* side : {"debit", "credit"}) {
        if (open_item(account_of(match["account"]))) matched[std::string(match[side].text())] += decimal(match["amount"]);
      }
    }
  }
  std::size_t documents = 0;
  for (const char* entity : {"Invoice", "CreditMemo", "Bill", "VendorCredit"}) {
    for (const auto& record : entities_.at(entity).root()[entity].items()) {
      const std::string id = RunContext{"qbo1", "USD"}.external_id(entity, record["Id"].text());
      EXPECT_EQ((decimal(record["TotalAmt"]) - matched[id]).to_string(2), decimal(record["Balance"]).to_string(2)) << id;
      ++documents;
    }
  }
  EXPECT_GT(documents, 40U);
}

TEST_F(Company, NothingStaysOpenOnOutstandingAndTransferAccounts) {
  Sums open;
  std::size_t matches = 0;
  for (const auto& record : book_->all()) {
    for (const auto& target : record.outcome.targets) {
      const auto& body = bodies_.at(target.external_id).root();
      if (target.operation == "match") {
        const std::string account = account_of(body["account"]);
        if (!account.starts_with("outstanding") && account != "transfer") continue;
        open[account + " " + std::string(body["debit"].text())] -= decimal(body["amount"]);
        open[account + " " + std::string(body["credit"].text())] += decimal(body["amount"]);
        ++matches;
        continue;
      }
      Sums items;
      add(items, target);
      for (const auto& [account, amount] : items) {
        if (account.starts_with("outstanding") || account == "transfer") open[account + " " + target.external_id] += amount;
      }
    }
  }
  EXPECT_EQ(matches, 21U) << "8 receipts, 11 bills paid and money out, 2 ties between banks";
  drop_zeros(open);
  for (const auto& [item, amount] : open) ADD_FAILURE() << item << " stays open with " << amount.to_string(2);
}

/// Our expressions in the notation of the proven payloads; "?" where Odoo looks a record up.
std::string shown(const json::Value& value) {
  if (value.is_null() || value.text() == "false") return "false";
  if (value.is_number()) {
    std::string digits = value.decimal().value().to_string(6);
    return digits;
  }
  if (value.is_object()) {
    if (value.has("ref")) return "@" + std::string(value["ref"].text().substr(5));
    if (value.has("company")) return value["company"].text() == "currency_id" ? "USD" : "?";
    if (value.has("refs")) return shown(value["refs"]);
    if (value.has("lines")) return shown(value["lines"]);
    if (value.has("order_line"))
      return "@" + std::string(value.at("order_line.0").text().substr(5)) + "/line" +
             std::to_string(std::stoi(std::string(value.at("order_line.1").text())) + 1);
    return "?";
  }
  if (value.at("0.0").text() == "6") return shown(value.at("0.2"));  // Odoo's command: these and no others
  std::string list;
  for (const auto& item : value.items()) list += shown(item) + " ";
  return value.is_array() ? "[" + list + "]" : std::string(value.text());
}

/// What the proof calls by ids of its own database, or by the chart's accounts.
bool comparable(const std::string& field, const std::string& wanted, const std::string& ours) {
  return ours != "?" && !wanted.starts_with("@@") && wanted.find("@account.1_") == std::string::npos && field != "currency_id" &&
         field != "payment_method_line_id" && field != "tax_repartition_line_id" && field != "res_id" && field != "subtype_id" &&
         field != "model";
}

void expect_fields(const std::string& where, const json::Value& wanted, const json::Value& ours) {
  for (const auto& member : wanted.members()) {
    const std::string field(member.key);
    if (member.value.is_array() && !member.value.items().empty() && member.value.items().front().is_object()) {
      const auto rows = ours[field]["lines"].items();
      ASSERT_EQ(rows.size(), member.value.items().size()) << where << " " << field;
      for (std::size_t i = 0; i < rows.size(); ++i)
        expect_fields(where + " " + field + " " + std::to_string(i), member.value.items()[i], rows[i]);
      continue;
    }
    const std::string expected = shown(member.value);
    std::string actual = shown(ours[field]);
    // The proof wrote the note alone; ours says as well when the record was made.
    if (const auto origin = actual.find("<br/>Imported from QuickBooks"); field == "body" && origin != std::string::npos)
      actual.replace(origin, std::string::npos, "</p>");
    if (!comparable(field, expected, actual)) continue;
    EXPECT_EQ(actual, expected) << where << ", field " << field;
  }
}

TEST_F(Company, PayloadsEqualThoseThatARealOdooTook) {
  const auto proven = parsed(folder_ + "/proven-payloads.json");
  std::size_t compared = 0;
  for (const auto& example : proven.root()["native"].members()) {
    for (const auto& record : example.value.members()) {
      const auto found = bodies_.find("qbo1_" + std::string(record.key));
      if (record.value["model"].text() == "account.journal" || record.value["model"].text() == "account.payment.method.line") continue;
      ASSERT_NE(found, bodies_.end()) << record.key;
      ++compared;
      if (record.value.has("values")) {
        expect_fields(std::string(record.key), record.value["values"], found->second.root()["values"]);
      } else {
        EXPECT_EQ(shown(found->second.root()["amount"]), Decimal::of(record.value["amount"].text()).to_string(6)) << record.key;
      }
    }
  }
  for (const char* kind : {"sale.order", "purchase.order", "invoice", "sales_receipt", "credit_memo", "refund_receipt", "bill",
                           "cost of goods entries", "journal_entry", "inventory_adjustment", "project.project", "time_activity", "notes"}) {
    for (const auto& record : proven.root()["kinds"][kind]["records"].members()) {
      const auto found = bodies_.find("qbo1_" + std::string(record.key));
      if (found == bodies_.end()) {
        ADD_FAILURE() << kind << ": " << record.key << " is not made";
        continue;
      }
      ++compared;
      expect_fields(std::string(record.key), record.value, found->second.root()["values"]);
    }
  }
  EXPECT_GT(compared, 50U);
}

}  // namespace
}  // namespace q2o::mapper
