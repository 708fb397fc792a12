#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/ids/ids.h"
#include "common/rpc/rpc.h"
#include "common/testing/isolation.h"
#include "common/testing/testing.h"
#include "services/validator/adapters/render.h"
#include "services/validator/adapters/report_proto.h"
#include "services/validator/adapters/service.h"
#include "services/validator/tests/books.h"

/// A report whose lines lie in pieces in a real Postgres, streamed over real gRPC.
namespace q2o::validator {
namespace {

using namespace std::chrono_literals;

/// Nobody proves anew here.
class Nothing final : public SourceSide, public TargetSide, public Notes {
 public:
  Result<SourceBooks> read(const Run&, std::stop_token) override { return fail(Code::unavailable, "not here"); }
  Result<TargetBooks> read(const Run&, const std::set<std::string>&, std::stop_token) override {
    return fail(Code::unavailable, "not here");
  }
  RunNotes read(const Run&) override { return {}; }
};

class StoredReports : public ::testing::Test {
 protected:
  void SetUp() override { pg::migrate(pool_, schema()); }

  /// A proof of the small company of which one item is a cent off, stored as the worker does.
  void prove_and_keep() {
    fakes::sum_up(target_, days_needed(source_));
    LinesOnShelf lines;
    const auto proof = prove(source_, target_, fakes::clean_notes(source_),
                             [&](std::size_t check, const std::vector<Line>& made) { lines.take(check, made); });
    store_.keep(run_, to_proto(proof, run_, "2026-02-02T08:00:00Z"), &lines);
  }
  std::map<std::string, std::string> streamed(const std::string& format) {
    v1::StreamReportRequest request;
    request.set_migration_id(run_.migration);
    request.set_format(format);
    const auto context = rpc::context(run_.tenant, "cli", 20s);
    const auto stream = client_->StreamReport(context.get(), request);
    std::map<std::string, std::string> files;
    v1::StreamReportResponse piece;
    while (stream->Read(&piece)) {
      if (piece.has_about()) about_ = piece.about();
      if (!piece.file().empty()) files[piece.file()] += piece.content();
    }
    status_ = stream->Finish();
    return files;
  }
  void expect_the_same_as_whole() {
    const auto whole = store_.report(run_.tenant, run_.migration, 0);
    ASSERT_TRUE(whole);
    EXPECT_EQ(streamed("html").at("report.html"), render_html(*whole));
    EXPECT_EQ(streamed("json").at("report.json"), render_json(*whole));
    const auto files = streamed("csv");
    const auto expected = render_csv(*whole);
    EXPECT_EQ(files.size(), expected.size());
    for (const auto& file : expected) EXPECT_EQ(files.at(file.name), file.content);
    EXPECT_EQ(about_.verdict(), whole->verdict());
    EXPECT_EQ(about_.run(), 1u);
  }

  pg::Pool pool_{testing::Postgres::instance().fresh_schema()};
  const validator::Run run_{"11111111-1111-4111-8111-111111111111", ids::uuid_v4(), "qbo1", "target", 1};
  SourceBooks source_ = fakes::small_company();
  TargetBooks target_ = fakes::migrated(source_);
  Store store_{pool_, "instance-1"};
  Nothing nothing_;
  Prover prover_{nothing_, nothing_, nothing_};
  Service service_{store_, prover_};
  metrics::Registry metrics_;
  rpc::Server server_{"127.0.0.1:0", {&service_}, metrics_};
  std::unique_ptr<v1::ValidatorService::Stub> client_ =
      v1::ValidatorService::NewStub(rpc::channel("127.0.0.1:" + std::to_string(server_.port())));
  v1::GetReportResponse about_;
  grpc::Status status_;
};

TEST_F(StoredReports, AStreamIsByteForByteTheWholeReport) {
  prove_and_keep();
  expect_the_same_as_whole();
  EXPECT_EQ(about_.verdict(), "MATCHED");
}

TEST_F(StoredReports, DifferencesAndWhatWasAcceptedOfThemStandInIt) {
  target_.items[2].balance += Decimal::of("0.01");
  prove_and_keep();
  expect_the_same_as_whole();
  EXPECT_EQ(about_.verdict(), "DIFFERENT");
  pool_.transact([&](pg::Tx& tx) {
    tx.exec(
        "INSERT INTO acceptance(report_id, tenant_id, migration_id, run, actor, reason, accepted_at) "
        "SELECT report_id, tenant_id, migration_id, run, 'cli:ann', 'rounding', '2026-02-02T08:30:00Z' FROM report WHERE migration_id = $1",
        {run_.migration});
  });
  expect_the_same_as_whole();
  EXPECT_EQ(about_.verdict(), "MATCHED WITH EXCEPTIONS");
  EXPECT_NE(streamed("csv").at("transactions.csv").find("accepted"), std::string::npos);
}

TEST_F(StoredReports, WhatIsNotThereIsSaidInWords) {
  streamed("json");
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::NOT_FOUND);
  prove_and_keep();
  streamed("pdf");
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(ValidatorSchema, PostgresShowsATenantItsOwnRowsOnly) {
  const auto database = q2o::testing::Postgres::instance().fresh_schema();
  pg::Pool pool(database);
  pg::migrate(pool, schema());
  EXPECT_THAT(q2o::testing::isolation_complaints(database), ::testing::IsEmpty());
}

}  // namespace
}  // namespace q2o::validator
