#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "common/bus/sealed.h"
#include "common/ids/ids.h"
#include "common/once/once.h"
#include "common/pg/embedded.h"
#include "common/testing/answering.h"
#include "common/testing/isolation.h"
#include "common/testing/testing.h"
#include "embedded/identity_schema.h"
#include "q2o/identity/v1/event.pb.h"
#include "services/identity/adapters/local_keys.h"
#include "services/identity/people/app/access.h"
#include "services/identity/people/app/accounts.h"
#include "services/identity/people/app/api_keys.h"
#include "services/identity/people/app/staff.h"

namespace q2o::identity::people {

inline const char* const kPassword = "a sentence of my own";
/// The company that people of home.example belong to at their first single sign-on.
inline const char* const kHome = "7c1f4c52-8a55-4a0e-9d5a-0d9f7b2f4f11";

/// The use cases over a real Postgres, under a role that owns its schema but is no superuser, with real sealing, cheap hashes and a clock
/// that the test moves.
class PeopleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder = std::filesystem::path(::testing::TempDir()) / ("masters-" + ids::uuid_v4());
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "master.1.key") << std::string(64, 'a');
    ::chmod((folder / "master.1.key").c_str(), 0600);
    auto options = q2o::testing::Postgres::instance().fresh_schema();
    admin = std::make_unique<pg::Pool>(q2o::testing::as_administrator(options));
    key_pool = std::make_unique<pg::Pool>(options);
    pg::migrate(*key_pool, pg::schema_of(embedded::identity_schema::kFiles, {once::schema()}));
    masters = std::make_unique<MasterKeys>(folder.string());
    keeper = std::make_unique<KeyKeeper>(*key_pool, *masters);
    local_keys = std::make_shared<LocalKeys>(*keeper);
    seal = std::make_shared<const sealing::Seal>(local_keys);
    options.seal = seal;
    pool = std::make_unique<pg::Pool>(options);
    settings.scopes = {"migrations:read", "migrations:write"};
    settings.sso_issuers = {
        {"https://issuer.example", {"example.com", "home.example"}}, {"https://silent.example", {"example.com"}}, {"i", {"*"}}};
    settings.sso_trusted = {"https://silent.example", "i"};  // the second although configuration would refuse it
    settings.sso_home = {{"home.example", std::string(kHome) + ":viewer"}};
    const Clock clock = [this] { return now; };
    gate = std::make_unique<Gate>(*pool, clock);
    audit = std::make_unique<identity::audit::Audit>(*pool, config::Secret("audit key"), clock);
    tools = std::unique_ptr<Tools>(new Tools{*pool, clock, settings, AddressBook(config::Secret("address key")),
                                             PasswordRules({"password1234"}), passwords(), *gate, *audit, Announcer(clock)});
    accounts = std::make_unique<Accounts>(*tools);
    staff = std::make_unique<Staff>(*tools);
    keys = std::make_unique<ApiKeys>(*tools);
    allowance = std::make_unique<Allowance>(*pool);
    access = std::make_unique<Access>(*tools, *allowance);
  }
  void TearDown() override {
    EXPECT_EQ(count("audit_event where subject = ''"), 0) << "an entry of the audit names nothing that it is about";
    std::filesystem::remove_all(folder);
  }

  static void must(const Status& done) {
    if (!done) throw std::runtime_error(done.error().reason + ": " + done.error().message);
  }
  static Passwords& passwords() {
    static Passwords cheap({1, 8 * 1024, 4});
    return cheap;
  }
  static Visit from(const std::string& address = "192.0.2.1") {
    Visit out;
    out.client_address = address;
    out.program = "a browser";
    return out;
  }
  Status sign_up(const std::string& email, const std::string& password = kPassword, const std::string& company = "Cool Cars") {
    v1::SignUpRequest request;
    request.set_email(email);
    request.set_password(password);
    request.set_company_name(company);
    request.set_name("Ann");
    return accounts->sign_up(request, from());
  }
  Status verify(const std::string& token, const std::string& password = kPassword) {
    return accounts->verify(token, config::Secret(password), from());
  }
  Result<SignedIn> sign_in(const std::string& email, const std::string& password = kPassword, Visit visit = from()) {
    v1::SignInRequest request;
    request.set_email(email);
    request.set_password(password);
    return accounts->sign_in(request, visit);
  }
  /// An account that is verified, and its session.
  SignedIn owner(const std::string& email) {
    must(sign_up(email));
    must(verify(link(mails().back())));
    return sign_in(email).value();
  }
  Visit visit_of(const SignedIn& who) {
    Visit out = from();
    out.tenant = who.me.tenant_id();
    out.person = who.me.person_id();
    out.actor = who.me.email();
    out.session = who.session.reveal();
    return out;
  }
  /// Somebody who was invited by `by` and has accepted.
  SignedIn colleague(const SignedIn& by, const std::string& email, v1::Role role) {
    v1::InvitePersonRequest request;
    request.set_email(email);
    request.set_role(role);
    staff->invite(request, visit_of(by)).value();
    v1::AcceptInvitationRequest accept;
    accept.set_token(link(mails().back()));
    accept.set_password(kPassword);
    staff->accept(accept, from()).value();
    return sign_in(email).value();
  }

  /// What was put into the outbox for people, opened.
  std::vector<v1::IdentityEvent> events() {
    std::vector<v1::IdentityEvent> out;
    admin->transact([&](pg::Tx& tx) {
      for (const auto row : tx.exec("select topic, key, value, headers from outbox where topic = 'q2o.identity.event.v1' order by id")) {
        bus::Incoming message{row.text("topic"), 0, 0, row.text("key"), row.bytes("value"), {}};
        const auto headers = row.bytes_array("headers");
        for (std::size_t i = 0; i + 1 < headers.size(); i += 2) message.headers[headers[i]] = headers[i + 1];
        EXPECT_TRUE(sealing::is_sealed(message.value));
        EXPECT_EQ(bus::open(seal.get(), message).value(), bus::Body::readable);
        EXPECT_TRUE(out.emplace_back().ParseFromString(message.value));
        EXPECT_EQ(out.back().event_id(), message.id());
      }
    });
    return out;
  }
  std::vector<v1::IdentityEvent> mails() {
    auto all = events();
    std::erase_if(all, [](const auto& event) { return event.has_person_changed(); });
    return all;
  }
  std::string opened(const v1::IdentityEvent& event, const std::string& field, const std::string& text) {
    return seal->open({event.tenant_id(), "", "q2o.identity.event.v1/" + field, event.event_id()}, text).value();
  }
  std::string link(const v1::IdentityEvent& event) {
    const auto& sealed = event.has_verify_address()   ? event.verify_address().link_token_sealed()
                         : event.has_reset_password() ? event.reset_password().link_token_sealed()
                                                      : event.invitation().link_token_sealed();
    return opened(event, "link_token", sealed);
  }
  std::int64_t count(const std::string& from_where) {
    return admin->transact([&](pg::Tx& tx) { return tx.one("select count(*) as n from " + from_where).integer("n"); });
  }

  Settings settings;
  std::chrono::system_clock::time_point now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  std::filesystem::path folder;
  std::unique_ptr<pg::Pool> admin, key_pool, pool;
  std::unique_ptr<MasterKeys> masters;
  std::unique_ptr<KeyKeeper> keeper;
  std::shared_ptr<LocalKeys> local_keys;
  std::shared_ptr<const sealing::Seal> seal;
  std::unique_ptr<Gate> gate;
  std::unique_ptr<identity::audit::Audit> audit;
  std::unique_ptr<Tools> tools;
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<Staff> staff;
  std::unique_ptr<ApiKeys> keys;
  std::unique_ptr<Allowance> allowance;
  std::unique_ptr<Access> access;
};

}  // namespace q2o::identity::people
