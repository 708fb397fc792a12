#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include "common/crypto/signed_token.h"
#include "common/http/http.h"
#include "common/ids/ids.h"
#include "common/rpc/page.h"
#include "embedded/contracts.h"
#include "fuzz/targets.h"
#include "services/identity/edge/access_log.h"
#include "services/identity/edge/authorization.h"
#include "services/identity/edge/session_cookie.h"
#include "services/identity/people/app/claims.h"
#include "services/identity/people/domain/address.h"
#include "services/identity/people/domain/credentials.h"
#include "services/notifier/domain/message.h"

/// What strangers send to the edge: headers, credentials, tokens that come back; and what Envoy tells of it.
namespace q2o::fuzz {
namespace {

using envoy::service::auth::v3::CheckRequest;
using envoy::service::auth::v3::CheckResponse;

constexpr std::string_view kSession = "s1";
constexpr std::string_view kKey = "mk_books";

/// Knows one session and one key.
class Two final : public identity::Askers {
 public:
  Result<identity::Asker> by_session(std::string_view cookie) override { return of(cookie == kSession); }
  Result<identity::Asker> by_key(std::string_view key) override {
    auto asker = of(key == kKey);
    if (asker) asker->by_key = true;
    return asker;
  }
  Result<identity::Asker> by_token(std::string_view claims) override { return of(!claims.empty()); }
  Status admit(const identity::Asker&) override { return {}; }

 private:
  static Result<identity::Asker> of(bool known) {
    if (!known) return fail(Code::unauthenticated, "unknown", "UNKNOWN", "Sign in.");
    identity::Asker out;
    out.tenant = "3f0c1d8e-0000-4000-8000-000000000001";
    out.actor = "ann@example.com";
    out.role = identity::Role::owner;
    return out;
  }
};

bool is_header(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// Percent-encoding taken back.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    expect(i + 2 < text.size(), "an escape has two digits");
    out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
    i += 2;
  }
  return out;
}

/// Messages as text, so that their seeds can be read.
bool is_text_of(std::string_view bytes, google::protobuf::Message& message) {
  struct Silent final : google::protobuf::io::ErrorCollector {
    void AddError(int, int, const std::string&) override {}
  } silent;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silent);
  return parser.ParseFromString(std::string(bytes), &message);
}

void passed(const CheckRequest& request, const CheckResponse& response, const identity::edge::Rule* rule) {
  expect(rule != nullptr, "only what the contracts have passes");
  bool somebody = false;
  for (const auto& one : response.ok_response().headers()) {
    expect(is_header(one.header().value()), "nothing can be smuggled into a header");
    somebody = somebody || one.header().key() == "q2o-actor";
  }
  expect(somebody || rule->access.level() == identity::v1::LEVEL_PUBLIC, "nobody passes where somebody is asked for");
  const auto& http = request.attributes().request().http().headers();
  const auto cookie = http.find("cookie");
  const auto bearer = http.find("authorization");
  const bool shown = (cookie != http.end() && cookie->second.find(kSession) != std::string::npos) ||
                     (bearer != http.end() && bearer->second.find(kKey) != std::string::npos) ||
                     request.attributes().metadata_context().filter_metadata_size() > 0;
  expect(shown || !somebody, "who passes as somebody has shown something");
}

}  // namespace

/// A CheckRequest of Envoy.
void check(std::string_view bytes) {
  static const auto rules = identity::edge::Rules::of_contracts(embedded::contracts::kFiles[0].text);
  static Two askers;
  static const identity::edge::Gate gate(rules, askers, identity::edge::GateOptions{{"https://app.example.com"}, std::chrono::minutes(15)});
  metrics::Registry metrics;
  identity::edge::Authorization authorization(gate, metrics);
  CheckRequest request;
  if (!is_text_of(bytes, request)) return;
  CheckResponse response;
  grpc::ServerContext context;
  expect(authorization.Check(&context, &request, &response).ok(), "the edge always gets an answer");
  std::string path = request.attributes().request().http().path();
  path.erase(std::min(path.find('?'), path.size()));
  if (response.has_ok_response()) return passed(request, response, rules.find(path));
  expect(response.status().code() != 0 && response.has_denied_response(), "a refusal is one");
  for (const auto& one : response.denied_response().headers())
    expect(one.header().value().find_first_of("\r\n") == std::string::npos, "one line");
}

void headers(std::string_view bytes) {
  const auto cookie = identity::edge::session_in(bytes);
  expect(cookie.find(';') == std::string::npos, "a cookie ends at its semicolon");
  const auto written = std::string(identity::edge::kSessionCookie) + "=" + std::string(cookie);
  expect(cookie.empty() || bytes.find(written) != std::string_view::npos, "a cookie's value is what stands there");
  const auto text = identity::edge::header_text(bytes);
  expect(is_header(text) && decoded(text) == bytes, "a header says all, in ASCII");
  identity::edge::Rule stream;
  stream.streams = true;
  for (const auto& rule : {identity::edge::Rule{}, stream}) {
    const auto timeout = identity::edge::timeout_for(rule, bytes);
    const auto number = std::stoll(timeout);
    expect(timeout == std::to_string(number) + "m" && number > 0 && number <= 3'600'000, "a time-out is between nothing and an hour");
  }
  const auto pause = http::Response{429, {{"Retry-After", std::string(bytes)}}, {}}.retry_after();
  expect(pause.count() >= 0, "nobody waits for the past");
  if (const auto place = rpc::place_of(bytes)) expect(*place >= 0, "a place in a list");
}

void credentials(std::string_view bytes) {
  namespace people = identity::people;
  if (const auto key = people::parse_api_key(bytes)) {
    expect(people::is_key_id(key->key_id) && people::looks_like_token(key->secret.reveal()), "a key has an id and a secret");
    expect(people::text_of(*key).reveal() == bytes, "a key is written as it is read");
  }
  if (const auto address = people::normalized_address(bytes)) {
    expect(people::normalized_address(*address).value_or("") == *address, "a second look changes nothing");
    expect(!people::domain_of(*address).empty(), "an address has a domain");
    expect(notifier::is_address(*address), "whose address is taken can be written to");
  }
}

void claims(std::string_view bytes) {
  const auto read = identity::people::claims_in(bytes);
  if (!read) return;
  expect(!read->subject.empty() && read->subject.size() <= 255, "claims name somebody");
  expect(read->address.empty() || identity::people::normalized_address(read->address).value_or("") == read->address,
         "an address is a normal one");
  expect(read->signed_in_at.time_since_epoch().count() >= 0, "nobody has signed in before there were computers");
  expect(read->identity_hash().size() == 64, "an identity has a hash");
}

/// Links of mails, tokens of streams and shared reports.
void signed_token(std::string_view bytes) {
  static const config::Secret kSecret("a key for tokens");
  constexpr crypto::Moment kNow{std::chrono::seconds(1'790'000'000)};
  const auto read = crypto::read_token(kSecret, "fuzz", bytes, kNow);
  if (read) expect(crypto::sign_token(kSecret, "fuzz", read->parts, read->expires) == bytes, "only what we have signed is believed");
  std::vector<std::string> parts{std::string(bytes.substr(0, bytes.find('\n')))};
  const auto token = crypto::sign_token(kSecret, "fuzz", parts, kNow + std::chrono::hours(1));
  if (token.size() <= 4096) {
    const auto back = crypto::read_token(kSecret, "fuzz", token, kNow);
    expect(back && back->parts == parts, "what was signed is read");
    expect(!crypto::read_token(kSecret, "other", token, kNow), "for its purpose only");
    expect(!crypto::read_token(kSecret, "fuzz", token, kNow + std::chrono::hours(1)), "for its time only");
  }
  expect(crypto::from_base64(crypto::base64(bytes)).value_or("no") == bytes, "base64 says the same");
  if (const auto plain = crypto::from_base64(bytes)) expect(plain->size() <= bytes.size(), "base64 is longer than what it says");
}

/// An entry of Envoy's access log.
void access_log(std::string_view bytes) {
  envoy::data::accesslog::v3::HTTPAccessLogEntry entry;
  if (!is_text_of(bytes, entry)) return;
  const auto call = identity::edge::call_of(entry);
  expect(call.tenant.empty() || ids::is_uuid(call.tenant), "a tenant is none or an id");
  expect(call.method.find('?') == std::string::npos, "a method has no query");
  expect(call.took.count() >= 0, "a call takes time");
}

}  // namespace q2o::fuzz
