#include "services/connector/domain/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "common/testing/testing.h"
#include "services/connector/tests/shipped.h"

namespace q2o::connector {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

std::string complaints(const std::string& text) {
  const auto manifest = parse_manifest(text);
  return manifest ? "" : manifest.error().message;
}

TEST(Manifest, TheShippedOneIsWithoutComplaint) {
  EXPECT_EQ(complaints(testing::shipped_text()), "");
  const auto manifest = testing::shipped();
  EXPECT_EQ(manifest.budget.per_minute, 500);
  EXPECT_EQ(manifest.query.page_rows, 1000);
}

TEST(Manifest, TheShippedOneNamesEveryEntityOfTheApiAndSaysWhyOneIsNotListed) {
  const auto manifest = testing::shipped();
  std::vector<std::string> names;
  for (const auto& entity : manifest.entities) {
    names.push_back(entity.name);
    if (entity.listing == Listing::none) {
      EXPECT_FALSE(entity.reason.empty()) << entity.name;
    }
  }
  EXPECT_EQ(names.size(), 50u);  // 49 of the API and the ledger report
  const auto shared = q2o::testing::shared_folder();
  if (shared.empty()) GTEST_SKIP() << "../shared is not there";
  const auto api = json::Document::parse(testing::file_text(shared + "/qbo/entities.json"));
  ASSERT_TRUE(api);
  for (const auto& [name, entity] : api->root()["entities"].members()) EXPECT_THAT(names, Contains(std::string(name)));
}

TEST(Manifest, TheShippedOneKnowsWhatTheLedgerCallsTheTransactionsOfEachEntity) {
  const auto manifest = testing::shipped();
  EXPECT_THAT(manifest.find("InventoryAdjustment")->ledger_types, Contains("Inventory Qty Adjust"));
  EXPECT_TRUE(manifest.find("Estimate")->ledger_types.empty()) << "it never posts";
  const auto shared = q2o::testing::shared_folder();
  if (shared.empty()) GTEST_SKIP() << "../shared is not there";
  const auto ledger = json::Document::parse(testing::file_text(shared + "/qbo/company/ledger.json"));
  ASSERT_TRUE(ledger);
  for (const auto& transaction : ledger->root().items()) {
    const auto* entity = manifest.find(transaction["entity"].text());
    EXPECT_THAT(entity == nullptr ? manifest.ledger.own_types : entity->ledger_types,
                Contains(std::string(transaction["txn_type"].text())));
  }
}

TEST(Manifest, AWordingOfTheLedgerBelongsToOneEntity) {
  const auto text = replaced(testing::shipped_text(), R"("ledger_types": ["Deposit"])", R"("ledger_types": ["Invoice"])");
  EXPECT_THAT(complaints(text), HasSubstr("manifest.entities.Invoice: ledger type 'Invoice' belongs to something else already"));
}

TEST(Manifest, ReferenceDataAndTheLedgerComeBeforeDocuments) {
  const auto manifest = testing::shipped();
  const auto position = [&](const char* name) { return manifest.find(name) - manifest.entities.data(); };
  EXPECT_LT(position("Preferences"), position("Account"));
  EXPECT_LT(position("Account"), position("GeneralLedger"));
  EXPECT_LT(position("GeneralLedger"), position("Deposit"));
  EXPECT_LT(position("Deposit"), position("Invoice"));
  EXPECT_LT(position("Invoice"), position("Payment"));
}

TEST(Manifest, ComplainsAboutEverythingAtOnceWithItsPlace) {
  auto text = replaced(testing::shipped_text(), R"("page_rows": 1000)", R"("page_rows": 0)");
  text = replaced(text, R"("stage": "settings", "listing": "once")", R"("stage": "settngs", "listing": "sometimes", "colour": "red")");
  text = replaced(text, R"("per_second": 10, )", "");
  text = replaced(text, R"(STARTPOSITION {start} )", "");
  EXPECT_THAT(complaints(text),
              AllOf(HasSubstr("manifest.query.page_rows: must be a whole number from 1"), HasSubstr("CompanyInfo].listing: 'sometimes'"),
                    HasSubstr("CompanyInfo].colour: is not known"), HasSubstr("stage 'settngs'"),
                    HasSubstr("budget.per_second: is missing"), HasSubstr("manifest.query.page: must contain {start}")));
}

TEST(Manifest, RefusesWhatIsNoManifest) {
  EXPECT_NE(complaints("{"), "");
  EXPECT_NE(complaints("[]"), "");
  EXPECT_THAT(complaints("{}"), HasSubstr("manifest.entities: is missing"));
}

}  // namespace
}  // namespace q2o::connector
