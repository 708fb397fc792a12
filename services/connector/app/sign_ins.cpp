#include "services/connector/app/sign_ins.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/acting/acting.h"
#include "common/calendar/calendar.h"
#include "common/crypto/random.h"
#include "common/ids/ids.h"
#include "common/log/log.h"
#include "services/connector/app/run_extractor.h"

namespace q2o::connector {
namespace {

constexpr std::size_t kCodeBytesMax = 4096, kStateBytesMax = 256, kCompanyDigitsMax = 32;
/// A person waits for the answer.
constexpr milliseconds kLook{15000};
/// How long the platform is asked to end a consent, and how long between the tries.
constexpr std::chrono::hours kLeaveFor{24};
constexpr std::chrono::minutes kLeaveAgain{2};
constexpr std::uint32_t kListed = 1000;

/// Tokens that are not stored yet.
class TheseTokens final : public AccessTokens {
 public:
  explicit TheseTokens(config::Secret access) : access_(std::move(access)) {}
  Result<config::Secret> current(const std::string&, int, const std::stop_token&) override { return access_; }
  Result<config::Secret> renew(const std::string&, const config::Secret&, int, const std::stop_token&) override {
    return fail(Code::unauthenticated, "the platform refuses the sign-in it has just given", "CONNECTION_BROKEN");
  }

 private:
  config::Secret access_;
};

/// Two or three requests of a company that has no budget yet.
class NoBudget final : public BudgetStore {
 public:
  std::vector<milliseconds> reserve(const std::string&, const Budget&, int count) override {
    return std::vector<milliseconds>(static_cast<std::size_t>(count));
  }
  void block(const std::string&, milliseconds) override {}
  int slots(const std::string&, const std::string&, int most, int, milliseconds) override { return most; }
};

bool is_number(const std::string& text) {
  return !text.empty() && text.size() <= kCompanyDigitsMax && text.find_first_not_of("0123456789") == std::string::npos;
}

tl::unexpected<Error> state_unknown() {
  return fail(Code::failed_precondition, "this sign-in was not begun here by you, is over, or has been used", "OAUTH_STATE_UNKNOWN",
              "Begin again: a sign-in must be ended within 10 minutes by the person who began it.");
}

tl::unexpected<Error> consent_refused(const std::string& word) {
  const std::string shown = word == "access_denied" ? "consent was refused" : "the platform answered with an error";
  return fail(Code::failed_precondition, shown + ": nothing was connected", "CONSENT_REFUSED",
              "Begin again and choose Connect, signed in as an administrator of the company.");
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

constexpr std::string_view kEnded = "Disconnected. Connect the company again to go on.";
constexpr std::string_view kEndedHere =
    "Disconnected here; the consent may stand at the platform. Remove the application there too (in QuickBooks: Apps, My apps) to end it.";
constexpr std::string_view kNotConfirmed =
    "Disconnected here; the platform has not confirmed it for a day. Remove the application there too (in QuickBooks: Apps, My apps).";

}  // namespace

std::string challenge_of(const Person& person, const std::string& platform, const config::Secret& state) {
  std::string text = "q2o.oauth.state.v1";
  for (const auto& part : {person.tenant, person.id, platform, state.reveal()}) text += '\0' + part;
  return ids::sha256_hex(text);
}

Result<const Manifest*> SignIns::manifest_of(const std::string& platform) const {
  for (const auto& [name, manifest] : p_.manifests)
    if (name == platform || name.starts_with(platform + "_")) return &manifest;
  return fail(Code::not_found, "this platform is not known", "UNKNOWN_PLATFORM", "Use quickbooks_online.");
}

Result<const PlatformApp*> SignIns::app_of(const Manifest& manifest) const {
  const auto found = p_.apps.find(manifest.platform);
  if (found != p_.apps.end()) return &found->second;
  return fail(Code::failed_precondition, fmt::format("this installation has no application at {}", manifest.title), "OAUTH_NOT_CONFIGURED",
              fmt::format("Set oauth.{}.client_id, client_secret_file and redirect_uri of the connector.", manifest.platform));
}

Result<SignIns::Begun> SignIns::begin(const Person& person, const std::string& platform) {
  const auto manifest = manifest_of(platform);
  if (!manifest) return fail(manifest.error());
  const auto app = app_of(**manifest);
  if (!app) return fail(app.error());
  const config::Secret state(crypto::random_token());
  p_.attempts.begin(person.tenant, challenge_of(person, (*manifest)->platform, state), (*app)->redirect_uri, kLifetime);
  std::string url = (*app)->authorize_url;
  char separator = url.find('?') == std::string::npos ? '?' : '&';
  const std::vector<std::pair<std::string, std::string>> parameters{{"client_id", (*app)->client_id},
                                                                    {"response_type", "code"},
                                                                    {"scope", joined((*manifest)->oauth.scopes)},
                                                                    {"redirect_uri", (*app)->redirect_uri},
                                                                    {"state", state.reveal()}};
  for (const auto& [name, value] : parameters) {
    url += separator + name + "=" + http::percent_encode(value);
    separator = '&';
  }
  return Begun{std::move(url), p_.clock.now() + kLifetime};
}

Result<Tokens> SignIns::exchange(const Manifest& manifest, const PlatformApp& app, const Returned& returned,
                                 const std::string& redirect_uri) {
  auto tokens =
      p_.oauth.exchange(app.token_url, {config::Secret(app.client_id), {}}, returned.code, redirect_uri, manifest.oauth.access_seconds);
  if (tokens) return tokens;
  Error error = tokens.error();
  error.retry = Retry::never;  // a code is never sent twice
  error.hint = error.reason == "INVALID_CLIENT" ? "The installation's keys at the platform are wrong: tell its operator."
                                                : "Nothing was connected. Begin again: the platform's code works once and for minutes.";
  return fail(error);
}

Result<CompanyFacts> SignIns::look(const Manifest& manifest, const Connection& connection, const Tokens& tokens, std::stop_token stop) {
  NoBudget budget;
  TheseTokens these(tokens.access);
  BudgetGate gate(connection.company_id, manifest.budget, "sign-in", budget, p_.clock);
  CallOptions options;
  options.deadline = kLook;
  options.wait_when_throttled = false;
  options.attempts = 2;
  SourceCaller caller(connection, manifest, p_.api, gate, these, p_.clock, p_.probe, options, [](const std::string&, milliseconds) {});
  const auto company = read_company(caller, manifest, std::move(stop));
  if (company)
    return CompanyFacts{company->at("company_name"), company->at("home_currency"),
                        calendar::month_number(company->at("fiscal_year_first_month"))};
  Error error = company.error();
  const bool later = error.code == Code::unavailable || error.code == Code::deadline_exceeded || error.retry == Retry::after_backoff;
  error.code = later ? Code::unavailable : Code::failed_precondition;
  error.reason = later ? "SOURCE_UNAVAILABLE" : "COMPANY_NOT_READABLE";
  error.retry = Retry::never;
  error.hint = later ? "Nothing was connected. Begin again in a few minutes."
                     : "Nothing was connected. Sign in as an administrator of the company and choose that company.";
  return fail(error);
}

Result<CompanyStatus> SignIns::finish(const Person& person, const std::string& platform, const Returned& returned, std::stop_token stop) {
  const auto manifest = manifest_of(platform);
  if (!manifest) return fail(manifest.error());
  const auto app = app_of(**manifest);
  if (!app) return fail(app.error());
  if (returned.state.empty() || returned.state.reveal().size() > kStateBytesMax) return state_unknown();
  // Taken before anything else is looked at: whatever comes of it, this state has been used.
  const auto redirect_uri = [&] {
    const acting::Aside only_used_up;  // what the call makes, if it comes to that, is the connection
    return p_.attempts.take(person.tenant, challenge_of(person, (*manifest)->platform, returned.state));
  }();
  if (!redirect_uri) return state_unknown();
  if (!returned.error.empty()) return consent_refused(returned.error);
  if (returned.code.empty() || returned.code.reveal().size() > kCodeBytesMax || !is_number(returned.company_id))
    return fail(Code::invalid_argument, "code and realm_id must be those of the platform's redirect", "MISSING_FIELDS",
                "Hand on the redirect's query unchanged, or begin again.");

  NewConnection wanted;
  wanted.connection.tenant = person.tenant;
  wanted.connection.platform = (*manifest)->platform;
  wanted.connection.company_id = returned.company_id;
  wanted.connection.slug = ids::connection_slug((*manifest)->slug_prefix, returned.company_id);
  wanted.connection.base_url = (*app)->base_url;
  wanted.connection.token_url = (*app)->token_url;
  wanted.credentials.client_id = config::Secret((*app)->client_id);
  auto tokens = exchange(**manifest, **app, returned, *redirect_uri);
  if (!tokens) return fail(tokens.error());
  wanted.tokens = std::move(*tokens);
  const auto facts = look(**manifest, wanted.connection, wanted.tokens, std::move(stop));
  if (!facts) return fail(facts.error());
  SignIn saved{p_.store.save_verified(wanted, *facts), wanted.credentials, wanted.tokens};
  return status_of(**manifest, saved);
}

CompanyStatus SignIns::status_of(const Manifest& manifest, const SignIn& sign_in) const {
  return {sign_in.connection, sign_in.connection.base_url == manifest.base_url ? "production" : "sandbox", sign_in.tokens.expires_at,
          sign_in.tokens.ends_at};
}

Result<SignIns::Companies> SignIns::status(const std::string& tenant, const std::string& platform) {
  const auto manifest = manifest_of(platform);
  if (!manifest) return fail(manifest.error());
  Companies out{p_.apps.contains((*manifest)->platform), {}};
  for (const auto& connection : p_.store.list(tenant, "", kListed)) {
    if (connection.platform != (*manifest)->platform) continue;
    // What does not open any more is shown without its times: the list must not depend on it.
    const auto sign_in = p_.store.open(connection.id);
    out.all.push_back(status_of(**manifest, sign_in ? *sign_in : SignIn{connection, {}, {}}));
  }
  return out;
}

Result<CompanyStatus> SignIns::disconnect(const std::string& tenant, const std::string& platform, const std::string& connection_id) {
  const auto manifest = manifest_of(platform);
  if (!manifest) return fail(manifest.error());
  std::string id = connection_id;
  if (id.empty()) {
    auto living = p_.store.list(tenant, "", kListed);
    std::erase_if(living, [&](const Connection& one) { return one.platform != (*manifest)->platform || one.state == "disconnected"; });
    if (living.empty()) return fail(Code::not_found, "no company is connected", "NOT_FOUND", "List the connections to see their ids.");
    if (living.size() > 1)
      return fail(Code::invalid_argument, "more than one company is connected", "AMBIGUOUS_ID", "Name one of them by its connection_id.");
    id = living.front().id;
  }
  const auto known = p_.store.find(tenant, id);
  if (!known || known->platform != (*manifest)->platform)
    return fail(Code::not_found, "no such connection", "NOT_FOUND", "List the connections to see their ids.");
  acting::about("connection", id);
  const auto leaving = p_.store.begin_disconnect(tenant, id);
  if (!leaving) return fail(leaving.error());
  if (leaving->connection.state == "disconnecting") end(*leaving, milliseconds{0});
  const auto now = p_.store.open(id);
  if (!now) return fail(now.error());
  return status_of(**manifest, *now);
}

void SignIns::end(const SignIn& sign_in, milliseconds tried_for) {
  const auto& connection = sign_in.connection;
  const auto app = p_.apps.find(connection.platform);
  const auto manifest = p_.manifests.find(connection.platform);
  const std::string url = app != p_.apps.end()             ? app->second.revoke_url
                          : manifest != p_.manifests.end() ? manifest->second.oauth.revoke_url
                                                           : std::string();
  if (p_.store.lives_elsewhere(connection)) return p_.store.disconnected(connection.id, std::string(kEndedHere));
  if (url.empty() || sign_in.tokens.refresh.empty()) return p_.store.disconnected(connection.id, std::string(kEnded));
  const auto revoked = p_.oauth.revoke(url, sign_in.credentials, sign_in.tokens.refresh);
  if (revoked) return p_.store.disconnected(connection.id, std::string(kEnded));
  log::warn("a consent could not be ended yet", {{"connection", connection.id}, {"error", revoked.error().message}});
  if (tried_for >= kLeaveFor) return p_.store.disconnected(connection.id, std::string(kNotConfirmed));
  p_.store.disconnect_later(connection.id, kLeaveAgain);
}

bool SignIns::end_one() {
  const auto leaving = p_.store.next_leaving();
  if (!leaving) return false;
  end(leaving->sign_in, leaving->tried_for);
  return true;
}

}  // namespace q2o::connector
