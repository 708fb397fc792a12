#include "common/json/json.h"
#include "common/migrations/migrations.h"
#include "fuzz/targets.h"
#include "q2o/connector/v1/raw.pb.h"
#include "q2o/mapper/v1/mapped.pb.h"
#include "services/connector/app/oauth.h"
#include "services/loader/adapters/odoo_books.h"
#include "services/loader/app/readiness.h"

/// Messages of the bus, and what neighbours answer.
namespace q2o::fuzz {
namespace {

/// Time stands still; nobody waits.
class Still : public connector::Clock {
 public:
  std::chrono::system_clock::time_point now() override {
    return std::chrono::system_clock::time_point(std::chrono::seconds(1'770'000'000));
  }
  bool wait(connector::milliseconds, std::stop_token) override { return true; }
};

/// A source that answers everything with the same bytes.
class Answers : public connector::SourceApi {
 public:
  explicit Answers(http::Response response) : response_(std::move(response)) {}
  Result<http::Response> send(const http::Request&, connector::milliseconds) override { return response_; }

 private:
  http::Response response_;
};

int status_of(std::string_view bytes) {
  constexpr int kStatus[]{200, 400, 401, 429, 500, 503};
  return kStatus[bytes.empty() ? 0 : static_cast<unsigned char>(bytes[0]) % std::size(kStatus)];
}

}  // namespace

/// What can be read can be written again and says the same.
void envelope(std::string_view bytes) {
  bus::Incoming incoming;
  incoming.topic = "topic";
  incoming.value = bytes;
  incoming.headers["ce_id"] = std::string(bytes.substr(0, 40));
  expect(!incoming.id().empty(), "every message has an id");
  if (const auto migration = migrations::decode(incoming)) expect(!migration->migration_id().empty(), "a migration has an id");
  connector::v1::RawMessage raw;
  if (raw.ParseFromString(incoming.value)) {
    connector::v1::RawMessage again;
    expect(again.ParseFromString(raw.SerializeAsString()), "a message that was written can be read");
  }
  mapper::v1::MappedMessage mapped;
  if (!mapped.ParseFromString(incoming.value)) return;
  for (const auto& one : mapped.batch().records())
    for (const auto& target : one.targets().records()) static_cast<void>(json::Document::parse(target.values_json()));
}

/// The first byte chooses the status, the rest is the body. A token without a value is never taken for one.
void token_answer(std::string_view bytes) {
  Still clock;
  Answers source({status_of(bytes), {{"Content-Type", "application/json"}}, std::string(bytes.substr(bytes.empty() ? 0 : 1))});
  connector::OAuthClient oauth(source, clock);
  const connector::Credentials credentials{config::Secret("client"), config::Secret("secret")};
  const auto tokens = oauth.refresh("http://token", credentials, config::Secret("refresh"), 3600, [] { return true; });
  if (tokens) expect(!tokens->access.empty() && !tokens->refresh.empty(), "tokens that were accepted have values");
}

void odoo_answer(std::string_view bytes) {
  const auto answer = loader::read_rpc_answer({status_of(bytes), {}, std::string(bytes.substr(bytes.empty() ? 0 : 1))});
  if (answer) {
    // As the question for its version reads it.
    const std::string version(answer->value()["server_version"].text());
    if (loader::is_supported(version)) expect(version.find("18") != std::string::npos, "only an Odoo 18 is one");
  } else {
    expect(!answer.error().message.empty() || !answer.error().reason.empty(), "an error says something");
  }
}

}  // namespace q2o::fuzz
