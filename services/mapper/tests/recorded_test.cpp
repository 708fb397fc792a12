#include <gtest/gtest.h>

#include "common/testing/testing.h"
#include "services/mapper/tests/booked.h"

/// Every recorded record maps, or is rejected with a reason that a person understands.
namespace q2o::mapper {
namespace {

/// With the entities that the mapping books nowhere, or leaves out.
std::vector<std::string> everything() {
  auto all = testing::source_order();
  all.insert(all.end(), {"TaxPayment", "ReimburseCharge", "RecurringTransaction", "Budget", "Attachable"});
  return all;
}

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
  void read_company(testing::Book& book) const {
    for (const auto& entity : everything()) book.entity(entity, records_of(shared_ + "/qbo/company/entities/" + entity + ".json", entity));
    book.end();
  }
  std::string shared_;
  std::unique_ptr<const Mapping> mapping_;
};

TEST_F(Recorded, TheCompanyMapsWithoutASingleReject) {
  testing::Book book(*mapping_);
  book.ledger(testing::ledger_of(shared_ + "/qbo/company/ledger.json"));
  read_company(book);
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
  const auto ledger = testing::ledger_of(shared_ + "/qbo/company/ledger.json");
  ASSERT_EQ(127U, ledger.size());
  testing::Book book(*mapping_);
  book.ledger(ledger);
  read_company(book);
  testing::Booked(book).expect_nets_to(ledger);
  std::set<std::string> claimed;
  std::vector<std::string> fallbacks;
  for (const auto& record : book.all()) {
    for (const auto& id : record.outcome.claimed) EXPECT_TRUE(claimed.insert(id).second) << id << " is claimed twice";
    if (record.outcome.fallback) fallbacks.push_back(record.entity + " " + record.id + ": " + record.outcome.fallback->step);
  }
  EXPECT_EQ(ledger.size(), claimed.size());
  EXPECT_EQ((std::vector<std::string>{"Invoice 42: ledger_lines"}), fallbacks);
}

TEST_F(Recorded, EverySampleMapsOrIsRejectedWithAReason) {
  std::size_t records = 0;
  testing::Book book(*mapping_);
  for (const auto& entity : everything()) {
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
