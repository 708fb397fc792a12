#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>

#include "common/bus/bus.h"
#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/testing/process.h"
#include "common/testing/testing.h"
#include "q2o/identity/v1/event.pb.h"
#include "sandbox/mail/mail.h"

/// The real program, a real broker, database and mail server: killed with kill -9 on both sides of the sending, and started again.
namespace q2o::notifier {
namespace {

using namespace std::chrono_literals;

class KilledNotifier : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_ + "/key") << std::string(64, 'a');
    ::chmod((folder_ + "/key").c_str(), 0600);
    std::ofstream(folder_ + "/mail.pem") << sandbox_.certificate_pem();
    ASSERT_TRUE(bus::declare_topics(kafka_, std::string(Q2O_SOURCE_DIR) + "/config/topics.toml"));
  }
  void TearDown() override {
    if (pid_ > 0) q2o::testing::signal_and_wait(pid_, SIGKILL, 1s);
  }

  void start(const std::string& failpoints) {
    std::vector<std::string> command{"/usr/bin/env"};
    const auto set = [&](const std::string& name, const std::string& value) { command.push_back("Q2O_" + name + "=" + value); };
    set("KAFKA_BROKERS", kafka_.brokers);
    set("DATABASE_HOST", database_.host);
    set("DATABASE_PORT", std::to_string(database_.port));
    set("DATABASE_NAME", database_.database);
    set("DATABASE_USER", database_.user);
    set("DATABASE_SCHEMA", database_.schema);
    set("DATABASE_PASSWORD", "none");
    set("GRPC_LISTEN", "127.0.0.1:0");
    set("CRYPTO_KEY_FILE", folder_ + "/key");
    set("CONFIG_DIR", std::string(Q2O_SOURCE_DIR) + "/config");
    set("SMTP_HOST", "127.0.0.1");
    set("SMTP_PORT", std::to_string(sandbox_.smtp_port()));
    set("SMTP_CA_FILE", folder_ + "/mail.pem");
    set("MAIL_FIRST_PAUSE_S", "1");
    if (!failpoints.empty()) set("FAILPOINTS", failpoints);
    command.push_back(std::string(Q2O_BINARY_DIR) + "/services/notifier/q2o-notifier");
    pid_ = q2o::testing::start({command, folder_ + "/log", false});
  }
  /// Whether it was killed by its fail point.
  bool is_killed() {
    int status = 0;
    const bool ended = q2o::testing::eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, 60s);
    if (ended) pid_ = -1;
    return ended && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }
  /// Without an identity service nothing is sealed.
  void ask_for_a_mail() {
    identity::v1::IdentityEvent event;
    event.set_event_id(ids::uuid_v4());
    event.set_tenant_id(ids::uuid_v4());
    event.set_occurred_at("2026-11-30T12:00:00Z");
    event.mutable_to()->set_person_id(ids::uuid_v4());
    event.mutable_to()->set_address_sealed("ann@example.com");
    event.mutable_verify_address()->set_link_token_sealed("token");
    bus::Producer producer(kafka_);
    const bus::Outgoing message{topic::kIdentityEvent,
                                event.event_id(),
                                event.SerializeAsString(),
                                event.event_id(),
                                "q2o.identity.v1.IdentityEvent",
                                event.tenant_id(),
                                "",
                                0,
                                "",
                                0,
                                "",
                                {}};
    ASSERT_TRUE(producer.publish(std::vector{message}, 20s));
  }
  std::vector<sandbox::Node> mails() { return sandbox_.mailbox().describe("")["mails"].items(); }
  int copies(std::size_t mail) { return std::stoi(mails().at(mail)["copies"].text()); }
  std::int64_t sent() {
    return pool_.transact([](pg::Tx& tx) { return tx.one("select count(*) as n from mail where state = 'sent'").integer("n"); });
  }
  void kill_it() {
    ::kill(pid_, SIGKILL);
    ASSERT_TRUE(is_killed());
  }

  const std::string folder_ = q2o::testing::temporary_directory("notifier-kill");
  const bus::Options kafka_{q2o::testing::Kafka::instance().brokers(), "test"};
  const pg::Options database_ = q2o::testing::Postgres::instance().fresh_schema();
  pg::Pool pool_{database_};
  sandbox::mail::MailSandbox sandbox_{0};
  pid_t pid_ = -1;
};

/// One after the other on one database and one consumer group, as replicas of the same service would be.
TEST_F(KilledNotifier, LosesNoMailAndRepeatsOneOnlyUnderItsOwnId) {
  start("before_send=kill@1");
  ask_for_a_mail();
  ASSERT_TRUE(is_killed()) << q2o::testing::tail_of(folder_ + "/log");
  EXPECT_TRUE(mails().empty());
  start("");
  ASSERT_TRUE(q2o::testing::eventually([&] { return sent() == 1; }, 60s)) << q2o::testing::tail_of(folder_ + "/log");
  EXPECT_EQ(mails().size(), 1u);
  EXPECT_EQ(copies(0), 1) << "killed before it had sent: sent once";
  kill_it();

  start("after_send=kill@1");
  ask_for_a_mail();
  ASSERT_TRUE(is_killed()) << q2o::testing::tail_of(folder_ + "/log");
  ASSERT_EQ(mails().size(), 2u);
  EXPECT_EQ(copies(1), 1);
  start("");
  ASSERT_TRUE(q2o::testing::eventually([&] { return sent() == 2; }, 60s)) << q2o::testing::tail_of(folder_ + "/log");
  EXPECT_EQ(mails().size(), 2u) << "one Message-ID: mail programs show it once";
  EXPECT_EQ(copies(1), 2) << "killed between the server's answer and its own commit: the window that SMTP leaves open";
  kill_it();

  start("before_send=kill@1");
  ask_for_a_mail();
  ASSERT_TRUE(is_killed()) << "the third mail is the only one that is due";
  EXPECT_EQ(mails().size(), 2u) << "what was remembered is not repeated";
  EXPECT_EQ(copies(0), 1);
}

}  // namespace
}  // namespace q2o::notifier
