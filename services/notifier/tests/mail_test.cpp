#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "common/once/once.h"
#include "common/pg/embedded.h"
#include "common/rpc/rpc.h"
#include "common/sealing/memory_keys.h"
#include "common/testing/isolation.h"
#include "common/testing/testing.h"
#include "embedded/notifier_schema.h"
#include "q2o/identity/v1/event.pb.h"
#include "q2o/validator/v1/report.pb.h"
#include "sandbox/mail/mail.h"
#include "services/notifier/adapters/event_consumer.h"
#include "services/notifier/adapters/mail_rpc.h"
#include "services/notifier/adapters/smtp_client.h"
#include "services/notifier/adapters/status_consumer.h"
#include "services/notifier/app/mailer.h"

/// From facts to a mailbox: a real Postgres, sealed, and a real mail server over SMTP with STARTTLS.
namespace q2o::notifier {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class Mails : public ::testing::Test {
 protected:
  static pg::Options options(const std::shared_ptr<sealing::MemoryKeys>& keys) {
    auto out = q2o::testing::Postgres::instance().fresh_schema();
    out.seal = std::make_shared<const sealing::Seal>(keys);
    return out;
  }
  static MailTemplates read_templates() {
    auto read = MailTemplates::read(std::string(Q2O_SOURCE_DIR) + "/config/mails");
    if (!read) throw std::runtime_error(read.error().message);
    return *read;
  }
  void SetUp() override { pg::migrate(pool_, pg::schema_of(embedded::notifier_schema::kFiles)); }

  SmtpClient::Options server_options(SmtpClient::Security security = SmtpClient::Security::starttls) {
    const auto certificate = ::testing::TempDir() + "q2o-notifier-" + std::to_string(sandbox_.smtp_port()) + ".pem";
    std::ofstream(certificate) << sandbox_.certificate_pem();
    SmtpClient::Options out;
    out.host = "localhost";
    out.port = sandbox_.smtp_port();
    out.security = security;
    out.ca_file = certificate;
    out.total_timeout = 20s;
    return out;
  }
  std::unique_ptr<Mailer> mailer(MailServer& server, std::vector<std::chrono::seconds> pauses = {60s}) {
    Mailer::Options options{"Quick2Odoo", "hello@quick2odoo.example", "https://q.example", mail_plan()};
    options.plan.pauses = std::move(pauses);
    return std::make_unique<Mailer>(
        store_, server, templates_, options,
        [this](const std::string& tenant, const std::string& recipient) {
          return unsubscribe_url(key_, "https://q.example", tenant, recipient);
        },
        metrics_);
  }

  bus::Incoming incoming(const std::string& topic, const std::string& id, const google::protobuf::Message& value) const {
    bus::Incoming out;
    out.topic = topic;
    out.value = value.SerializeAsString();
    out.headers = {{"ce_id", id},
                   {"q2o-tenant", tenant_},
                   {"q2o-migration", topic == topic::kMigration || topic == topic::kValidatorReport ? migration_ : ""}};
    return out;
  }
  std::string sealed(const identity::v1::IdentityEvent& event, const std::string& field, const std::string& text) {
    return pool_.options().seal->seal_text({tenant_, "", std::string(topic::kIdentityEvent) + "/" + field, event.event_id()}, text).value();
  }
  identity::v1::IdentityEvent event(const std::string& address, const std::string& person) {
    identity::v1::IdentityEvent out;
    out.set_event_id(ids::uuid_v4());
    out.set_tenant_id(tenant_);
    out.set_occurred_at("2026-11-30T12:00:00Z");
    out.mutable_to()->set_person_id(person);
    out.mutable_to()->set_address_sealed(sealed(out, "address", address));
    out.mutable_to()->set_name_sealed(sealed(out, "name", "Ann <Lee>"));
    return out;
  }
  void person(const std::string& address, const std::string& role, bool active = true, const std::string& id = ids::uuid_v4()) {
    auto changed = event(address, id);
    changed.mutable_person_changed()->set_role(role);
    changed.mutable_person_changed()->set_active(active);
    consume_events(pool_, announcer_, std::vector{incoming(topic::kIdentityEvent, changed.event_id(), changed)});
  }
  bus::Incoming verify(const std::string& address) {
    auto asked = event(address, ids::uuid_v4());
    asked.mutable_verify_address()->set_link_token_sealed(sealed(asked, "link_token", "tok+en/1"));
    asked.mutable_verify_address()->set_expires_at("2026-12-01T12:00:00Z");
    return incoming(topic::kIdentityEvent, asked.event_id(), asked);
  }
  void complete(std::uint32_t run = 1) {
    billing::v1::Migration m;
    m.set_tenant_id(tenant_);
    m.set_migration_id(migration_);
    m.set_name("Heron & Co");
    m.set_version(++version_);
    m.set_run(run);
    m.set_state(billing::v1::STATE_COMPLETED);
    m.set_verdict("MATCHED");
    validator::v1::ValidationCompleted proof;
    proof.mutable_scope()->set_run(run);
    proof.set_verdict("MATCHED");
    proof.set_sentence("The books match: difference 0.00.");
    consume(pool_, std::vector{incoming(topic::kMigration, ids::uuid_v4(), m), incoming(topic::kValidatorReport, ids::uuid_v4(), proof)},
            &announcer_);
  }
  std::vector<sandbox::Node> mailbox(const std::string& to = {}) { return sandbox_.mailbox().describe(to)["mails"].items(); }
  void faults(const std::string& json) {
    EXPECT_EQ(sandbox_.handle({.method = "POST", .path = "/control/smtp", .body = json}).status, 200);
  }
  std::vector<v1::Mail> mails() {
    std::int64_t next = 0;
    return store_.list(tenant_, 0, 100, next);
  }
  void make_due() {
    pool_.transact([](pg::Tx& tx) { tx.exec("update mail set next_at = now()"); });
  }

  const std::string tenant_ = ids::uuid_v4(), migration_ = ids::uuid_v4();
  std::uint64_t version_ = 0;
  const config::Secret key_{"key"};
  std::shared_ptr<sealing::MemoryKeys> keys_ = std::make_shared<sealing::MemoryKeys>();
  pg::Pool pool_{options(keys_)};
  const MailTemplates templates_ = read_templates();
  const Announcer announcer_{templates_, {"https://q.example", "quick2odoo.example", true}};
  sandbox::mail::MailSandbox sandbox_{0};
  metrics::Registry metrics_;
  MailStore store_{pool_, "instance-1"};
};

TEST_F(Mails, AnAccountIsVerifiedByMail) {
  const std::vector asked{verify("ann@example.com")};
  consume_events(pool_, announcer_, asked);
  consume_events(pool_, announcer_, asked);  // redelivered
  SmtpClient server(server_options());
  const auto sender = mailer(server);
  EXPECT_TRUE(sender->run_one());
  EXPECT_FALSE(sender->run_one());
  const auto box = mailbox("ann@example.com");
  ASSERT_EQ(box.size(), 1u);
  EXPECT_EQ(box[0]["subject"].text(), "Confirm your e-mail address");
  EXPECT_EQ(box[0]["links"].items()[0].text(), "https://q.example/verify?token=tok%2Ben%2F1");
  EXPECT_THAT(box[0]["text"].text(), HasSubstr("Hello Ann <Lee>"));
  EXPECT_THAT(box[0]["html"].text(), HasSubstr("Hello Ann &lt;Lee&gt;"));
  EXPECT_TRUE(box[0]["tls"].truthy());
  ASSERT_EQ(mails().size(), 1u);
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_SENT);
  EXPECT_THAT(mails()[0].last_reply(), HasSubstr("250"));
}

TEST_F(Mails, NothingThatWasTypedOrGivenStandsInTheTablesInClear) {
  person("ann@example.com", "owner");
  consume_events(pool_, announcer_, std::vector{verify("ann@example.com")});
  complete();
  const auto all = pool_.transact([](pg::Tx& tx) {
    std::string text;
    for (const auto* table : {"person", "mail", "notice", "problem", "suppressed"})
      for (const auto row : tx.exec(std::string("select t::text as text from ") + table + " t")) text += row.text("text");
    return text;
  });
  for (const auto* canary : {"ann@example.com", "Ann <Lee>", "tok+en", "Heron"}) EXPECT_THAT(all, Not(HasSubstr(canary)));
  SmtpClient server(server_options());
  const auto sender = mailer(server);
  while (sender->run_one()) {
  }
  const auto left = pool_.transact([](pg::Tx& tx) { return tx.one("select count(*) as n from mail where content <> ''").integer("n"); });
  EXPECT_EQ(left, 0) << "one-time links end with the mail";
}

TEST_F(Mails, AVerdictGoesOnceToEverybodyWhoMayReadIt) {
  person("ann@example.com", "owner");
  person("bob@example.com", "viewer");
  person("eve@example.com", "accountant", false);
  complete();
  complete();  // the same run, told again with another version
  SmtpClient server(server_options());
  const auto sender = mailer(server);
  while (sender->run_one()) {
  }
  EXPECT_EQ(mailbox().size(), 2u);
  const auto box = mailbox("bob@example.com");
  ASSERT_EQ(box.size(), 1u);
  EXPECT_EQ(box[0]["subject"].text(), "The books match: Heron & Co");
  EXPECT_THAT(box[0]["text"].text(), HasSubstr("The books match: difference 0.00."));
  EXPECT_EQ(box[0]["links"].items()[0].text(), "https://q.example/api/v1/migrations/" + migration_ + "/report/html");
  EXPECT_EQ(box[0]["headers"]["list-unsubscribe-post"].text(), "List-Unsubscribe=One-Click");
}

TEST_F(Mails, EveryBreakOfAConnectionIsToldAndABlockedTargetOnceADay) {
  person("ann@example.com", "owner");
  const auto told = [&](const std::string& topic, const google::protobuf::Message& fact) {
    auto message = incoming(topic, ids::uuid_v4(), fact);
    message.headers["q2o-migration"] = "";
    for (int delivered = 0; delivered < 2; ++delivered) consume(pool_, std::vector{message}, &announcer_);
    return std::pair{mails().size(), pool_.transact([](pg::Tx& tx) { return tx.one("select count(*) as n from problem").integer("n"); })};
  };
  connector::v1::StatusFact broken;
  broken.mutable_scope()->set_tenant_id(tenant_);
  broken.mutable_connection_broken()->set_connection_id("c1");
  broken.mutable_connection_broken()->set_message("the refresh token was revoked");
  EXPECT_EQ(told(topic::kConnectorStatus, broken), (std::pair{std::size_t{1}, std::int64_t{1}}));
  EXPECT_EQ(told(topic::kConnectorStatus, broken), (std::pair{std::size_t{2}, std::int64_t{2}}))
      << "mended and broken again within the day";
  broken.mutable_connection_broken()->set_deliberate(true);
  EXPECT_EQ(told(topic::kConnectorStatus, broken), (std::pair{std::size_t{2}, std::int64_t{2}})) << "somebody has disconnected it";
  loader::v1::StatusFact blocked;
  blocked.mutable_scope()->set_tenant_id(tenant_);
  blocked.mutable_target_blocked()->set_target_id("t1");
  EXPECT_EQ(told(topic::kLoaderStatus, blocked), (std::pair{std::size_t{3}, std::int64_t{3}}));
  EXPECT_EQ(told(topic::kLoaderStatus, blocked), (std::pair{std::size_t{3}, std::int64_t{3}})) << "each check says it again";
}

TEST_F(Mails, TheNewestWordAboutAPersonCounts) {
  const auto id = ids::uuid_v4();
  person("ann@example.com", "owner", true, id);
  person("ann.lee@example.com", "owner", true, id);
  complete();
  SmtpClient server(server_options());
  mailer(server)->run_one();
  EXPECT_EQ(mailbox("ann.lee@example.com").size(), 1u);
  EXPECT_TRUE(mailbox("ann@example.com").empty());
}

TEST_F(Mails, ALaterAnswerIsALaterAttempt) {
  consume_events(pool_, announcer_, std::vector{verify("ann@example.com")});
  faults(
      R"({"faults": [{"kind": "reply", "at": "rcpt", "code": 451, "text": "4.7.1 greylisted"}, {"kind": "reply", "at": "mail", "code": 550, "text": "5.7.1 not you"}]})");
  SmtpClient server(server_options());
  const auto sender = mailer(server);
  sender->run_one();  // 550 to our own address says nothing about the recipient
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_WAITING);
  EXPECT_FALSE(sender->run_one()) << "not due yet";
  make_due();
  sender->run_one();
  EXPECT_THAT(mails()[0].last_reply(), HasSubstr("greylisted"));
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_WAITING);
  make_due();
  sender->run_one();
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_SENT);
  EXPECT_EQ(mails()[0].attempts(), 3u);
  EXPECT_EQ(mailbox().size(), 1u);
}

TEST_F(Mails, AnAddressThatIsRefusedGetsNothingAnyMore) {
  faults(
      R"({"faults": [{"kind": "reply", "at": "rcpt", "address": "ann@example.com", "code": 550, "text": "5.1.1 unknown", "count": -1}]})");
  consume_events(pool_, announcer_, std::vector{verify("ann@example.com"), verify("bob@example.com")});
  SmtpClient server(server_options());
  const auto sender = mailer(server);
  while (sender->run_one()) {
  }
  EXPECT_EQ(mailbox().size(), 1u);
  consume_events(pool_, announcer_, std::vector{verify("Ann@Example.com")});
  EXPECT_FALSE(sender->run_one());
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_SUPPRESSED);
  EXPECT_EQ(mails()[2].state(), v1::MAIL_STATE_REFUSED);
  EXPECT_THAT(mails()[2].last_reply(), HasSubstr("5.1.1 unknown"));
  faults(R"({"clear": true})");
  ASSERT_TRUE(store_.resend(tenant_, mails()[2].mail_id()));
  sender->run_one();
  EXPECT_EQ(mailbox("ann@example.com").size(), 1u);
}

TEST_F(Mails, WhatMayHaveBeenTakenGoesOutAgainUnderItsOwnId) {
  consume_events(pool_, announcer_, std::vector{verify("ann@example.com")});
  faults(R"({"faults": [{"kind": "drop", "at": "dot"}]})");
  SmtpClient server(server_options());
  const auto sender = mailer(server);
  sender->run_one();
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_UNKNOWN);
  make_due();
  sender->run_one();
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_SENT);
  const auto box = mailbox();
  ASSERT_EQ(box.size(), 1u) << "mail programs show one Message-ID once";
  EXPECT_EQ(box[0]["copies"].text(), "2");
}

TEST_F(Mails, WithoutStarttlsNothingIsSaid) {
  consume_events(pool_, announcer_, std::vector{verify("ann@example.com")});
  faults(R"({"starttls": false})");
  SmtpClient server(server_options());
  mailer(server)->run_one();
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_WAITING);
  EXPECT_TRUE(mailbox().empty());
  auto strangers = server_options();
  strangers.ca_file = "/etc/ssl/certs/ca-certificates.crt";
  faults(R"({"clear": true})");
  SmtpClient doubtful(strangers);
  make_due();
  mailer(doubtful)->run_one();
  EXPECT_TRUE(mailbox().empty()) << "nobody whom we trust has signed its certificate";
  auto nobody = server_options();
  nobody.port = q2o::testing::free_port();
  SmtpClient away(nobody);
  make_due();
  mailer(away)->run_one();
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_WAITING);
}

TEST_F(Mails, GoEncryptedFromTheFirstByteWhereTheServerWantsThat) {
  consume_events(pool_, announcer_, std::vector{verify("ann@example.com")});
  faults(R"({"implicit_tls": true})");
  SmtpClient by_starttls([&] {
    auto options = server_options();
    options.total_timeout = 2s;  // both sides wait for the other's first word
    return options;
  }());
  mailer(by_starttls)->run_one();
  EXPECT_TRUE(mailbox().empty());
  SmtpClient server(server_options(SmtpClient::Security::tls));
  make_due();
  mailer(server)->run_one();
  const auto box = mailbox("ann@example.com");
  ASSERT_EQ(box.size(), 1u);
  EXPECT_TRUE(box[0]["tls"].truthy());
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_SENT);

  consume_events(pool_, announcer_, std::vector{verify("bob@example.com")});
  auto strangers = server_options(SmtpClient::Security::tls);
  strangers.ca_file = "/etc/ssl/certs/ca-certificates.crt";
  SmtpClient doubtful(strangers);
  mailer(doubtful)->run_one();
  faults(R"({"clear": true})");
  SmtpClient in_clear(server_options(SmtpClient::Security::tls));
  make_due();
  mailer(in_clear)->run_one();
  EXPECT_TRUE(mailbox("bob@example.com").empty()) << "neither to a stranger's certificate nor to a server that begins in clear";
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_WAITING);
}

/// Stops being where a process would die.
class DyingServer final : public MailServer {
 public:
  explicit DyingServer(MailServer& real, bool after) : real_(real), after_(after) {}
  Outcome send(const std::string& from, const std::string& to, const std::string& message,
               const std::function<bool()>& before_body) override {
    if (after_) real_.send(from, to, message, before_body);
    throw std::runtime_error("killed");
  }

 private:
  MailServer& real_;
  const bool after_;
};

TEST_F(Mails, WhoDiesBeforeHandingOverHasSentNothingAndTheNextOneDoes) {
  consume_events(pool_, announcer_, std::vector{verify("ann@example.com")});
  SmtpClient server(server_options());
  DyingServer dying(server, false);
  EXPECT_THROW(mailer(dying)->run_one(), std::runtime_error);
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_WAITING);
  const auto sender = mailer(server);
  EXPECT_FALSE(sender->run_one()) << "the dead one's lease holds";
  pool_.transact([](pg::Tx& tx) { tx.exec("update lease set lease_until = now() - interval '1 second'"); });
  EXPECT_TRUE(sender->run_one());
  EXPECT_EQ(mailbox()[0]["copies"].text(), "1");
}

TEST_F(Mails, WhoDiesAfterHandingOverLeavesItUnknownAndItGoesOutUnderItsOwnId) {
  consume_events(pool_, announcer_, std::vector{verify("ann@example.com")});
  SmtpClient server(server_options());
  DyingServer dying(server, true);
  EXPECT_THROW(mailer(dying)->run_one(), std::runtime_error);
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_SENDING);
  pool_.transact([](pg::Tx& tx) { tx.exec("update lease set lease_until = now() - interval '1 second'"); });
  const auto sender = mailer(server);
  while (sender->run_one() || mails()[0].state() == v1::MAIL_STATE_UNKNOWN) {
  }
  EXPECT_EQ(mails()[0].state(), v1::MAIL_STATE_SENT);
  const auto box = mailbox();
  ASSERT_EQ(box.size(), 1u);
  EXPECT_EQ(box[0]["copies"].text(), "2");
}

TEST_F(Mails, AreUnsubscribedByTheLinkOfOneWithoutSigningIn) {
  person("ann@example.com", "owner");
  complete(1);
  SmtpClient server(server_options());
  const auto sender = mailer(server);
  sender->run_one();
  const auto header = mailbox()[0]["headers"]["list-unsubscribe"].text();
  const auto token = header.substr(header.rfind('/') + 1, header.size() - header.rfind('/') - 2);

  MailRpc service(store_, key_);
  rpc::Server rpc_server("127.0.0.1:0", {&service}, metrics_);
  const auto client = v1::MailService::NewStub(rpc::channel("127.0.0.1:" + std::to_string(rpc_server.port())));
  v1::ShowUnsubscribeRequest look;
  look.set_token(token);
  google::api::HttpBody page;
  EXPECT_TRUE(client->ShowUnsubscribe(rpc::context("", "", 10s).get(), look, &page).ok());
  EXPECT_THAT(page.data(), HasSubstr("<form method=\"post\">"));
  complete(2);
  sender->run_one();
  EXPECT_EQ(mailbox().size(), 2u) << "looking changes nothing";

  v1::UnsubscribeRequest stop;
  stop.set_token(token);
  stop.mutable_body()->set_data("List-Unsubscribe=One-Click");
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(client->Unsubscribe(rpc::context("", "", 10s).get(), stop, &page).ok());
  complete(3);
  EXPECT_FALSE(sender->run_one());
  consume_events(pool_, announcer_, std::vector{verify("ann@example.com")});
  EXPECT_TRUE(sender->run_one()) << "essential mails still come";
  stop.set_token(token + "x");
  EXPECT_EQ(client->Unsubscribe(rpc::context("", "", 10s).get(), stop, &page).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(Mails, OfAnotherTenantAreNotThere) {
  consume_events(pool_, announcer_, std::vector{verify("ann@example.com")});
  std::int64_t next = 0;
  EXPECT_TRUE(store_.list(ids::uuid_v4(), 0, 10, next).empty());
  EXPECT_FALSE(store_.resend(ids::uuid_v4(), mails()[0].mail_id())->has_value());
}

TEST_F(Mails, WhatIsNoEventGoesToTheDeadLetters) {
  auto message = verify("ann@example.com");
  message.value = "\xff\xff";
  consume_events(pool_, announcer_, std::vector{message});
  EXPECT_EQ(pool_.transact([](pg::Tx& tx) { return tx.one("select count(*) as n from outbox").integer("n"); }), 1);
}

TEST(NotifierSchema, PostgresShowsATenantItsOwnRowsOnly) {
  const auto database = q2o::testing::Postgres::instance().fresh_schema();
  pg::Pool pool(database);
  pg::migrate(pool, pg::schema_of(embedded::notifier_schema::kFiles, {once::schema()}));
  EXPECT_THAT(q2o::testing::isolation_complaints(database), ::testing::IsEmpty());
}

}  // namespace
}  // namespace q2o::notifier
