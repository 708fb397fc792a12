#include <fmt/format.h>

#include "tests/integration/bad_input/source_company.h"

/// Wrong answers of the sign-in server.
namespace q2o::bad_input {
namespace {

/// The token address answers so; everything else is healthy.
class SignIn final : public connector::SourceApi {
 public:
  SignIn(int status, std::string body) : status_(status), body_(std::move(body)) {}
  Result<http::Response> send(const http::Request&, connector::milliseconds) override {
    ++asked;
    return source::json_answer(status_, body_);
  }
  int asked = 0;

 private:
  int status_;
  std::string body_;
};

std::function<Seen()> token(int status, std::string body) {
  return [=] {
    SourceCompany company;
    auto& h = company.harness;
    SignIn server(status, body);
    connector::OAuthClient client(server, h.clock);
    connector::TokenKeeper keeper(h.connections, client, h.clock);
    const auto got = keeper.current("connection-1", 3600);
    Seen seen;
    if (!got) seen = {got.error().reason, got.error().message, got.error().hint, ""};
    // What was stored is not lost: the refresh token is the one from before.
    seen.unharmed = h.connections.stored.tokens.refresh.reveal();
    if (seen.message.find("refresh-0") != std::string::npos || seen.message.find("secret") != std::string::npos)
      seen.unharmed = "a secret was told";
    return seen;
  };
}

}  // namespace

std::vector<Case> sign_in_cases() {
  return {
      {"SignInAnswersHtml", "BAD_ANSWER", {"no tokens"}, {"token address"}, "refresh-0", token(200, "<html>Sign in</html>")},
      {"SignInAnswersWithoutTokens", "BAD_ANSWER", {"no tokens"}, {"token address"}, "refresh-0", token(200, R"({"token_type":"bearer"})")},
      {"SignInAnswersWithWrongTypes",
       "BAD_ANSWER",
       {"no tokens"},
       {"token address"},
       "refresh-0",
       token(200, R"({"access_token":{"a":1},"refresh_token":[1]})")},
      {"SignInRefusesTheApplication",
       "CONNECTION_BROKEN",
       {"invalid_client"},
       {"client id"},
       "refresh-0",
       token(401, R"({"error":"invalid_client"})")},
      {"SignInIsRevoked",
       "CONNECTION_BROKEN",
       {"invalid_grant"},
       {"Connect the company again"},
       "refresh-0",
       token(400, R"({"error":"invalid_grant"})")},
      {"SignInIsDown", "SIGN_IN_UNAVAILABLE", {"HTTP 503"}, {"tried again"}, "refresh-0", token(503, "busy")},
  };
}

}  // namespace q2o::bad_input
