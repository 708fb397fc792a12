#include "services/notifier/app/webhooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace q2o::notifier {
namespace {

using namespace std::chrono_literals;

class FakeDeliveries final : public WebhookQueue {
 public:
  std::optional<WebhookJob> next() override { return std::exchange(waiting, std::nullopt); }
  bool settle(const WebhookJob&, int status_in, const std::string& error_in, std::optional<std::chrono::milliseconds> pause_in,
              const std::string& disable_in) override {
    status = status_in;
    error = error_in;
    pause = pause_in;
    disable = disable_in;
    return true;
  }
  std::optional<WebhookJob> waiting;
  int status = -1;
  std::string error, disable;
  std::optional<std::chrono::milliseconds> pause;
};

class FakeSender final : public WebhookSender {
 public:
  Result<WebhookAnswer> post(const std::string&, const std::vector<Header>& headers, const std::string& body) override {
    for (const auto& header : headers) sent[header.name] = header.value;
    sent["body"] = body;
    return answer;
  }
  Status check(const std::string&) override { return {}; }
  Result<WebhookAnswer> answer = WebhookAnswer{200, 0ms};
  std::map<std::string, std::string> sent;
};

class WebhooksTest : public ::testing::Test {
 protected:
  void deliver(Result<WebhookAnswer> answer, int attempts = 1, std::chrono::seconds age = 0s) {
    sender_.answer = std::move(answer);
    queue_.waiting = WebhookJob{"d1", "e1", "t1", "job.completed", "msg_1", "https://example.com/hook", "{}", {secret_}, attempts, age, 1};
    ASSERT_TRUE(webhooks_.run_one());
  }
  const config::Secret secret_ = new_webhook_secret();
  FakeDeliveries queue_;
  FakeSender sender_;
  metrics::Registry metrics_;
  Webhooks webhooks_{queue_, sender_, metrics_};
};

TEST_F(WebhooksTest, PostsWhatAReceiverCanVerify) {
  deliver(WebhookAnswer{204, 0ms});
  EXPECT_EQ(sender_.sent["webhook-id"], "msg_1");
  EXPECT_EQ(sender_.sent["webhook-signature"],
            webhook_signature({secret_}, "msg_1", std::stoll(sender_.sent["webhook-timestamp"]), "{}").value());
  EXPECT_EQ(queue_.status, 204);
  EXPECT_FALSE(queue_.pause);
  EXPECT_FALSE(webhooks_.run_one());
}

TEST_F(WebhooksTest, TriesAgainForADay) {
  deliver(WebhookAnswer{500, 0ms});
  ASSERT_TRUE(queue_.pause);
  EXPECT_LE(*queue_.pause, 6s);
  deliver(WebhookAnswer{302, 0ms}, 3);
  ASSERT_TRUE(queue_.pause) << "a redirect is not followed";
  EXPECT_GE(*queue_.pause, 4min);
  deliver(fail(Code::unavailable, "no answer"), 9, 23h);
  EXPECT_FALSE(queue_.pause);
  EXPECT_EQ(queue_.error, "no answer");
}

TEST_F(WebhooksTest, WaitsAsLongAsItIsTold) {
  deliver(WebhookAnswer{429, 3600s});
  EXPECT_EQ(*queue_.pause, 3600s);
}

TEST_F(WebhooksTest, WhatIsGoneIsLeftAlone) {
  deliver(WebhookAnswer{410, 0ms});
  EXPECT_FALSE(queue_.pause);
  EXPECT_FALSE(queue_.disable.empty());
}

}  // namespace
}  // namespace q2o::notifier
