#include "sandbox/quickbooks/oauth.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "common/http/http.h"
#include "common/ids/ids.h"
#include "common/json/json.h"
#include "sandbox/quickbooks/answers.h"

namespace q2o::sandbox::quickbooks {
namespace {

std::optional<std::string> base64_decoded(std::string_view text) {
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<unsigned>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xff);
    }
  }
  return out;
}

constexpr std::chrono::minutes kCodeLife{5};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out += c;
  }
  return out;
}

}  // namespace

OAuth::OAuth(Credentials credentials, TokenRules rules, std::string realm, std::string company, Tokens& tokens, Clock clock)
    : credentials_(std::move(credentials)),
      rules_(rules),
      realm_(std::move(realm)),
      company_(std::move(company)),
      tokens_(tokens),
      clock_(std::move(clock)) {}

std::optional<Response> OAuth::handle(const Request& request) {
  if (request.path.starts_with("/.well-known/openid_")) return discovery(request);
  if (request.path == "/connect/oauth2") return consent(request);
  if (request.path == "/oauth2/v1/tokens/bearer") return token(request);
  if (request.path == "/v2/oauth2/tokens/revoke") return revoke(request);
  return std::nullopt;
}

Response OAuth::discovery(const Request& request) const {
  const auto base = fmt::format("http://{}", request.header("host"));
  json::Writer out;
  out.begin_object().field("issuer", base + "/op/v1").field("authorization_endpoint", base + "/connect/oauth2");
  out.field("token_endpoint", base + "/oauth2/v1/tokens/bearer").field("revocation_endpoint", base + "/v2/oauth2/tokens/revoke");
  out.key("response_types_supported").begin_array().string("code").end_array().end_object();
  return json_answer(out.take());
}

/// GET: the page. POST of its form: back to the application, with a code or a refusal.
Response OAuth::consent(const Request& request) {
  const auto asked = request.method == "POST" ? form_fields(request.body) : request.query;
  const auto value = [&](const char* name) {
    const auto it = asked.find(name);
    return it == asked.end() ? std::string{} : it->second;
  };
  const auto redirect = value("redirect_uri");
  // As the real one: an application with a wrong address or id is sent nowhere.
  const bool address =
      (redirect.starts_with("https://") || redirect.starts_with("http://")) && redirect.find_first_of("\r\n \"<>") == std::string::npos;
  if (value("client_id") != credentials_.client_id || !address || value("response_type") != "code" || value("scope").empty() ||
      value("state").empty())
    return oauth_error(400, "invalid_request");
  return request.method == "POST" ? decided(asked) : page(asked);
}

Response OAuth::page(const std::map<std::string, std::string>& asked) const {
  std::string fields;
  for (const auto* name : {"client_id", "response_type", "scope", "redirect_uri", "state"})
    fields += fmt::format(R"(<input type="hidden" name="{}" value="{}">)", name, escaped(asked.at(name)));
  Response out{
      200,
      fmt::format("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Connect</title><body><h1>Connect {} to {}?</h1>"
                  "<p>The application asks to read and write the books: {}</p><form method=\"post\" "
                  "action=\"/connect/oauth2\">{}<button name=\"decision\" value=\"connect\">Connect</button> <button name=\"decision\" "
                  "value=\"cancel\">No, thanks</button></form><p>A sandbox plays QuickBooks.</p></body></html>",
                  escaped(company_), escaped(asked.at("client_id")), escaped(asked.at("scope")), fields),
      "text/html; charset=utf-8",
      {}};
  out.headers.emplace_back("X-Frame-Options", "DENY");
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

Response OAuth::decided(const std::map<std::string, std::string>& asked) {
  const auto& redirect = asked.at("redirect_uri");
  const auto decision = asked.find("decision");
  const bool yes = decision == asked.end() || decision->second == "connect";
  std::string back = redirect + (redirect.find('?') == std::string::npos ? '?' : '&');
  if (yes) {
    const std::lock_guard lock(mutex_);
    const auto code =
        ids::sha256_hex(fmt::format("{}|{}|{}", credentials_.client_secret, time_text(clock_()), codes_.size())).substr(0, 40);
    codes_[code] = {redirect, clock_() + kCodeLife};
    back += fmt::format("code={}&state={}&realmId={}", code, http::percent_encode(asked.at("state")), realm_);
  } else {
    back += "error=access_denied&state=" + http::percent_encode(asked.at("state"));
  }
  Response out{302, "", "text/html", {}};
  out.headers.emplace_back("Location", back);
  return out;
}

/// Used twice, somebody else may have it: what it has brought is taken back.
Response OAuth::code_exchanged(const std::string& code, const std::string& redirect_uri) {
  const std::lock_guard lock(mutex_);
  const auto found = codes_.find(code);
  if (found == codes_.end() || found->second.expires < clock_() || found->second.redirect_uri != redirect_uri)
    return oauth_error(400, "invalid_grant", "Invalid authorization code");
  if (std::exchange(found->second.used, true)) {
    tokens_.revoke();
    return oauth_error(400, "invalid_grant", "Invalid authorization code");
  }
  return granted(tokens_.reconnect());
}

bool OAuth::client_is_known(const Request& request, const std::map<std::string, std::string>& form) const {
  const auto authorization = request.header("authorization");
  if (authorization.starts_with("Basic "))
    return base64_decoded(authorization.substr(6)) == credentials_.client_id + ":" + credentials_.client_secret;
  const auto id = form.find("client_id");
  const auto secret = form.find("client_secret");
  return id != form.end() && secret != form.end() && id->second == credentials_.client_id && secret->second == credentials_.client_secret;
}

Response OAuth::granted(const TokenPair& pair) const {
  json::Writer out;
  out.begin_object().field("token_type", "bearer").field("expires_in", rules_.access_seconds).field("refresh_token", pair.refresh);
  out.field("x_refresh_token_expires_in", rules_.refresh_seconds).field("access_token", pair.access).end_object();
  return json_answer(out.take());
}

Response OAuth::token(const Request& request) {
  if (request.method != "POST") return oauth_error(400, "invalid_request");
  const auto form = form_fields(request.body);
  if (!client_is_known(request, form)) return oauth_error(401, "invalid_client");
  const auto value = [&](const char* name) {
    const auto it = form.find(name);
    return it == form.end() ? std::string{} : it->second;
  };
  const auto grant = value("grant_type");
  if (grant == "refresh_token") {
    if (value("refresh_token").empty()) return oauth_error(400, "invalid_request");
    const auto pair = tokens_.refresh(value("refresh_token"));
    return pair ? granted(*pair) : oauth_error(400, "invalid_grant", "Incorrect or invalid refresh token");
  }
  if (grant == "authorization_code") return code_exchanged(value("code"), value("redirect_uri"));
  return grant.empty() ? oauth_error(400, "invalid_request") : oauth_error(400, "unsupported_grant_type");
}

Response OAuth::revoke(const Request& request) {
  if (!client_is_known(request, form_fields(request.body))) return oauth_error(401, "invalid_client");
  const auto body = json::Document::parse(request.body);
  const auto token = body ? std::string(body->root()["token"].text()) : form_fields(request.body)["token"];
  if (token.empty() || !tokens_.is_ours(token)) return oauth_error(400, "invalid_request");
  tokens_.revoke();
  return json_answer("");
}

}  // namespace q2o::sandbox::quickbooks
