#include "services/loader/adapters/odoo_books.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "common/testing/http_server.h"
#include "services/loader/adapters/targets.h"

namespace q2o::loader {
namespace {

http::Response answer(int status, std::string body) {
  return {status, {}, std::move(body)};
}

TEST(RpcAnswer, KeepsTheDigitsOfAmounts) {
  const auto result = read_rpc_answer(answer(200, R"({"jsonrpc":"2.0","id":1,"result":[{"balance":1.10}]})"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->value().items()[0]["balance"].text(), "1.10");
}
TEST(RpcAnswer, IsASuccessWhenAMethodReturnsNothing) {
  EXPECT_TRUE(read_rpc_answer(answer(200, R"({"jsonrpc":"2.0","id":1})")));
  EXPECT_TRUE(read_rpc_answer(answer(200, R"({"jsonrpc":"2.0","id":1,"result":null})")));
}
TEST(RpcAnswer, LeavesTheEffectOpenWhenItIsNonsense) {
  for (const auto* body : {"", "<html>", "{}", "[1]", "{\"jsonrpc\":"}) {
    const auto result = read_rpc_answer(answer(200, body));
    ASSERT_FALSE(result) << body;
    EXPECT_EQ(result.error().effect, Effect::unknown) << body;
    EXPECT_EQ(result.error().retry, Retry::after_backoff) << body;
  }
  EXPECT_EQ(read_rpc_answer(answer(502, "")).error().effect, Effect::unknown);
}
TEST(RpcAnswer, HasHadNoEffectWhenTheTargetWasTooBusy) {
  const auto result = read_rpc_answer(answer(429, ""));
  EXPECT_EQ(result.error().effect, Effect::none);
  EXPECT_EQ(result.error().retry, Retry::after_backoff);
}
TEST(RpcAnswer, IsWaitedForWhenSomethingBeforeOdooRefusesTheCall) {
  for (const int status : {400, 401, 403, 404, 405, 408, 451}) {
    const auto error = read_rpc_answer(answer(status, "<html>Maintenance</html>")).error();
    EXPECT_EQ(error.retry, Retry::after_backoff) << status;
    EXPECT_NE(error.message.find(fmt::format("HTTP {}: a proxy", status)), std::string::npos) << error.message;
  }
  EXPECT_EQ(read_rpc_answer({403, {{"Retry-After", "7"}}, ""}).error().retry_after, std::chrono::seconds(7));
  EXPECT_EQ(read_rpc_answer(answer(413, "")).error().retry, Retry::never) << "smaller calls may pass";
}
TEST(RpcAnswer, CarriesOdoosOwnWords) {
  const auto result = read_rpc_answer(answer(
      200,
      R"({"jsonrpc":"2.0","id":1,"error":{"code":200,"message":"Odoo Server Error","data":{"name":"odoo.exceptions.UserError","message":"The entry is not balanced."}}})"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "The entry is not balanced.");
  EXPECT_EQ(result.error().reason, "ODOO_USER_ERROR");
}

TEST(TargetUrl, IsCheckedBeforeItIsUsed) {
  const http::Guard strict({}), local({.allow_private = true});
  EXPECT_EQ(*checked_url(strict, "https://Books.example.com//"), "https://books.example.com");
  EXPECT_EQ(*checked_url(local, "http://127.0.0.1:8069/"), "http://127.0.0.1:8069");
  for (const auto& bad : {"", "ftp://x", "https://", "https://user:pw@host", "https://host/?db=1", "https://host\nX: y"}) {
    EXPECT_FALSE(checked_url(strict, bad)) << bad;
    EXPECT_FALSE(checked_url(local, bad)) << bad;
  }
  EXPECT_EQ(checked_url(strict, "http://127.0.0.1:8069").error().reason, "ADDRESS_REFUSED");
}

TEST(OdooBooks, SendsNothingSecretToWhatIsNoOdoo18) {
  for (const auto* version :
       {"<html>", R"({"jsonrpc":"2.0","id":1,"result":{"server_version":"17.0"}})", R"({"jsonrpc":"2.0","id":1,"result":7})"}) {
    bool told = false;
    const q2o::testing::RawHttpServer server([&](const std::string& request) {
      told = told || request.find("secret-word") != std::string::npos;
      return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", std::string_view(version).size(), version);
    });
    http::Client http;
    OdooBooks books(http, {"", "", server.url(""), "db", "admin", config::Secret("secret-word")});
    EXPECT_FALSE(books.call("res.partner", "create", "[[]]", "{}", std::chrono::seconds(5))) << version;
    EXPECT_FALSE(told) << version;
  }
}

/// Fails `failures` times; how often it was asked, and how long was waited between.
struct Hiccups {
  Hiccups(int failures, Error trouble) : left(failures), error(std::move(trouble)) {}
  Result<CallResult> run() {
    return ask_again(
        [&]() -> Result<CallResult> {
          ++asked;
          if (left-- > 0) return fail(error);
          return read_rpc_answer(answer(200, R"({"jsonrpc":"2.0","id":1,"result":7})"));
        },
        [&](std::chrono::milliseconds time) { waited += time; });
  }
  int left, asked = 0;
  Error error;
  std::chrono::milliseconds waited{0};
};

TEST(AskAgain, AQuestionThatFailedAtOnceIsAskedAgainAFewTimes) {
  const auto gateway = read_rpc_answer(answer(502, "")).error();
  Hiccups few(3, gateway), many(100, gateway);
  EXPECT_TRUE(few.run());
  EXPECT_EQ(few.asked, 4);
  EXPECT_FALSE(many.run());
  EXPECT_EQ(many.asked, 4) << "a target that is away is the caller's matter";
  EXPECT_LT(many.waited, std::chrono::seconds(2));
}
TEST(AskAgain, ARefusalForGoodAndATimeThatWasAskedForStand) {
  auto refused = read_rpc_answer(answer(502, "")).error();
  refused.retry = Retry::never;
  Hiccups no(1, refused), busy(1, read_rpc_answer({429, {{"Retry-After", "7"}}, ""}).error());
  EXPECT_FALSE(no.run());
  EXPECT_FALSE(busy.run());
  EXPECT_EQ(no.asked + busy.asked, 2);
}

}  // namespace
}  // namespace q2o::loader
