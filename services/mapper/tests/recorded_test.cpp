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

/// A recorded object; recordings wrap it now and then, and an answer to a query holds several.
void add_records(std::vector<RawRecord>& records, const json::Value& item, const std::string& entity) {
  const auto& body = item.has("object") ? item["object"] : item.has("body") ? item["body"] : item;
  if (body.has("QueryResponse")) {
    for (const auto& one : body["QueryResponse"][entity].items()) add_records(records, one, entity);
    return;
  }
  const auto& record = body.has(entity) && body[entity].is_object() ? body[entity] : body;
  const auto id = record["Id"].text();
  records.push_back({id.empty() ? "line" + std::to_string(records.size() + 1) : std::string(id), std::string(record.raw())});
}

/// The records of a file: […], {"Account": […]} or {"entity": …, "records": […]}.
std::vector<RawRecord> records_of(const std::string& path, const std::string& entity) {
  std::vector<RawRecord> records;
  const auto document = json::Document::parse(testing::file_text(path));
  if (!document) return records;
  const auto& root = document->root();
  const auto& list = root.is_array() ? root : root.has("records") ? root["records"] : root[entity];
  for (const auto& item : list.items()) add_records(records, item, entity);
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

/// What became of samples. They come from many companies and without a ledger: what refers to records or postings of a company that is not
/// here cannot be booked. Lists stand by themselves, and nothing else may be wrong with a real record.
struct Samples {
  std::size_t records = 0, mapped = 0;
  std::set<std::string> others;  ///< rejects that the samples' origin does not excuse
};

Samples map_samples(const Mapping& mapping, const std::string& folder, const std::set<std::string>& lists) {
  const std::set<std::string> excusable{"REFERENCE_MISSING", "LEDGER_MISSING", "EXCHANGE_RATE_MISSING"};
  Samples samples;
  testing::Book book(mapping);
  for (const auto& entity : everything()) {
    const auto found = records_of(folder + "/" + entity + ".json", entity);
    samples.records += found.size();
    book.entity(entity, found);
  }
  book.end();
  EXPECT_GE(book.all().size(), samples.records);
  expect_reasons(book.all());
  for (const auto& record : book.all()) {
    const auto& reject = record.outcome.reject;
    if (!reject) ++samples.mapped;
    if (reject && (lists.contains(record.entity) || !excusable.contains(reject->reason)))
      samples.others.insert(record.entity + " " + record.id + ": " + reject->field + ": " + reject->reason);
  }
  return samples;
}

const std::set<std::string>& lists() {
  static const std::set<std::string> kLists{"Account",       "Class",   "Customer", "Department", "Employee",
                                            "PaymentMethod", "TaxCode", "TaxRate",  "Vendor"};
  return kLists;
}

TEST_F(Recorded, EverySampleMapsOrIsRejectedWithAReason) {
  const auto samples = map_samples(*mapping_, shared_ + "/qbo/samples", lists());
  EXPECT_GT(samples.records, 100U);
  // Bodies of requests and of answers that name a few members only.
  EXPECT_EQ(samples.others, (std::set<std::string>{"Item 19891: Type: REQUIRED_FIELD_MISSING", "Item 2: Name: REQUIRED_FIELD_MISSING",
                                                   "Item 39: Name: REQUIRED_FIELD_MISSING", "SalesReceipt 19891: TxnDate: NOT_A_DATE"}));
  EXPECT_GT(samples.mapped, 200U);
}

TEST_F(Recorded, EveryExampleOfTheDocumentationMapsOrIsRejectedWithAReason) {
  const auto samples = map_samples(*mapping_, shared_ + "/qbo/samples/docs_examples", lists());
  EXPECT_GT(samples.records, 100U);
  // Answers to a deletion, which have no more than an id.
  EXPECT_EQ(samples.others, (std::set<std::string>{"RefundReceipt 66: TxnDate: NOT_A_DATE", "SalesReceipt 98: TxnDate: NOT_A_DATE"}));
  EXPECT_GT(samples.mapped, 50U);
}

}  // namespace
}  // namespace q2o::mapper
