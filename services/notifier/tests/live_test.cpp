#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/pg/embedded.h"
#include "common/rpc/rpc.h"
#include "common/testing/testing.h"
#include "embedded/notifier_schema.h"
#include "services/notifier/adapters/live_rpc.h"
#include "services/notifier/adapters/problems.h"
#include "services/notifier/adapters/status_consumer.h"

namespace q2o::notifier {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class Live : public ::testing::Test {
 protected:
  void SetUp() override { pg::migrate(pool_, pg::schema_of(embedded::notifier_schema::kFiles)); }
  void TearDown() override { stop_.request_stop(); }

  void told(const std::string& migration, std::uint64_t version, const std::string& tenant) {
    billing::v1::Migration m;
    m.set_migration_id(migration);
    m.set_tenant_id(tenant);
    m.set_version(version);
    m.set_run(1);
    m.set_state(billing::v1::STATE_RUNNING);
    bus::Incoming message;
    message.topic = topic::kMigration;
    message.value = m.SerializeAsString();
    message.headers = {{"ce_id", ids::uuid_v4()}, {"q2o-tenant", tenant}, {"q2o-migration", migration}};
    consume(pool_, std::vector{message});
  }
  std::string token(const std::string& tenant, const std::string& person = {}) {
    v1::CreateStreamTokenResponse response;
    const auto context = rpc::context(tenant, "test", 10s);
    if (!person.empty()) context->AddMetadata("q2o-person", person);
    EXPECT_TRUE(client_->CreateStreamToken(context.get(), {}, &response).ok());
    return response.token();
  }
  /// An open stream; reads until a piece has what is looked for.
  struct Stream {
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientReader<google::api::HttpBody>> reader;
    std::string all;
    std::string until(const std::string& what) {
      google::api::HttpBody piece;
      while (reader->Read(&piece)) {
        all += piece.data();
        if (piece.data().find(what) != std::string::npos) return piece.data();
      }
      return {};
    }
  };
  Stream open(const std::string& token_text, const std::string& last = {}) {
    Stream out;
    out.context = rpc::context("", "", 30s);
    if (!last.empty()) out.context->AddMetadata("last-event-id", last);
    v1::StreamRequest request;
    request.set_token(token_text);
    out.reader = client_->Stream(out.context.get(), request);
    return out;
  }
  static std::string id_of(const std::string& events) {
    const auto at = events.rfind("id: ");
    return events.substr(at + 4, events.find('\n', at) - at - 4);
  }

  const std::string tenant_ = ids::uuid_v4(), one_ = ids::uuid_v4(), two_ = ids::uuid_v4();
  std::stop_source stop_;
  metrics::Registry metrics_;
  pg::Pool pool_{q2o::testing::Postgres::instance().fresh_schema()};
  Changes changes_{pool_.options()};
  Places places_{{4, 3, 2}};
  LiveRpc service_{pool_, changes_, places_, stop_.get_token(), {config::Secret("key"), 300ms, 50ms, 60s}};
  rpc::Server server_{"127.0.0.1:0", {&service_}, metrics_};
  std::unique_ptr<v1::LiveService::Stub> client_ = v1::LiveService::NewStub(rpc::channel("127.0.0.1:" + std::to_string(server_.port())));
};

TEST_F(Live, AStreamBeginsWithThePresentAndTellsEveryChange) {
  told(one_, 1, tenant_);
  told(two_, 1, ids::uuid_v4());
  auto stream = open(token(tenant_));
  const auto first = stream.until(one_);
  EXPECT_THAT(first, HasSubstr("event: progress\ndata: {"));
  EXPECT_THAT(first, Not(HasSubstr(two_))) << "another tenant's";
  told(one_, 2, tenant_);
  EXPECT_THAT(stream.until("\"version\":\"2\""), HasSubstr(one_));
  EXPECT_THAT(stream.until(": still here"), HasSubstr(": still here\n\n"));
  stream.context->TryCancel();
}

TEST_F(Live, GoesOnBehindTheLastEventThatAClientHas) {
  told(one_, 1, tenant_);
  auto stream = open(token(tenant_));
  stream.until(one_);
  told(two_, 1, tenant_);
  const auto last = id_of(stream.until(two_));
  stream.context->TryCancel();
  told(one_, 2, tenant_);
  auto again = open(token(tenant_), last);
  const auto next = again.until(one_);
  EXPECT_THAT(next, HasSubstr("\"version\":\"2\""));
  again.context->TryCancel();
  auto strange = open(token(tenant_), "no number");
  EXPECT_THAT(strange.until(two_), HasSubstr(two_));
  strange.context->TryCancel();
}

TEST_F(Live, AFactIsWithTheClientAtOnce) {
  told(one_, 1, tenant_);
  auto stream = open(token(tenant_));
  stream.until(one_);
  std::vector<std::chrono::milliseconds> waits;
  for (std::uint64_t version = 2; version < 22; ++version) {
    const auto begun = std::chrono::steady_clock::now();
    told(one_, version, tenant_);
    ASSERT_FALSE(stream.until("\"version\":\"" + std::to_string(version) + "\"").empty());
    waits.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun));
  }
  std::ranges::sort(waits);
  RecordProperty("p95_ms", static_cast<int>(waits[waits.size() * 95 / 100].count()));
  EXPECT_LT(waits.back(), 5s) << "generous: other tests run beside this one; the second's promise is measured in bench";
  stream.context->TryCancel();
}

TEST_F(Live, EndsWithItsToken) {
  auto stream = open(crypto::sign_token(config::Secret("key"), "notifier stream", {tenant_}, std::chrono::system_clock::now() + 2s));
  EXPECT_THAT(stream.until("event: expired"), HasSubstr("event: expired"));
  google::api::HttpBody piece;
  EXPECT_FALSE(stream.reader->Read(&piece));
  EXPECT_TRUE(stream.reader->Finish().ok());
}

TEST_F(Live, IsClosedToWhoHasNoToken) {
  for (const auto& bad :
       {std::string(), std::string("x"), token(tenant_) + "x",
        crypto::sign_token(config::Secret("key"), "notifier unsubscribe", {tenant_}, std::chrono::system_clock::now() + 1h),
        crypto::sign_token(config::Secret("key"), "notifier stream", {tenant_}, std::chrono::system_clock::now() - 1s)}) {
    auto stream = open(bad);
    google::api::HttpBody piece;
    EXPECT_FALSE(stream.reader->Read(&piece));
    EXPECT_EQ(stream.reader->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  }
}

TEST_F(Live, NoTenantAndNoPersonTakesAllPlaces) {
  const auto refused = [&](const std::string& token_text) {
    auto stream = open(token_text);
    google::api::HttpBody piece;
    EXPECT_FALSE(stream.reader->Read(&piece));
    return rpc::to_error(stream.reader->Finish());
  };
  const std::string ann = ids::uuid_v4(), bob = ids::uuid_v4();
  std::vector<Stream> streams;
  const auto opened = [&](const std::string& token_text) { streams.push_back(open(token_text)), streams.back().until("retry"); };
  opened(token(tenant_, ann));
  opened(token(tenant_, ann));
  const auto third = refused(token(tenant_, ann));
  EXPECT_EQ(third.reason, "TOO_MANY_WATCHERS");
  EXPECT_THAT(third.message, HasSubstr("you may open 2"));
  opened(token(tenant_, bob));
  EXPECT_THAT(refused(token(tenant_)).message, HasSubstr("your company may open 3"));
  opened(token(ids::uuid_v4()));
  EXPECT_THAT(refused(token(ids::uuid_v4())).message, HasSubstr("all together may open 4"));
  streams[0].context->TryCancel();
  EXPECT_TRUE(q2o::testing::eventually([&] {
    auto again = open(token(tenant_, ann));
    const bool got = !again.until("retry").empty();
    again.context->TryCancel();
    return got;
  })) << "a place is given back";
  for (auto& stream : streams) stream.context->TryCancel();
}

TEST_F(Live, JobsAndProblemsAreListedInPages) {
  told(one_, 1, tenant_);
  told(two_, 1, tenant_);
  v1::ListJobsRequest jobs;
  jobs.set_page_size(1);
  v1::ListJobsResponse page;
  std::vector<std::string> seen;
  do {
    ASSERT_TRUE(client_->ListJobs(rpc::context(tenant_, "test", 10s).get(), jobs, &page).ok());
    for (const auto& job : page.jobs()) seen.push_back(job.migration_id());
    jobs.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  EXPECT_THAT(seen, ::testing::UnorderedElementsAre(one_, two_));

  pool_.transact([&](pg::Tx& tx) {
    for (int i = 0; i < 3; ++i) add_problem(tx, tenant_, i == 1 ? one_ : "", "job.failed", "problem " + std::to_string(i), "hint");
    add_problem(tx, ids::uuid_v4(), "", "job.failed", "another's", "");
  });
  v1::ListErrorsRequest errors;
  errors.set_page_size(2);
  v1::ListErrorsResponse listed;
  ASSERT_TRUE(client_->ListErrors(rpc::context(tenant_, "test", 10s).get(), errors, &listed).ok());
  ASSERT_EQ(listed.problems_size(), 2);
  EXPECT_EQ(listed.problems(0).message(), "problem 2");
  errors.set_page_token(listed.next_page_token());
  ASSERT_TRUE(client_->ListErrors(rpc::context(tenant_, "test", 10s).get(), errors, &listed).ok());
  ASSERT_EQ(listed.problems_size(), 1);
  EXPECT_EQ(listed.problems(0).message(), "problem 0");
  EXPECT_TRUE(listed.next_page_token().empty());
  errors.clear_page_token();
  errors.set_migration_id(one_);
  ASSERT_TRUE(client_->ListErrors(rpc::context(tenant_, "test", 10s).get(), errors, &listed).ok());
  EXPECT_EQ(listed.problems_size(), 1);
}

}  // namespace
}  // namespace q2o::notifier
