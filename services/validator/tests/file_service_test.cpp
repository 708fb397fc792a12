#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/ids/ids.h"
#include "common/rpc/rpc.h"
#include "common/testing/testing.h"
#include "services/validator/adapters/file_service.h"
#include "services/validator/adapters/render.h"
#include "services/validator/adapters/report_proto.h"
#include "services/validator/tests/books.h"

/// Reports as files over real gRPC, from a real Postgres.
namespace q2o::validator {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class ReportFiles : public ::testing::Test {
 protected:
  struct File {
    std::string content, type, name, policy;
    grpc::Status status;
  };
  void SetUp() override {
    pg::migrate(pool_, schema());
    keep(run_);
  }
  void keep(const validator::Run& run) {
    auto source = fakes::small_company();
    auto target = fakes::migrated(source);
    fakes::sum_up(target, days_needed(source));
    LinesOnShelf lines;
    const auto proof = prove(source, target, fakes::clean_notes(source),
                             [&](std::size_t check, const std::vector<Line>& made) { lines.take(check, made); });
    store_.keep(run, to_proto(proof, run, "2026-02-02T08:00:00Z"), &lines);
  }
  template <class Reader>
  static File read(grpc::ClientContext& context, Reader& reader) {
    File out;
    google::api::HttpBody piece;
    while (reader.Read(&piece)) {
      if (!piece.content_type().empty()) out.type = piece.content_type();
      out.content += piece.data();
    }
    out.status = reader.Finish();
    const auto header = [&](const char* name) {
      const auto found = context.GetServerInitialMetadata().find(name);
      return found == context.GetServerInitialMetadata().end() ? std::string() : std::string(found->second.data(), found->second.size());
    };
    out.name = header("content-disposition");
    out.policy = header("content-security-policy");
    return out;
  }
  File download(const std::string& format, const std::string& table = {}, const std::string& tenant = {}) {
    v1::DownloadReportRequest request;
    request.set_migration_id(run_.migration);
    request.set_format(format);
    request.set_table(table);
    const auto context = rpc::context(tenant.empty() ? run_.tenant : tenant, "ann", 60s);
    const auto reader = client_->DownloadReport(context.get(), request);
    return read(*context, *reader);
  }
  v1::CreateReportShareResponse share(std::uint32_t days = 0) {
    v1::CreateReportShareRequest request;
    request.set_migration_id(run_.migration);
    request.set_days(days);
    v1::CreateReportShareResponse response;
    EXPECT_TRUE(client_->CreateReportShare(rpc::context(run_.tenant, "ann@example.com", 20s).get(), request, &response).ok());
    return response;
  }
  File shared(const std::string& token, const std::string& format = {}) {
    v1::GetSharedReportRequest request;
    request.set_token(token);
    request.set_format(format);
    const auto context = rpc::context("", "", 60s);
    const auto reader = client_->GetSharedReport(context.get(), request);
    return read(*context, *reader);
  }

  pg::Pool pool_{testing::Postgres::instance().fresh_schema()};
  const validator::Run run_{ids::uuid_v4(), ids::uuid_v4(), "qbo1", "target", 1};
  Store store_{pool_, "instance-1"};
  Shares shares_{pool_, config::Secret("key")};
  PdfRenderer pdf_{{}};
  FileService service_{store_, shares_, pdf_, "https://q.example"};
  metrics::Registry metrics_;
  rpc::Server server_{"127.0.0.1:0", {&service_}, metrics_};
  std::unique_ptr<v1::ReportFileService::Stub> client_ =
      v1::ReportFileService::NewStub(rpc::channel("127.0.0.1:" + std::to_string(server_.port())));
};

TEST_F(ReportFiles, EachFormatIsOneFileWithAName) {
  const auto whole = *store_.report(run_.tenant, run_.migration, 0);
  auto file = download("html");
  EXPECT_EQ(file.content, render_html(whole));
  EXPECT_EQ(file.type, "text/html; charset=utf-8");
  EXPECT_THAT(file.name, HasSubstr("inline; filename=\""));
  EXPECT_THAT(file.name, HasSubstr("report-run-1.html\""));
  EXPECT_THAT(file.policy, HasSubstr("default-src 'none'"));
  file = download("json");
  EXPECT_EQ(file.content, render_json(whole));
  EXPECT_THAT(file.name, HasSubstr("attachment"));
  EXPECT_EQ(download("csv", "summary.csv").content, render_csv(whole)[0].content);
}

TEST_F(ReportFiles, OneCsvHasEveryComparison) {
  const auto whole = *store_.report(run_.tenant, run_.migration, 0);
  std::int64_t lines = 1;
  for (const auto& check : whole.checks()) lines += check.lines_size();
  const auto file = download("csv");
  EXPECT_THAT(file.content, HasSubstr("section,subject,"));
  EXPECT_THAT(file.content, HasSubstr("\r\ntrial_balance,"));
  EXPECT_EQ(std::ranges::count(file.content, '\n'), lines);
}

TEST_F(ReportFiles, APdfIsMade) {
  const auto file = download("pdf");
  ASSERT_TRUE(file.status.ok()) << file.status.error_message();
  EXPECT_EQ(file.type, "application/pdf");
  EXPECT_EQ(file.content.substr(0, 5), "%PDF-");
}

TEST_F(ReportFiles, WhatIsNotThereIsSaidInWords) {
  EXPECT_EQ(download("doc").status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(download("csv", "nothing.csv").status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(download("html", "", ids::uuid_v4()).status.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ReportFiles, ALinkShowsItsRunToWhoeverHasIt) {
  const auto made = share();
  EXPECT_EQ(made.url(), "https://q.example/api/v1/shared-reports/" + made.token());
  EXPECT_EQ(made.share().created_by(), "ann@example.com");
  auto later = run_;
  later.number = 2;
  keep(later);
  const auto page = shared(made.token());
  EXPECT_EQ(page.content, render_html(*store_.report(run_.tenant, run_.migration, 1))) << "not the later run's";
  EXPECT_EQ(shared(made.token(), "json").type, "application/json");
}

TEST_F(ReportFiles, ALinkIsMadeOncePerIdempotencyKeyAndItsTokenIsNotKept) {
  v1::CreateReportShareRequest request;
  request.set_migration_id(run_.migration);
  const auto create = [&](const std::string& key) {
    const auto context = rpc::context(run_.tenant, "ann@example.com", 20s);
    context->AddMetadata("idempotency-key", key);
    v1::CreateReportShareResponse response;
    const auto status = client_->CreateReportShare(context.get(), request, &response);
    return status.ok() ? response.token() : rpc::to_error(status).reason;
  };
  const auto first = create("k1");
  EXPECT_TRUE(shared(first).status.ok());
  EXPECT_EQ(create("k1"), first);
  EXPECT_NE(create("k2"), first);
  request.set_days(1);
  EXPECT_EQ(create("k1"), "IDEMPOTENCY_KEY_REUSED");
  const auto [links, kept] = pool_.transact([](pg::Tx& tx) {
    return std::pair{tx.one("select count(*) as n from report_share").integer("n"),
                     tx.one("select string_agg(encode(answer, 'escape'), ' ') as t from answered_call").text("t")};
  });
  EXPECT_EQ(links, 2);
  EXPECT_THAT(kept, ::testing::Not(HasSubstr(first)));
  pool_.transact([](pg::Tx& tx) { tx.exec("delete from report_share"); });
  request.clear_days();
  EXPECT_EQ(create("k1"), "SHARE_NOT_FOUND") << "it went with a purge";
}

TEST_F(ReportFiles, ALinkEnds) {
  const auto made = share(1);
  for (const auto& bad :
       {std::string(), std::string("x"), made.token() + "x", made.token().substr(1),
        crypto::sign_token(config::Secret("key"), "another", {made.share().share_id()}, std::chrono::system_clock::now() + 1h),
        crypto::sign_token(config::Secret("key"), "validator report share", {made.share().share_id()},
                           std::chrono::system_clock::now() - 1s)})
    EXPECT_EQ(shared(bad).status.error_code(), grpc::StatusCode::NOT_FOUND);
  v1::RevokeReportShareRequest request;
  request.set_share_id(made.share().share_id());
  v1::RevokeReportShareResponse done;
  EXPECT_EQ(client_->RevokeReportShare(rpc::context(ids::uuid_v4(), "eve", 20s).get(), request, &done).error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(shared(made.token()).status.ok());
  ASSERT_TRUE(client_->RevokeReportShare(rpc::context(run_.tenant, "ann", 20s).get(), request, &done).ok());
  EXPECT_EQ(shared(made.token()).status.error_code(), grpc::StatusCode::NOT_FOUND);
  v1::ListReportSharesRequest list;
  list.set_migration_id(run_.migration);
  v1::ListReportSharesResponse all;
  ASSERT_TRUE(client_->ListReportShares(rpc::context(run_.tenant, "ann", 20s).get(), list, &all).ok());
  ASSERT_EQ(all.shares_size(), 1);
  EXPECT_TRUE(all.shares(0).revoked());
  EXPECT_EQ(client_->ListReportShares(rpc::context(ids::uuid_v4(), "eve", 20s).get(), list, &all).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace q2o::validator
