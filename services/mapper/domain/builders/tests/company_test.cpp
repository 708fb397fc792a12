#include <gtest/gtest.h>

#include "common/testing/testing.h"
#include "services/mapper/tests/booked.h"

/// The strong test: what is sent for a whole recorded company adds up to its general ledger, cent by cent.
namespace q2o::mapper {
namespace {

json::Document parsed(const std::string& path) {
  return json::Document::parse(testing::file_text(path)).value();
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
    for (const auto& entity : testing::source_order()) read_entity(entity);
    book_->end();
    booked_ = std::make_unique<testing::Booked>(*book_);
  }

  std::string folder_;
  std::unique_ptr<const Mapping> mapping_;
  std::unique_ptr<testing::Book> book_;
  std::vector<accounting::LedgerTransaction> ledger_;
  std::unique_ptr<testing::Booked> booked_;
  std::map<std::string, json::Document> entities_;

 private:
  void read_ledger() {
    ledger_ = testing::ledger_of(folder_ + "/company/ledger.json");
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
  EXPECT_EQ(ledger_.size(), 127U);
  booked_->expect_nets_to(ledger_);
}

TEST_F(Company, OnlyTheStatementChargeTakesTheLedgersLines) {
  std::vector<std::string> fallbacks;
  for (const auto& record : book_->all()) {
    if (record.outcome.fallback) fallbacks.push_back(record.entity + " " + record.id + " " + record.outcome.fallback->step);
  }
  EXPECT_EQ(fallbacks, std::vector<std::string>{"Invoice 42 ledger_lines"});
}

TEST_F(Company, StatementLinesGiveTheBalancesOfBanksAndCards) {
  std::map<std::string, Decimal> wanted, lines;
  for (const auto& transaction : ledger_) {
    for (const auto& posting : transaction.postings) {
      if (posting.account_id.empty() && posting.amount.is_zero()) continue;
      const auto type = booked_->type_of(posting.account_id);
      ASSERT_NE(type, "") << transaction.id << " posts " << posting.amount.to_string() << " on account \"" << posting.account_id << "\"";
      if (type == "Bank" || type == "Credit Card") wanted[posting.account_id] += posting.amount;
    }
  }
  std::size_t count = 0;
  for (const auto& record : book_->all()) {
    for (const auto& target : record.outcome.targets) {
      if (target.model != "account.bank.statement.line" || target.operation != "create") continue;
      const auto& values = booked_->body(target)["values"];
      const std::string journal(values["journal_id"]["ref"].text());
      lines[journal.substr(13, journal.rfind('_') - 13)] += testing::amount_of(values["amount"]);
      ++count;
    }
  }
  EXPECT_EQ(count, 63U);
  EXPECT_EQ(wanted.size(), lines.size());
  for (const auto& [bank, amount] : wanted) EXPECT_EQ(lines[bank].to_string(2), amount.to_string(2)) << "account " << bank;
}

TEST_F(Company, DocumentsLessTheirMatchesLeaveTheirBalance) {
  std::map<std::string, Decimal> open;
  for (const auto& [at, sum] : booked_->residuals())
    if (booked_->open_item(at.first)) open[at.second] += sum.home;
  std::size_t documents = 0;
  for (const char* entity : {"Invoice", "CreditMemo", "Bill", "VendorCredit"}) {
    for (const auto& record : entities_.at(entity).root()[entity].items()) {
      const std::string id = RunContext{"qbo1", "USD"}.external_id(entity, record["Id"].text());
      EXPECT_EQ(open[id].abs().to_string(2), testing::amount_of(record["Balance"]).to_string(2)) << id;
      ++documents;
    }
  }
  EXPECT_GT(documents, 40U);
}

TEST_F(Company, NothingStaysOpenOnOutstandingAndTransferAccounts) {
  std::size_t matches = 0;
  for (const auto& record : book_->all())
    for (const auto& target : record.outcome.targets)
      if (target.operation == "match" && booked_->in_between(booked_->account_of(booked_->body(target)["account"]))) ++matches;
  EXPECT_EQ(matches, 21U) << "8 receipts, 11 bills paid and money out, 2 ties between banks";
  for (const auto& [at, sum] : booked_->residuals())
    EXPECT_TRUE(sum.is_zero() || !booked_->in_between(at.first)) << at.second << " stays open with " << sum.text() << " on " << at.first;
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
      const auto found = booked_->bodies().find("qbo1_" + std::string(record.key));
      if (record.value["model"].text() == "account.journal" || record.value["model"].text() == "account.payment.method.line") continue;
      ASSERT_NE(found, booked_->bodies().end()) << record.key;
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
      const auto found = booked_->bodies().find("qbo1_" + std::string(record.key));
      if (found == booked_->bodies().end()) {
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
