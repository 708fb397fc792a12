#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "common/testing/testing.h"
#include "services/mapper/tests/book.h"

/// Every recorded record maps, or is rejected with a reason that a person understands.
namespace q2o::mapper {
namespace {

namespace fs = std::filesystem;

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
                                      "JournalCode",
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
                                      "TaxPayment",
                                      "Payment",
                                      "BillPayment",
                                      "TimeActivity",
                                      "ReimburseCharge",
                                      "RecurringTransaction",
                                      "Budget",
                                      "Attachable"};

/// The records of a file: {"Account": […]} or {"entity": …, "records": [{"object": …}]}; recordings wrap the object now and then.
std::vector<RawRecord> records_of(const std::string& path, const std::string& entity) {
  std::vector<RawRecord> records;
  const auto document = json::Document::parse(testing::file_text(path));
  if (!document) return records;
  const auto& list = document->root().has("records") ? document->root()["records"] : document->root()[entity];
  std::size_t n = 0;
  for (const auto& item : list.items()) {
    const auto& body = item.has("object") ? item["object"] : item.has("body") ? item["body"] : item;
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
    accounting::LedgerTransaction transaction{std::string(item["txn_id"].text()),
                                              std::string(item["txn_type"].text()),
                                              std::string(item["date"].text()),
                                              std::string(item["doc_number"].text()),
                                              {}};
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

/// What all targets together post per QuickBooks account; what runs over accounts of the target's own is told apart by name.
using Sums = std::map<std::string, Decimal>;

std::string account_key(const json::Value& account) {
  const auto reference = account["ref"].text();
  return reference.empty() ? std::string(account.raw()) : std::string(reference);
}

/// A payment without items of its own: Odoo books its journal's method account against the partner's account.
void add_plain_payment(const json::Value& values, const std::string& control, Sums& sums) {
  const Decimal amount = values["amount"].decimal().value();
  const bool inbound = values["payment_type"].text() == "inbound";
  const auto method = values["payment_method_line_id"]["ref"].text();
  const std::string outstanding = inbound ? "qbo1_company_info_1_outstandingreceipts" : "qbo1_company_info_1_outstandingpayments";
  sums[method.empty() ? outstanding : "qbo1_account_4"] += inbound ? amount : -amount;
  sums[values["destination_account_id"].is_null() ? control : account_key(values["destination_account_id"])] += inbound ? -amount : amount;
}

Sums posted_by(const Outcome& outcome) {
  Sums sums;
  for (const auto& target : outcome.targets) {
    const auto document = json::Document::parse(target.values_json).value();
    const auto& values = document.root()["values"];
    if (target.operation != "create" || values["state"].text() == "cancel") continue;
    for (const auto& item : values["line_ids"]["lines"].items()) {
      if (!item["balance"].is_null()) sums[account_key(item["account_id"])] += item["balance"].decimal().value();
    }
    if (target.model == "account.payment" && !values.has("line_ids"))
      add_plain_payment(values, values["partner_type"].text() == "customer" ? "qbo1_account_84" : "qbo1_account_33", sums);
  }
  std::erase_if(sums, [](const auto& entry) { return entry.second.is_zero(); });
  return sums;
}

Sums posted_by(const accounting::LedgerTransaction& transaction) {
  Sums sums;
  for (const auto& posting : transaction.postings) sums["qbo1_account_" + posting.account_id] += posting.amount;
  std::erase_if(sums, [](const auto& entry) { return entry.second.is_zero(); });
  return sums;
}

std::string listed(const Sums& sums) {
  std::string text;
  for (const auto& [account, sum] : sums) text += account + " " + sum.to_string(2) + "\n";
  return text;
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
    if (record.outcome.reject)
      ADD_FAILURE() << record.entity << " " << record.id << ": " << record.outcome.reject->field << ": " << record.outcome.reject->message;
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

TEST_F(Recorded, EveryTransactionOfTheCompanyPostsWhatItsLedgerSays) {
  const auto ledger = ledger_of(shared_ + "/qbo/company/ledger.json");
  ASSERT_EQ(127U, ledger.size());
  testing::Book book(*mapping_);
  book.ledger(ledger);
  for (const auto& entity : kOrder) book.entity(entity, records_of(shared_ + "/qbo/company/entities/" + entity + ".json", entity));
  book.end();
  std::map<std::string, const Mapped*> by_transaction;
  std::vector<std::string> fallbacks;
  for (const auto& record : book.all()) {
    for (const auto& id : record.outcome.claimed) EXPECT_TRUE(by_transaction.emplace(id, &record).second) << id << " is claimed twice";
    if (record.outcome.fallback) fallbacks.push_back(record.entity + " " + record.id + ": " + record.outcome.fallback->step);
  }
  EXPECT_EQ(ledger.size(), by_transaction.size());
  for (const auto& transaction : ledger) {
    const auto found = by_transaction.find(transaction.id);
    ASSERT_TRUE(found != by_transaction.end()) << transaction.type << " " << transaction.id << " is booked by nobody";
    EXPECT_EQ(listed(posted_by(transaction)), listed(posted_by(found->second->outcome))) << transaction.type << " " << transaction.id;
  }
  EXPECT_EQ((std::vector<std::string>{"Invoice 42: ledger_lines"}), fallbacks);
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
  // The samples come from many companies and without a ledger: what refers to records or postings of a company that is not here cannot be
  // booked. Lists stand by themselves, and nothing else may be wrong with a real record.
  const std::set<std::string> excusable{"REFERENCE_MISSING", "LEDGER_MISSING", "EXCHANGE_RATE_MISSING"};
  const std::set<std::string> lists{"Account",       "Class",   "Customer", "Department", "Employee",
                                    "PaymentMethod", "TaxCode", "TaxRate",  "Vendor"};
  std::set<std::string> others;
  std::size_t mapped = 0;
  for (const auto& record : book.all()) {
    const auto& reject = record.outcome.reject;
    if (!reject) ++mapped;
    if (reject && (lists.contains(record.entity) || !excusable.contains(reject->reason)))
      others.insert(record.entity + " " + record.id + ": " + reject->field + ": " + reject->reason);
  }
  // Bodies of requests and of answers that name a few members only.
  EXPECT_EQ(others, (std::set<std::string>{"Item 19891: Type: REQUIRED_FIELD_MISSING", "Item 2: Name: REQUIRED_FIELD_MISSING",
                                           "Item 39: Name: REQUIRED_FIELD_MISSING", "SalesReceipt 19891: TxnDate: NOT_A_DATE"}));
  EXPECT_GT(mapped, 200U);
}

}  // namespace
}  // namespace q2o::mapper
