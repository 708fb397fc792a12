#include "services/connector/app/oauth.h"

#include <fmt/format.h>

#include "common/crypto/signed_token.h"
#include "common/json/json.h"
#include "services/connector/domain/backoff.h"

namespace q2o::connector {
namespace {

constexpr int kAttempts = 3;

std::int64_t seconds_now(Clock& clock) {
  return std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count();
}

Error refusal(int status, const json::Value& body) {
  const std::string word(body["error"].text());
  Error error{Code::unauthenticated,
              fmt::format("the sign-in server answered HTTP {} {}: {}", status, word, body["error_description"].text()),
              Retry::never,
              Effect::none,
              "SIGN_IN_REFUSED",
              "Connect the company again.",
              {}};
  if (word == "invalid_grant") {
    error.reason = "INVALID_GRANT";
    error.hint = "The connection was revoked or has expired. Connect the company again: sign in at the source as an administrator of it.";
  }
  if (word == "invalid_client") {
    error.reason = "INVALID_CLIENT";
    error.hint = "Check the client id and secret of the application, then connect again.";
  }
  return error;
}

/// Refusals of the server that say nothing about the request.
std::optional<Error> away(const http::Response& response) {
  if (response.status < 500 && response.status != 429) return std::nullopt;
  return Error{Code::unavailable,     fmt::format("the sign-in server answered HTTP {}", response.status),
               Retry::after_backoff,  Effect::unknown,
               "SIGN_IN_UNAVAILABLE", "It is tried again by itself.",
               response.retry_after()};
}

std::int64_t seconds_of(const json::Value& value) {
  const auto number = value.decimal();
  return number && number->sign() > 0 ? static_cast<std::int64_t>(number->rounded(0, Rounding::down).unscaled()) : 0;
}

}  // namespace

const PlatformApps OAuthClient::kNoApps;

std::string OAuthClient::basic(const Credentials& credentials) const {
  const auto& secret = credentials.client_secret.empty() ? secret_of(apps_, credentials.client_id.reveal()) : credentials.client_secret;
  return "Basic " + crypto::base64(credentials.client_id.reveal() + ":" + secret.reveal());
}

Result<Tokens> OAuthClient::post(const std::string& token_url, const Credentials& credentials, const std::string& form,
                                 int access_seconds) {
  const http::Request request{
      "POST",
      token_url,
      {{"Authorization", basic(credentials)}, {"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}},
      form};
  auto response = api_.send(request, kDeadline);
  if (!response) return tl::unexpected(response.error());
  if (const auto error = away(*response)) return fail(*error);
  auto document = json::Document::parse(std::move(response->body));
  static const json::Value null;
  const json::Value& body = document ? document->root() : null;
  if (response->status != 200) return fail(refusal(response->status, body));
  if (body["access_token"].text().empty() || body["refresh_token"].text().empty())
    return fail(Code::invalid_argument, "the sign-in server's answer has no tokens", "BAD_ANSWER", "Check the token address.");
  const auto access = seconds_of(body["expires_in"]), whole = seconds_of(body["x_refresh_token_expires_in"]);
  return Tokens{config::Secret(std::string(body["access_token"].text())),
                config::Secret(std::string(body["refresh_token"].text())),
                {},
                seconds_now(clock_) + (access > 0 ? access : access_seconds),
                0,
                whole > 0 ? seconds_now(clock_) + whole : 0};
}

Status OAuthClient::revoke(const std::string& revoke_url, const Credentials& credentials, const config::Secret& token) {
  json::Writer body;
  body.begin_object().field("token", token.reveal()).end_object();
  const http::Request request{"POST",
                              revoke_url,
                              {{"Authorization", basic(credentials)}, {"Accept", "application/json"}, {"Content-Type", "application/json"}},
                              body.take()};
  const auto response = api_.send(request, kDeadline);
  if (!response) return tl::unexpected(response.error());
  if (const auto error = away(*response)) return fail(*error);
  // 400: the token is none any more (ended before, run out, used up).
  if (response->status == 200 || response->status == 400) return {};
  const auto document = json::Document::parse(response->body);
  static const json::Value null;
  return fail(refusal(response->status, document ? document->root() : null));
}

Result<Tokens> OAuthClient::exchange(const std::string& token_url, const Credentials& credentials, const config::Secret& code,
                                     const std::string& redirect_uri, int access_seconds) {
  return post(token_url, credentials,
              fmt::format("grant_type=authorization_code&code={}&redirect_uri={}", http::percent_encode(code.reveal()),
                          http::percent_encode(redirect_uri)),
              access_seconds);
}

Result<Tokens> OAuthClient::refresh(const std::string& token_url, const Credentials& credentials, const config::Secret& token,
                                    int access_seconds, const std::function<bool()>& may_ask) {
  const std::string form = "grant_type=refresh_token&refresh_token=" + http::percent_encode(token.reveal());
  for (int attempt = 0;; ++attempt) {
    if (!may_ask())
      return fail(Error{Code::unavailable,
                        "another process renews the sign-in now",
                        Retry::after_backoff,
                        Effect::none,
                        "SIGN_IN_BUSY",
                        "It is tried again by itself.",
                        {}});
    auto tokens = post(token_url, credentials, form, access_seconds);
    const bool again = !tokens && (tokens.error().code == Code::unavailable || tokens.error().code == Code::deadline_exceeded);
    if (!again || attempt + 1 >= kAttempts) return tokens;
    clock_.wait(Backoff{}.ceiling(attempt), {});
  }
}

}  // namespace q2o::connector
