#include "services/notifier/app/mailer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/failpoint/failpoint.h"

namespace q2o::notifier {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class FakeQueue final : public MailQueue {
 public:
  std::optional<MailJob> next() override { return std::exchange(waiting, std::nullopt); }
  bool handing_over(const MailJob&) override { return ++handed, !lost; }
  bool settle(const MailJob&, const Outcome& outcome, std::optional<std::chrono::milliseconds> pause) override {
    settled = outcome;
    next_pause = pause;
    return !lost;
  }
  bool renew(const MailJob&) override { return !lost; }
  std::optional<MailJob> waiting;
  std::optional<Outcome> settled;
  std::optional<std::chrono::milliseconds> next_pause;
  int handed = 0;
  bool lost = false;
};

class FakeServer final : public MailServer {
 public:
  Outcome send(const std::string&, const std::string& to, const std::string& message, const std::function<bool()>& before_body) override {
    if (!before_body()) return {Outcome::Kind::later, "lease lost"};
    last_to = to;
    last_message = message;
    return answer;
  }
  Outcome answer{Outcome::Kind::sent, "250 ok"};
  std::string last_to, last_message;
};

class MailerTest : public ::testing::Test {
 protected:
  static MailTemplates templates() {
    auto read = MailTemplates::read(std::string(Q2O_SOURCE_DIR) + "/config/mails");
    if (!read) throw std::runtime_error(read.error().message);
    return *read;
  }
  static MailJob job(const std::string& event, int attempts = 1, std::chrono::seconds age = 0s) {
    return {"m1",
            "t1",
            event,
            "ann@example.com",
            "f1",
            {{"name", "Ann"}, {"migration", "Heron & Co"}, {"link", "https://q.example/x"}, {"verdict", "MATCHED"}},
            "m1@quick2odoo.example",
            attempts,
            age,
            1};
  }
  FakeQueue queue_;
  FakeServer server_;
  const MailTemplates templates_ = templates();
  metrics::Registry metrics_;
  Mailer mailer_{queue_,
                 server_,
                 templates_,
                 {"Quick2Odoo", "hello@quick2odoo.example", "https://q.example"},
                 [](const std::string& tenant, const std::string& recipient) { return "https://q.example/u/" + tenant + "." + recipient; },
                 metrics_};
};

TEST_F(MailerTest, HandsOverOneMailAndSettlesIt) {
  queue_.waiting = job("job.completed");
  EXPECT_TRUE(mailer_.run_one());
  EXPECT_FALSE(mailer_.run_one());
  EXPECT_EQ(queue_.handed, 1);
  EXPECT_EQ(queue_.settled->kind, Outcome::Kind::sent);
  EXPECT_EQ(server_.last_to, "ann@example.com");
  EXPECT_THAT(server_.last_message, HasSubstr("Subject: The books match: Heron & Co\r\n"));
  EXPECT_THAT(server_.last_message, HasSubstr("List-Unsubscribe: <https://q.example/u/t1.f1>"));
  EXPECT_THAT(server_.last_message, HasSubstr("Message-ID: <m1@quick2odoo.example>"));
}

TEST_F(MailerTest, EssentialMailsHaveNoWayOut) {
  queue_.waiting = job("account.verify");
  mailer_.run_one();
  EXPECT_THAT(server_.last_message, Not(HasSubstr("nsubscribe")));
}

TEST_F(MailerTest, WhatWasNotTakenIsTriedAgainForTwoDays) {
  server_.answer = {Outcome::Kind::later, "451 later"};
  queue_.waiting = job("job.completed");
  mailer_.run_one();
  ASSERT_TRUE(queue_.next_pause);
  EXPECT_GE(*queue_.next_pause, 48s);
  EXPECT_LE(*queue_.next_pause, 72s);
  queue_.waiting = job("job.completed", 9, 47h);
  mailer_.run_one();
  EXPECT_FALSE(queue_.next_pause) << "given up";
}

TEST_F(MailerTest, ARefusalIsNotRepeated) {
  for (const auto kind : {Outcome::Kind::bad_address, Outcome::Kind::refused}) {
    server_.answer = {kind, "550 5.1.1 unknown"};
    queue_.waiting = job("job.completed");
    mailer_.run_one();
    EXPECT_EQ(queue_.settled->kind, kind);
    EXPECT_FALSE(queue_.next_pause);
  }
}

TEST_F(MailerTest, AnAddressThatIsNoneNeverReachesTheServer) {
  queue_.waiting = job("job.completed");
  queue_.waiting->address = "ann@example.com>\r\nRCPT TO:<eve@example.com";
  mailer_.run_one();
  EXPECT_EQ(queue_.settled->kind, Outcome::Kind::bad_address);
  EXPECT_TRUE(server_.last_message.empty());
}

TEST_F(MailerTest, WhoHasLostTheLeaseSendsNothing) {
  queue_.waiting = job("job.completed");
  queue_.lost = true;
  mailer_.run_one();
  EXPECT_TRUE(server_.last_message.empty());
}

TEST(RetryPlanOfMails, GrowsAndEnds) {
  const auto plan = mail_plan();
  EXPECT_EQ(*plan.pause(1, 0s, 0.5), 60s);
  EXPECT_EQ(*plan.pause(4, 30min, 0.5), 1h);
  EXPECT_EQ(*plan.pause(8, 23h, 0.5), 24h);
  EXPECT_FALSE(plan.pause(8, 25h, 0.5));
  const auto hooks = webhook_plan();
  std::chrono::milliseconds age{0};
  int attempts = 0;
  for (std::optional<std::chrono::milliseconds> pause = 0ms; pause;
       pause = hooks.pause(++attempts, std::chrono::duration_cast<std::chrono::seconds>(age), 0.5))
    age += *pause;
  EXPECT_GT(age, 12h);
  EXPECT_LE(age, 24h);
}

}  // namespace
}  // namespace q2o::notifier
