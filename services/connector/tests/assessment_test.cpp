#include "services/connector/adapters/postgres_assessments.h"

#include <gmock/gmock.h>

#include "common/testing/answering.h"
#include "q2o/connector/v1/connector.pb.h"
#include "services/connector/tests/stores_fixture.h"

/// Assessments in a real database: kept, leased, readable again.
namespace q2o::connector {
namespace {

using testing::Stores;

Assessed counted(const std::string& entity, std::uint64_t records, int year) {
  Assessed out;
  out.entity.set_entity(entity);
  out.entity.set_records(records);
  out.entity.set_posts(true);
  auto& counted = *out.entity.add_years();
  counted.set_year(static_cast<std::uint32_t>(year));
  counted.set_records(records);
  out.span = Period{*parse_day(std::to_string(year) + "-01-05"), *parse_day(std::to_string(year) + "-11-30")};
  return out;
}

class Assessments : public Stores {
 protected:
  PostgresAssessments store{pool, manifests, "a"}, other{pool, manifests, "b"};
  const std::string connection = save().id;
};

TEST_F(Assessments, OneAtATimePerConnectionAndOfTheTenantOnly) {
  const auto first = store.start(tenant, connection);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->state(), "running");
  EXPECT_EQ(store.start(tenant, connection)->assessment_id(), first->assessment_id());
  EXPECT_EQ(store.start(ids::uuid_v4(), connection).error().reason, "NOT_FOUND");
  EXPECT_EQ(store.find(ids::uuid_v4(), connection, "", false).error().reason, "NOT_ASSESSED");
  EXPECT_EQ(store.find(tenant, connection, "", true).error().reason, "NOT_ASSESSED") << "it is not done";
}

TEST_F(Assessments, OnePerIdempotencyKeyAlsoWhenItIsDone) {
  v1::StartAssessmentRequest request;
  request.set_connection_id(connection);
  const auto start = [&](const std::string& key) {
    const q2o::testing::Answering call("/q2o.connector.v1.ConnectorService/StartAssessment", tenant, key, request);
    return store.start(tenant, connection)->assessment_id();
  };
  const auto first = start("k1");
  const auto taken = store.take(milliseconds{60000});
  ASSERT_TRUE(taken);
  store.finish(*taken);
  store.release(*taken);
  EXPECT_EQ(start("k1"), first) << "the same order again counts nothing again";
  EXPECT_NE(start("k2"), first);
}

TEST_F(Assessments, ARestartGoesOnWithWhatIsMissingAndOnlyTheHolderWrites) {
  store.start(tenant, connection);
  const auto taken = store.take(milliseconds{60000});
  ASSERT_TRUE(taken);
  EXPECT_FALSE(other.take(milliseconds{60000})) << "it is leased";
  EXPECT_TRUE(store.store(*taken, counted("Invoice", 7, 2024), {9, milliseconds{900}}));
  store.release(*taken);
  const auto again = other.take(milliseconds{60000});
  ASSERT_TRUE(again);
  EXPECT_THAT(again->done, ::testing::ElementsAre("Invoice"));
  EXPECT_FALSE(store.store(*taken, counted("Bill", 1, 2024), {})) << "the lease went to another process";
  EXPECT_TRUE(other.store(*again, counted("Bill", 3, 2023), {5, milliseconds{500}}));
  other.finish(*again);
  other.release(*again);
  EXPECT_FALSE(store.take(milliseconds{60000})) << "it is done";
  const auto done = store.find(tenant, connection, "", true);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->state(), "done");
  EXPECT_EQ(done->transactions(), 10u);
  EXPECT_EQ(done->requests(), 14u);
  EXPECT_EQ(done->entities(0).entity(), "Invoice") << "in the order of the manifest";
  ASSERT_EQ(done->years_size(), 2);
  EXPECT_EQ(done->years(0).year(), 2023u);
  EXPECT_GT(done->extraction().requests(), 23u) << "pages, the ledger of 23 months, reports";
}

TEST_F(Assessments, LaterIsTriedAgainByItselfAndFailedIsNot) {
  store.start(tenant, connection);
  const auto taken = store.take(milliseconds{60000});
  store.later(*taken, Error{Code::unavailable, "no answer", Retry::after_backoff, Effect::none, "NETWORK", "", {}});
  store.release(*taken);
  EXPECT_FALSE(store.take(milliseconds{60000})) << "not at once";
  EXPECT_EQ(store.find(tenant, connection, "", false)->message(), "no answer");
  pool.transact([](pg::Tx& tx) { tx.exec("UPDATE assessment SET retry_at = now()"); });
  const auto again = store.take(milliseconds{60000});
  ASSERT_TRUE(again);
  store.failed(*again, Error{Code::unauthenticated, "refused", Retry::never, Effect::none, "CONNECTION_BROKEN", "Connect again.", {}});
  store.release(*again);
  EXPECT_EQ(store.find(tenant, connection, "", false)->hint(), "Connect again.");
  EXPECT_NE(store.start(tenant, connection)->assessment_id(), again->id) << "another one can be made";
}

}  // namespace
}  // namespace q2o::connector
