#include <gmock/gmock.h>

#include "services/mapper/adapters/run_differ.h"
#include "services/mapper/tests/replay_fixture.h"

/// Two runs compared by what lies in a real log.
namespace q2o::mapper {
namespace {

using testing::kTenant;
using testing::MapperReplay;

class MapperDiff : public MapperReplay {
 protected:
  struct Told {
    v1::DiffSummary summary;
    std::vector<v1::RecordDiff> records;
    std::vector<v1::AccountDiff> accounts;
  };
  Result<Told> compare(std::uint32_t before, std::uint32_t after, const std::string& tenant = kTenant) {
    v1::DiffRunsRequest request;
    request.set_migration_id(migration_);
    request.set_run_before(before);
    request.set_run_after(after);
    Told told;
    const auto done = RunDiffer(pool_, kafka(), topics_.mapped).diff(tenant, request, {}, [&](const v1::DiffRunsResponse& part) {
      if (part.has_summary()) told.summary = part.summary();
      if (part.has_record()) told.records.push_back(part.record());
      if (part.has_account()) told.accounts.push_back(part.account());
      return true;
    });
    if (!done) return fail(done.error());
    return told;
  }
  /// The shipped mapping with another text in one place; its version.
  std::string changed(const std::string& text, const std::string& instead) {
    auto mapping = testing::shipped_mapping();
    const auto at = mapping.find(text);
    EXPECT_NE(at, std::string::npos);
    mapping.replace(at, text.size(), instead);
    const auto stored = mappings_.store(kTenant, "quickbooks_online", mapping);
    EXPECT_TRUE(stored.complaints.empty());
    return stored.version;
  }
};

TEST_F(MapperDiff, TheSameMappingHasNoDifference) {
  order(2, first_);
  ASSERT_TRUE(replay_some());
  const auto told = compare(1, 2);
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_GT(told->summary.equal(), 0u);
  EXPECT_EQ(told->summary.changed() + told->summary.added() + told->summary.vanished() + told->summary.outcomes(), 0u);
  EXPECT_TRUE(told->records.empty());
  EXPECT_TRUE(told->accounts.empty());
}

TEST_F(MapperDiff, ADryRunShowsFieldByFieldWhatAnotherMappingChanges) {
  const auto version = changed(R"("Income": "income",)", R"("Income": "income_other",)");
  order_.set_dry_run(true);
  order(2, first_, {}, version);
  ASSERT_TRUE(replay_some());
  const auto told = compare(1, 2);
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(told->summary.mapping_after(), version);
  EXPECT_EQ(told->summary.changed(), 1u);
  ASSERT_EQ(told->records.size(), 1u);
  const auto& record = told->records[0];
  EXPECT_EQ(record.kind(), "changed");
  EXPECT_EQ(record.entity() + " " + record.source_id(), "Account 1");
  EXPECT_EQ(record.external_id(), "qbo1_account_1");
  ASSERT_EQ(record.fields_size(), 1);
  EXPECT_EQ(record.fields(0).path(), "values.account_type");
  EXPECT_EQ(record.fields(0).before_json() + record.fields(0).after_json(), R"("income""income_other")");
}

TEST_F(MapperDiff, OnlyWhatBothRunsSentOnIsCompared) {
  order(2, first_, {"Customer"});
  ASSERT_TRUE(replay_some());
  const auto told = compare(1, 2);
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_THAT(told->summary.entities(), ::testing::ElementsAre("Customer"));
  EXPECT_EQ(told->summary.vanished(), 0u);
}

TEST_F(MapperDiff, SaysWhatToDoWhenARunCannotBeCompared) {
  EXPECT_EQ(compare(1, 7).error().reason, "RUN_UNKNOWN");
  EXPECT_EQ(compare(1, 1, ids::uuid_v4()).error().reason, "RUN_UNKNOWN") << "of another tenant";
  pool_.transact([](pg::Tx& tx) { tx.exec("UPDATE run SET mapped_last = mapped_last + 100000"); });
  const auto gone = compare(1, 1);
  EXPECT_EQ(gone.error().reason, "DIFF_RANGE_LOST");
  EXPECT_NE(gone.error().hint.find("--dry-run"), std::string::npos);
  pool_.transact([](pg::Tx& tx) { tx.exec("UPDATE run SET state = 'mapping'"); });
  EXPECT_EQ(compare(1, 1).error().reason, "RUN_NOT_MAPPED");
}

}  // namespace
}  // namespace q2o::mapper
