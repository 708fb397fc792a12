#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/json/json.h"
#include "common/testing/testing.h"
#include "services/validator/adapters/render.h"
#include "services/validator/adapters/report_proto.h"
#include "services/validator/domain/proof.h"
#include "services/validator/domain/source_builder.h"
#include "services/validator/tests/books.h"

/// The proof over the recorded company: real reports on one side, a target made from the ledger on the other.
namespace q2o::validator {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class RecordedCompany : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto shared = testing::shared_folder();
    if (shared.empty()) GTEST_SKIP() << "../shared is not there";
    SourceBuilder builder;
    const fs::path company = fs::path(shared) / "qbo" / "company";
    for (const auto& file : fs::directory_iterator(company / "entities")) {
      const auto entity = file.path().stem().string();
      const auto document = json::Document::parse(read_file(file.path()));
      ASSERT_TRUE(document) << entity;
      for (const auto& record : document->root()[entity].items()) {
        // A recurring transaction is wrapped: {"Bill": {"Id": …}}.
        const auto& id = record.has("Id") ? record["Id"] : record.members().front().value["Id"];
        builder.record(entity, std::string(id.text()), record.raw());
      }
    }
    for (const auto& file : fs::directory_iterator(company / "reports")) {
      const auto stem = file.path().stem().string();
      const auto dot = stem.find('.');
      builder.report(stem.substr(0, dot), "", dot == std::string::npos ? "" : stem.substr(dot + 1), read_file(file.path()));
    }
    source_ = builder.finish();
    target_ = fakes::migrated(source_);
    // The fake has no due dates: give the open items those of the documents.
    for (const auto* entity : {"Invoice", "Bill"}) {
      const auto document = json::Document::parse(read_file(company / "entities" / (std::string(entity) + ".json")));
      for (const auto& record : document->root()[entity].items()) {
        for (auto& item : target_.items) {
          if (item.move_id == 1'000'000 + std::stoll(std::string(record["Id"].text())))
            item.maturity = std::string(record["DueDate"].text());
        }
      }
    }
  }
  SourceBooks source_;
  TargetBooks target_;
};

TEST_F(RecordedCompany, ReadsEveryReportAndRecord) {
  for (const auto& [name, why] : source_.unreadable) ADD_FAILURE() << name << ": " << why;
  EXPECT_EQ(source_.ledger.size(), 127u);
  EXPECT_EQ(source_.accounts.size(), 89u);
  EXPECT_EQ(source_.trial_balances.size(), 9u);
  EXPECT_EQ(source_.home_currency, "USD");
  EXPECT_EQ(source_.allocations.size(), 27u) << "what payments and bill payments settle";
  EXPECT_EQ(source_.label("Invoice", "130").rfind("Invoice 1037, ", 0), 0u) << source_.label("Invoice", "130");
}

TEST_F(RecordedCompany, APerfectMigrationMatchesInEveryAmount) {
  const auto proof = prove(source_, target_, fakes::clean_notes(source_));
  EXPECT_EQ(proof.verdict, kMatched) << proof.sentence;
  for (const auto& check : proof.checks) {
    EXPECT_EQ(check.outcome, Outcome::equal) << check.name << " " << check.note;
    for (const auto& line : check.lines) {
      if (line.differs)
        ADD_FAILURE() << check.name << ": " << line.subject << " " << line.period << " " << line.source << " / " << line.target << " "
                      << line.note;
    }
  }
  EXPECT_GT(proof.amounts_compared, 900u);
  if (const auto* out = std::getenv("Q2O_RENDER_TO")) {
    std::ofstream(std::string(out) + "/matched.html") << render_html(to_proto(proof, {"t", "m", "qbo1", "o", 1}, "2026-05-04T09:00:00Z"));
  }
}

TEST_F(RecordedCompany, ASpoiledMigrationShowsEveryKindOfDifference) {
  auto notes = fakes::clean_notes(source_);
  target_.items[10].balance += Decimal::of("12.50");
  target_.moves.begin()->second.date = "2026-05-09";
  notes.rejects.push_back(
      {"Invoice", "130", "TxnTaxDetail.TotalTax", "7.77", "TAX_CODE_UNMAPPED", "tax code 'EX' has no Odoo tax", "Map it.", "Invoice 1037"});
  notes.notes.push_back({"Invoice", "42", "ledger_lines", "a statement charge has no item line", "Invoice 1022", true});
  notes.notes.push_back({"ReimburseCharge", "26", "excluded", "Odoo has no object for it; the billed amount is on the invoice", "", false});
  notes.settings.push_back({"sequence.mixin.constraint_start_date", "", "2100-01-01", "names with dates of other years", true});
  fakes::sum_up(target_, days_needed(source_));
  const auto proof = prove(source_, target_, notes);
  EXPECT_EQ(proof.verdict, kDifferent);
  const auto report = to_proto(proof, {"t", "m", "qbo1", "o", 1}, "2026-05-04T09:00:00Z");
  const auto page = render_html(report);
  EXPECT_NE(page.find("The books differ"), std::string::npos);
  if (const auto* out = std::getenv("Q2O_RENDER_TO")) std::ofstream(std::string(out) + "/different.html") << page;
}

}  // namespace
}  // namespace q2o::validator
