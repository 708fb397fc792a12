#include "services/notifier/domain/standard_webhook.h"

#include <gtest/gtest.h>

#include <charconv>
#include <fstream>
#include <sstream>

#include "common/json/json.h"
#include "common/testing/testing.h"

namespace q2o::notifier {
namespace {

using namespace std::chrono_literals;

TEST(StandardWebhook, SignsAsTheRecordedVectorOfTheSpecification) {
  const auto shared = q2o::testing::shared_folder();
  if (shared.empty()) GTEST_SKIP() << "the recorded data is not at hand";
  std::ostringstream text;
  text << std::ifstream(shared + "/platforms/samples/email/standard_webhooks_vector.json").rdbuf();
  const auto file = json::Document::parse(text.str());
  ASSERT_TRUE(file);
  ASSERT_FALSE(file->root()["vectors"].items().empty());
  for (const auto& vector : file->root()["vectors"].items()) {
    std::int64_t timestamp = 0;
    const auto digits = vector["webhook-timestamp"].text();
    std::from_chars(digits.data(), digits.data() + digits.size(), timestamp);
    EXPECT_EQ(webhook_signature({config::Secret(std::string(vector["secret"].text()))}, vector["webhook-id"].text(), timestamp,
                                vector["body"].text())
                  .value(),
              vector["webhook-signature"].text());
  }
}

TEST(StandardWebhook, SignsWithTheOldSecretTooWhileBothAreGood) {
  const auto one = new_webhook_secret(), two = new_webhook_secret();
  EXPECT_NE(one.reveal(), two.reveal());
  const auto both = webhook_signature({one, two}, "msg_1", 1, "{}").value();
  EXPECT_EQ(both, webhook_signature({one}, "msg_1", 1, "{}").value() + " " + webhook_signature({two}, "msg_1", 1, "{}").value());
  EXPECT_FALSE(webhook_signature({config::Secret("plain")}, "msg_1", 1, "{}"));
}

TEST(StandardWebhook, BodiesStaySmallAndAreJson) {
  std::string umlauts;
  for (int i = 0; i < 5000; ++i) umlauts += "ü";
  const auto body = webhook_body("job.failed", "2026-11-30T12:00:00Z", {{"reason", umlauts}, {"run", "3"}});
  EXPECT_LT(body.size(), 2000u);
  const auto read = json::Document::parse(body);
  ASSERT_TRUE(read) << "a character was cut in half";
  EXPECT_EQ(read->root()["type"].text(), "job.failed");
  EXPECT_EQ(read->root()["data"]["run"].text(), "3");
}

TEST(StandardWebhook, OnlyTwoHundredsAreSuccess) {
  using Kind = WebhookVerdict::Kind;
  for (const int status : {200, 201, 204, 299}) EXPECT_EQ(judge_webhook(status, 0ms).kind, Kind::delivered);
  for (const int status : {0, 199, 301, 302, 400, 404, 429, 500, 503}) EXPECT_EQ(judge_webhook(status, 0ms).kind, Kind::again);
  EXPECT_EQ(judge_webhook(410, 0ms).kind, Kind::gone);
  EXPECT_EQ(judge_webhook(429, 90s).at_least, 90s);
  EXPECT_EQ(judge_webhook(503, 999999s).at_least, 12h);
}

}  // namespace
}  // namespace q2o::notifier
