#include <gmock/gmock.h>

#include "cli/tests/fixture.h"
#include "common/metrics/metrics.h"
#include "common/rpc/rpc.h"
#include "q2o/connector/v1/connector.grpc.pb.h"
#include "q2o/connector/v1/oauth.grpc.pb.h"

namespace q2o::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class FakeConnections final : public connector::v1::ConnectorService::Service {
 public:
  grpc::Status ListConnections(grpc::ServerContext*, const connector::v1::ListConnectionsRequest*,
                               connector::v1::ListConnectionsResponse* response) override {
    if (company.empty()) return grpc::Status::OK;
    response->add_connections()->set_connection_id("c");
    response->mutable_connections(0)->set_company_name(company);
    return grpc::Status::OK;
  }
  std::string company;
};

class FakeOAuth final : public connector::v1::OAuthService::Service {
 public:
  grpc::Status Authorize(grpc::ServerContext*, const connector::v1::AuthorizeRequest*,
                         connector::v1::AuthorizeResponse* response) override {
    response->set_url("https://consent/?state=s");
    return grpc::Status::OK;
  }
  grpc::Status Callback(grpc::ServerContext*, const connector::v1::CallbackRequest* request,
                        connector::v1::CallbackResponse* response) override {
    brought = *request;
    response->mutable_company()->set_connection_id("c");
    response->mutable_company()->set_state("connected");
    return grpc::Status::OK;
  }
  grpc::Status Disconnect(grpc::ServerContext*, const connector::v1::DisconnectRequest* request,
                          connector::v1::DisconnectResponse* response) override {
    left = request->connection_id();
    response->mutable_company()->set_state("disconnected");
    return grpc::Status::OK;
  }
  connector::v1::CallbackRequest brought;
  std::string left;
};

class SignInCommands : public testing::Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    all_ports(server_.port());
    std::filesystem::create_directories(folder_);
  }
  FakeConnections connections_;
  FakeOAuth oauth_;
  metrics::Registry metrics_;
  rpc::Server server_{"127.0.0.1:0", std::vector<grpc::Service*>{&connections_, &oauth_}, metrics_};
};

TEST_F(SignInCommands, ABrowserSignsInAndWhatItBroughtIsHandedOn) {
  const auto begun = say({"connect-quickbooks", "--browser", "--json"});
  EXPECT_EQ(begun.code, kWaitsForPerson);
  EXPECT_THAT(begun.out, HasSubstr("https://consent/?state=s"));
  const auto done = say({"connect-quickbooks", "--returned", "https://q2o/oauth/return?code=a%2Bb&state=s&realmId=123#x"});
  EXPECT_EQ(done.code, kDone) << done.err;
  EXPECT_THAT(done.out, HasSubstr("connected"));
  EXPECT_EQ(oauth_.brought.code() + " " + oauth_.brought.state() + " " + oauth_.brought.realm_id(), "a+b s 123");
  EXPECT_EQ(say({"connect-quickbooks", "--returned", "https://q2o/"}).code, kError);
  EXPECT_EQ(say({"connect-quickbooks"}).code, kUsage);
}

TEST_F(SignInCommands, ACompanyIsDisconnectedWhenSomebodyHasSaidSo) {
  EXPECT_EQ(say({"disconnect", "--yes"}).code, kError) << "none is connected";
  connections_.company = "Fern & Sons";
  const auto said = say({"disconnect", "--yes"});
  EXPECT_EQ(said.code, kDone) << said.err;
  EXPECT_EQ(oauth_.left, "c");
  EXPECT_THAT(said.out, AllOf(HasSubstr("disconnected"), HasSubstr("q2o connect-quickbooks --browser")));
}

}  // namespace
}  // namespace q2o::cli
