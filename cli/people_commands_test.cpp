#include <gmock/gmock.h>

#include "cli/tests/fixture.h"
#include "q2o/identity/v1/api_key.grpc.pb.h"
#include "q2o/identity/v1/audit.grpc.pb.h"

namespace q2o::cli {
namespace {

using testing::Cli;
using ::testing::HasSubstr;
using testing::run_words;

class FakeAudit final : public identity::v1::AuditService::Service {
 public:
  grpc::Status ListAudit(grpc::ServerContext*, const identity::v1::ListAuditRequest* request,
                         identity::v1::ListAuditResponse* response) override {
    asked = request->page_size();
    auto& entry = *response->add_entries();
    entry.set_sequence(7);
    entry.set_actor("ann@example.com");
    entry.set_action("person.invited");
    return grpc::Status::OK;
  }
  grpc::Status VerifyAudit(grpc::ServerContext*, const identity::v1::VerifyAuditRequest* request,
                           identity::v1::VerifyAuditResponse* response) override {
    known = request->known_hash();
    *response = answer;
    return grpc::Status::OK;
  }
  std::uint32_t asked = 0;
  std::string known;
  identity::v1::VerifyAuditResponse answer;
};

class FakeKeys final : public identity::v1::ApiKeyService::Service {
 public:
  grpc::Status CreateApiKey(grpc::ServerContext*, const identity::v1::CreateApiKeyRequest* request,
                            identity::v1::CreateApiKeyResponse* response) override {
    asked = *request;
    response->set_secret("mk_shown_once");
    return grpc::Status::OK;
  }
  grpc::Status RevokeApiKey(grpc::ServerContext*, const identity::v1::RevokeApiKeyRequest* request,
                            identity::v1::RevokeApiKeyResponse*) override {
    revoked = request->key_id();
    return grpc::Status::OK;
  }
  identity::v1::CreateApiKeyRequest asked;
  std::string revoked;
};

class PeopleCommands : public Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    setenv("Q2O_PORT_IDENTITY", std::to_string(server_.port()).c_str(), 1);
  }
  void TearDown() override {
    unsetenv("Q2O_PORT_IDENTITY");
    Cli::TearDown();
  }
  std::string say(const std::vector<std::string>& words, int code) {
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(run_words(words), code);
    return ::testing::internal::GetCapturedStdout();
  }
  FakeAudit audit_;
  FakeKeys keys_;
  metrics::Registry metrics_;
  rpc::Server server_{"127.0.0.1:0", std::vector<grpc::Service*>{&audit_, &keys_}, metrics_};
};

TEST_F(PeopleCommands, AuditShowsWhoDidWhat) {
  EXPECT_THAT(say({"audit", "--most", "5"}, kDone), HasSubstr("ann@example.com  person.invited"));
  EXPECT_EQ(audit_.asked, 5U);
  EXPECT_EQ(audit_.known, "") << "nothing was verified";
}

TEST_F(PeopleCommands, ABrokenAuditIsSaidLoudlyAndByTheExitCode) {
  audit_.answer.set_problem("entry 3 is missing");
  EXPECT_THAT(say({"audit", "verify", "--known", "abc"}, kDifferences), HasSubstr("THE AUDIT IS BROKEN: entry 3 is missing."));
  EXPECT_EQ(audit_.known, "abc");
  EXPECT_EQ(audit_.asked, 0U) << "the list was not asked for as well";
  audit_.answer.Clear();
  audit_.answer.set_intact(true);
  audit_.answer.set_entries(4);
  EXPECT_THAT(say({"audit", "verify"}, kDone), HasSubstr("intact: 4 entries"));
}

TEST_F(PeopleCommands, AnApiKeyIsShownOnce) {
  EXPECT_EQ(say({"api-keys", "--create", "nightly", "--scopes", "migrations:read,usage:read", "--days", "30"}, kDone), "mk_shown_once\n");
  EXPECT_EQ(keys_.asked.scopes_size(), 2);
  EXPECT_EQ(keys_.asked.expires_in_days(), 30U);
  say({"api-keys", "--revoke", "0123"}, kDone);
  EXPECT_EQ(keys_.revoked, "0123");
}

}  // namespace
}  // namespace q2o::cli
