#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "common/testing/testing.h"
#include "services/mapper/tests/book.h"

/// Every recorded record maps, or is rejected with a reason that a person understands.
namespace q2o::mapper {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kOrder{"CompanyInfo", "Preferences",  "CompanyCurrency", "ExchangeRate",   "Account",           "Term",          "PaymentMethod", "TaxAgency",
                                      "TaxRate",     "TaxCode",      "Class",           "Department",     "CustomerType",      "Customer",      "Vendor",        "Employee",
                                      "Item",        "JournalCode",  "Estimate",        "PurchaseOrder",  "Deposit",           "Invoice",       "SalesReceipt",  "CreditMemo",
                                      "RefundReceipt", "Bill",       "VendorCredit",    "Purchase",       "Transfer",          "CreditCardPayment", "JournalEntry", "InventoryAdjustment",
                                      "TaxPayment",  "Payment",      "BillPayment",     "TimeActivity",   "ReimburseCharge",   "RecurringTransaction", "Budget",    "Attachable"};

/// The records of a file: {"Account": […]} or {"entity": …, "records": […]}; recordings wrap the object now and then.
std::vector<RawRecord> records_of(const std::string& path, const std::string& entity) {
  std::vector<RawRecord> records;
  const auto document = json::Document::parse(testing::file_text(path));
  if (!document) return records;
  const auto& list = document->root().has("records") ? document->root()["records"] : document->root()[entity];
  std::size_t n = 0;
  for (const auto& item : list.items()) {
    const auto& body = item.has("body") ? item["body"] : item;
    const auto& record = body.has(entity) && body[entity].is_object() ? body[entity] : body;
    const auto id = record["Id"].text();
    ++n;
    records.push_back({id.empty() ? "line" + std::to_string(n) : std::string(id), std::string(record.raw())});
  }
  return records;
}

std::vector<accounting::LedgerTransaction> ledger_of(const std::string& path) {
  std::vector<accounting::LedgerTransaction> all;
  const auto document = json::Document::parse(testing::file_text(path)).value();
  for (const auto& item : document.root().items()) {
    accounting::LedgerTransaction transaction{std::string(item["txn_id"].text()), std::string(item["txn_type"].text()), std::string(item["date"].text()),
                                              std::string(item["doc_number"].text()), {}};
    for (const auto& line : item["lines"].items()) {
      accounting::Posting posting;
      posting.account_id = line["account_id"].text();
      posting.amount = line["amount"].decimal().value();
      posting.name_id = line["name_id"].text();
      posting.name = line["name"].text();
      posting.memo = line["memo"].text();
      transaction.postings.push_back(std::move(posting));
    }
    all.push_back(std::move(transaction));
  }
  return all;
}

void expect_reasons(const std::vector<Mapped>& all) {
  for (const auto& record : all) {
    const auto& reject = record.outcome.reject;
    if (!reject) continue;
    EXPECT_FALSE(reject->reason.empty() || reject->message.empty() || reject->hint.empty()) << record.entity << " " << record.id;
  }
}

class Recorded : public ::testing::Test {
 protected:
  void SetUp() override {
    shared_ = q2o::testing::shared_folder();
    if (shared_.empty()) GTEST_SKIP() << "the folder of recorded data is not there";
    auto check = Mapping::compile(testing::shipped_mapping());
    ASSERT_TRUE(check.mapping);
    mapping_ = std::move(check.mapping);
  }
  std::string shared_;
  std::unique_ptr<const Mapping> mapping_;
};

TEST_F(Recorded, TheCompanyMapsWithoutASingleReject) {
  testing::Book book(*mapping_);
  book.ledger(ledger_of(shared_ + "/qbo/company/ledger.json"));
  for (const auto& entity : kOrder) book.entity(entity, records_of(shared_ + "/qbo/company/entities/" + entity + ".json", entity));
  book.end();
  for (const auto& record : book.all()) {
    if (record.outcome.reject) ADD_FAILURE() << record.entity << " " << record.id << ": " << record.outcome.reject->field << ": " << record.outcome.reject->message;
  }
  std::set<std::string> ids;
  for (const auto& record : book.all()) {
    for (const auto& target : record.outcome.targets) {
      EXPECT_TRUE(ids.insert(target.external_id).second) << target.external_id << " is made twice";
      EXPECT_TRUE(json::Document::parse(target.values_json)) << target.values_json;
    }
  }
  EXPECT_GT(ids.size(), 400U) << "documents make more records than lists do";
}

TEST_F(Recorded, EverySampleMapsOrIsRejectedWithAReason) {
  std::size_t records = 0;
  testing::Book book(*mapping_);
  for (const auto& entity : kOrder) {
    const auto found = records_of(shared_ + "/qbo/samples/" + entity + ".json", entity);
    records += found.size();
    book.entity(entity, found);
  }
  book.end();
  EXPECT_GT(records, 100U);
  EXPECT_GE(book.all().size(), records);
  expect_reasons(book.all());
}

}  // namespace
}  // namespace q2o::mapper
