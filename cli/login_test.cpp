#include "cli/login.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "cli/tests/fixture.h"

namespace q2o::cli {
namespace {

using testing::Cli;

TEST(Edges, AreAddressesOverTls) {
  EXPECT_EQ(edge_address("https://localhost:15443").value(), "https://localhost:15443");
  EXPECT_EQ(edge_address("books.example.com/").value(), "https://books.example.com");
  for (const std::string bad : {"", "https://", "http://localhost", "https://a/b", "https://ann@a", "ftp://a", "a b"})
    EXPECT_EQ(edge_address(bad).error().reason, "BAD_EDGE") << bad;
}

TEST_F(Cli, ALoginIsPrivateAndTakenByEveryCommand) {
  EXPECT_FALSE(read_login(folder_).value());
  Login login;
  login.edge = "https://localhost:15443";
  login.key = config::Secret("mk_secret");
  login.tenant = "11111111-0000-4000-8000-000000000000";
  login.who = "key:1";
  ASSERT_TRUE(write_login(folder_, login));
  struct stat about{};
  ASSERT_EQ(::stat((folder_ / "login.json").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
  const auto again = read_login(folder_).value();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->key.reveal(), "mk_secret");
  const auto session = open_session(folder_);
  ASSERT_TRUE(session);
  ASSERT_TRUE(session->login);
  EXPECT_EQ(session->tenant, login.tenant);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "tenant")) << "no company of this machine is made";
  EXPECT_TRUE(forget_login(folder_));
  EXPECT_FALSE(forget_login(folder_));
  EXPECT_FALSE(open_session(folder_)->login);
}

TEST_F(Cli, ALoginThatOthersCanReadIsRefused) {
  Login login;
  login.edge = "https://localhost:15443";
  ASSERT_TRUE(write_login(folder_, login));
  ::chmod((folder_ / "login.json").c_str(), 0640);
  EXPECT_EQ(open_session(folder_).error().reason, "LOGIN_NOT_PRIVATE");
  ::chmod((folder_ / "login.json").c_str(), 0600);
  std::ofstream(folder_ / "login.json") << "[]";
  EXPECT_EQ(open_session(folder_).error().reason, "BAD_LOGIN_FILE");
}

TEST_F(Cli, AnEdgeThatIsNotThereIsNamed) {
  setenv("Q2O_EDGE", "https://localhost:9", 1);
  setenv("Q2O_API_KEY", "mk_secret", 1);
  const auto session = open_session(folder_);
  unsetenv("Q2O_EDGE");
  unsetenv("Q2O_API_KEY");
  ASSERT_TRUE(session);
  const auto told = session->explain("billing", Error{Code::unavailable, "refused", Retry::after_backoff, Effect::none, "", "", {}});
  EXPECT_THAT(told.message, ::testing::HasSubstr("https://localhost:9"));
  EXPECT_EQ(told.message.find("mk_secret"), std::string::npos);
}

}  // namespace
}  // namespace q2o::cli
