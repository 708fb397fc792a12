#include <thread>

#include "common/failpoint/failpoint.h"
#include "services/identity/people/domain/credentials.h"
#include "services/identity/people/tests/fixture.h"

namespace q2o::identity::people {
namespace {

using namespace std::chrono_literals;
using AccountsTest = PeopleTest;

bool same(const Error& a, const Error& b) {
  return a.code == b.code && a.message == b.message && a.reason == b.reason && a.hint == b.hint;
}

TEST_F(AccountsTest, AreOpenedByTheLinkOfOneMail) {
  ASSERT_TRUE(sign_up("Ann@Example.com"));
  ASSERT_EQ(mails().size(), 1U);
  const auto mail = mails()[0];
  ASSERT_TRUE(mail.has_verify_address());
  EXPECT_EQ(opened(mail, "address", mail.to().address_sealed()), "ann@example.com");
  EXPECT_EQ(mail.to().address_sealed().find("ann@"), std::string::npos);
  EXPECT_EQ(sign_in("ann@example.com").error().reason, "ADDRESS_NOT_VERIFIED") << "told only to who knows the password";
  EXPECT_EQ(sign_in("ann@example.com", "some other sentence").error().reason, "CREDENTIALS_WRONG");
  const auto token = link(mail);
  EXPECT_EQ(count("one_time_token where token_hash = '" + token + "'"), 0) << "only its hash is kept";
  ASSERT_TRUE(verify(token));
  EXPECT_EQ(verify(token).error().reason, "TOKEN_UNKNOWN") << "a link works once";
  const auto ann = sign_in("ann@example.com").value();
  EXPECT_EQ(ann.me.memberships_size(), 1);
  EXPECT_EQ(ann.me.memberships(0).company_name(), "Cool Cars");
  EXPECT_EQ(ann.me.role(), v1::ROLE_OWNER);
  const auto asker = access->by_session(ann.session.reveal()).value();
  EXPECT_EQ(asker.tenant, ann.me.tenant_id());
  EXPECT_EQ(asker.role, Role::owner);
  EXPECT_EQ(count("person where address like '%ann%' or name like '%Ann%'"), 0) << "sealed";
}

TEST_F(AccountsTest, DoNotTellWhetherAnAddressHasOne) {
  owner("ann@example.com");
  const auto before = mails().size();
  EXPECT_TRUE(sign_up("ann@example.com", "another sentence here"));
  EXPECT_TRUE(sign_up("new@example.com", "another sentence here"));
  ASSERT_EQ(mails().size(), before + 2);
  EXPECT_TRUE(mails()[before].has_address_taken());
  EXPECT_TRUE(sign_in("ann@example.com")) << "its password is what it was";
  EXPECT_TRUE(same(sign_in("ann@example.com", "wrong wrong wrong").error(), sign_in("nobody@example.com", "wrong wrong wrong").error()));
  EXPECT_TRUE(same(sign_in("ann@example.com", "wrong wrong wrong").error(), sign_in("no address at all", "wrong wrong wrong").error()));
  EXPECT_TRUE(accounts->request_reset("ann@example.com", from()));
  EXPECT_TRUE(accounts->request_reset("nobody@example.com", from()));
}

TEST_F(AccountsTest, AreLockedForGrowingTimesWhetherTheyExistOrNot) {
  owner("ann@example.com");
  for (const std::string address : {"ann@example.com", "nobody@example.com"}) {
    for (int i = 0; i < 6; ++i) EXPECT_EQ(sign_in(address, "wrong wrong wrong").error().reason, "CREDENTIALS_WRONG") << address << i;
    const auto locked = sign_in(address).error();
    EXPECT_EQ(locked.reason, "TOO_MANY_ATTEMPTS") << "even with the right password";
    EXPECT_EQ(locked.retry_after, 2s);
  }
  now += 3s;
  EXPECT_EQ(sign_in("ann@example.com", "wrong wrong wrong").error().reason, "CREDENTIALS_WRONG");
  EXPECT_EQ(sign_in("ann@example.com").error().retry_after, 4s);
  now += 5s;
  EXPECT_TRUE(sign_in("ann@example.com"));
  EXPECT_EQ(sign_in("ann@example.com", "wrong wrong wrong").error().reason, "CREDENTIALS_WRONG") << "the right one begins anew";
}

TEST_F(AccountsTest, CountTriesThatComeAtTheSameTime) {
  owner("ann@example.com");
  std::atomic<int> looked_at = 0, refused = 0;
  {
    std::vector<std::jthread> crowd;
    for (int i = 0; i < 16; ++i)
      crowd.emplace_back([&] {
        const auto reason = sign_in("ann@example.com", "wrong wrong wrong").error().reason;
        (reason == "CREDENTIALS_WRONG" ? looked_at : refused)++;
      });
  }
  EXPECT_EQ(looked_at, 6);
  EXPECT_EQ(refused, 10);
}

TEST_F(AccountsTest, OfOneNetworkAddressAreTriedALimitedNumberOfTimes) {
  for (int i = 0; i < 51; ++i)
    ASSERT_EQ(sign_in("someone" + std::to_string(i) + "@example.com", "wrong wrong wrong").error().reason, "CREDENTIALS_WRONG");
  EXPECT_EQ(sign_in("another@example.com", "wrong wrong wrong").error().reason, "TOO_MANY_ATTEMPTS");
  EXPECT_EQ(sign_in("another@example.com", "wrong wrong wrong", from("192.0.2.2")).error().reason, "CREDENTIALS_WRONG");
}

TEST_F(AccountsTest, AreSignedInToFromOneOfficeAsOftenAsItsPeopleLike) {
  owner("ann@example.com");
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(sign_in("ann@example.com")) << i;
  for (int i = 0; i < 50; ++i) ASSERT_EQ(sign_in("no" + std::to_string(i) + "@example.com").error().reason, "CREDENTIALS_WRONG") << i;
  ASSERT_TRUE(sign_in("ann@example.com")) << "a right one is no failure";
  EXPECT_EQ(sign_in("fifty-one@example.com").error().reason, "CREDENTIALS_WRONG") << "and takes back none of the others'";
  EXPECT_EQ(sign_in("ann@example.com").error().reason, "TOO_MANY_ATTEMPTS");
}

TEST_F(AccountsTest, OfOneSubscriberOfIpv6AreTriedALimitedNumberOfTimes) {
  for (int i = 0; i < 51; ++i) {
    const auto own = from("2001:db8:1:2::" + std::to_string(i + 1));
    ASSERT_EQ(sign_in("someone" + std::to_string(i) + "@example.com", "wrong wrong wrong", own).error().reason, "CREDENTIALS_WRONG");
  }
  EXPECT_EQ(sign_in("a@example.com", "wrong wrong wrong", from("2001:db8:1:2:ffff::1")).error().reason, "TOO_MANY_ATTEMPTS");
  EXPECT_EQ(sign_in("a@example.com", "wrong wrong wrong", from("2001:db8:1:3::1")).error().reason, "CREDENTIALS_WRONG");
}

TEST_F(AccountsTest, GetTheirMailsALimitedNumberOfTimes) {
  int sent = 0;
  for (int i = 0; i < 10; ++i) sent += accounts->request_reset("ann@example.com", from()) ? 1 : 0;
  EXPECT_EQ(sent, 5);
}

TEST_F(AccountsTest, NeverTakeOverASessionThatSomebodyPlanted) {
  owner("ann@example.com");
  const auto planted = random_token();
  auto visit = from();
  visit.session = planted.reveal();
  const auto first = sign_in("ann@example.com", kPassword, visit).value();
  EXPECT_NE(first.session.reveal(), planted.reveal());
  EXPECT_FALSE(access->by_session(planted.reveal()));
  visit.session = first.session.reveal();
  const auto second = sign_in("ann@example.com", kPassword, visit).value();
  access->forget();
  EXPECT_EQ(access->by_session(first.session.reveal()).error().reason, "SESSION_ENDED") << "a sign-in ends the session before it";
  EXPECT_TRUE(access->by_session(second.session.reveal()));
}

TEST_F(AccountsTest, EndTheirSessionsWhenNobodyUsesThemAndInAnyCase) {
  const auto ann = owner("ann@example.com");
  const auto lives = [&] {
    access->forget();
    return access->by_session(ann.session.reveal()).has_value();
  };
  for (int i = 0; i < 10; ++i) {  // used all the time
    now += 11h;
    EXPECT_TRUE(lives()) << i;
  }
  now += 13h;
  EXPECT_FALSE(lives()) << "idle";
  const auto other = sign_in("ann@example.com").value();
  const auto until = now + settings.sessions.absolute;
  for (; now < until; now += 11h) {
    access->forget();
    EXPECT_TRUE(access->by_session(other.session.reveal()));
  }
  access->forget();
  EXPECT_FALSE(access->by_session(other.session.reveal())) << "two weeks are over, however busy it was";
}

TEST_F(AccountsTest, AreLeftHereOrEverywhere) {
  const auto one = owner("ann@example.com");
  const auto two = sign_in("ann@example.com").value();
  const auto three = sign_in("ann@example.com").value();
  accounts->sign_out(visit_of(one));
  access->forget();
  EXPECT_FALSE(access->by_session(one.session.reveal()));
  EXPECT_TRUE(access->by_session(two.session.reveal()));
  EXPECT_EQ(accounts->sign_out_everywhere(visit_of(two)), 2U);
  access->forget();
  EXPECT_FALSE(access->by_session(two.session.reveal()));
  EXPECT_FALSE(access->by_session(three.session.reveal()));
}

TEST_F(AccountsTest, SayInTheAuditWhoHasSignedOutAndOnce) {
  const auto ann = owner("ann@example.com");
  for (int twice = 0; twice < 2; ++twice) accounts->sign_out(visit_of(ann));
  const auto left = admin->transact([](pg::Tx& tx) {
    std::vector<std::string> out;
    for (const auto row : tx.exec("select tenant_id || ' ' || subject as said from audit_event where action = 'account.signed_out'"))
      out.push_back(row.text("said"));
    return out;
  });
  EXPECT_EQ(left, std::vector<std::string>{ann.me.tenant_id() + " person/" + ann.me.person_id()});
}

TEST_F(AccountsTest, HearOfAnEndWithinASecond) {
  const auto ann = owner("ann@example.com");
  std::jthread follower([&](std::stop_token stop) { access->follow(stop); });
  ASSERT_TRUE(access->by_session(ann.session.reveal()));
  accounts->sign_out(visit_of(ann));
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(q2o::testing::eventually([&] { return !access->by_session(ann.session.reveal()); }, 3s));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 1500ms);
}

TEST_F(AccountsTest, CannotBePreparedForSomebodyElse) {
  // Mallory signs up with Ann's address and waits; Ann signs up, too, and follows her own link.
  ASSERT_TRUE(sign_up("ann@example.com", "the password of mallory"));
  ASSERT_TRUE(sign_up("ann@example.com", "the password of ann"));
  ASSERT_EQ(mails().size(), 2U);
  ASSERT_TRUE(verify(link(mails()[1]), "the password of ann"));
  EXPECT_FALSE(sign_in("ann@example.com", "the password of mallory"));
  EXPECT_TRUE(sign_in("ann@example.com", "the password of ann"));
  EXPECT_FALSE(verify(link(mails()[0]), "the password of mallory")) << "the other link ended with it";
}

TEST_F(AccountsTest, AreNotMadeByAClickOfWhoDidNotSignUp) {
  // Mallory types Ann's address; Ann gets the mail and clicks.
  ASSERT_TRUE(sign_up("ann@example.com", "the password of mallory"));
  const auto token = link(mails().back());
  for (const std::string typed : {"", "a password of ann's own", "the password of Mallory"})
    EXPECT_EQ(verify(token, typed).error().reason, "CREDENTIALS_WRONG") << typed;
  EXPECT_EQ(count("person where verified_at is not null"), 0);
  EXPECT_EQ(sign_in("ann@example.com", "the password of mallory").error().reason, "ADDRESS_NOT_VERIFIED");
  EXPECT_TRUE(verify(token, "the password of mallory")) << "who signed up mistyped it: the link is still good";
}

TEST_F(AccountsTest, AreNotConfirmedByGuessing) {
  ASSERT_TRUE(sign_up("ann@example.com"));
  const auto token = link(mails().back());
  for (int i = 0; i < 6; ++i) EXPECT_EQ(verify(token, "wrong wrong wrong").error().reason, "CREDENTIALS_WRONG") << i;
  EXPECT_EQ(verify(token).error().reason, "TOO_MANY_ATTEMPTS");
  EXPECT_EQ(sign_in("ann@example.com").error().reason, "ADDRESS_NOT_VERIFIED") << "guesses at the link are none at the account";
  now += 3s;
  EXPECT_TRUE(verify(token));
}

TEST_F(AccountsTest, GetANewPasswordByMailAndLoseAllSessions) {
  const auto ann = owner("ann@example.com");
  ASSERT_TRUE(accounts->request_reset("ANN@example.com", from()));
  const auto mail = mails().back();
  ASSERT_TRUE(mail.has_reset_password());
  const auto token = link(mail);
  EXPECT_EQ(verify(token).error().reason, "TOKEN_UNKNOWN") << "a link has one purpose";
  EXPECT_EQ(accounts->reset(token, config::Secret("short"), from()).error().reason, "PASSWORD_TOO_SHORT");
  ASSERT_TRUE(accounts->reset(token, config::Secret("a new sentence of mine"), from())) << "the refused one did not use it up";
  EXPECT_EQ(accounts->reset(token, config::Secret("a third sentence of mine"), from()).error().reason, "TOKEN_UNKNOWN");
  EXPECT_TRUE(mails().back().has_password_changed());
  access->forget();
  EXPECT_FALSE(access->by_session(ann.session.reveal()));
  EXPECT_FALSE(sign_in("ann@example.com"));
  EXPECT_TRUE(sign_in("ann@example.com", "a new sentence of mine"));
}

TEST_F(AccountsTest, LetLinksGrowOld) {
  owner("ann@example.com");
  ASSERT_TRUE(accounts->request_reset("ann@example.com", from()));
  const auto token = link(mails().back());
  now += 61min;
  EXPECT_EQ(accounts->reset(token, config::Secret("a new sentence of mine"), from()).error().reason, "TOKEN_UNKNOWN");
  ASSERT_TRUE(sign_up("bob@example.com"));
  const auto other = link(mails().back());
  now += 49h;
  EXPECT_EQ(verify(other).error().reason, "TOKEN_UNKNOWN");
}

TEST_F(AccountsTest, AreTortured) {
  const auto ann = owner("ann@example.com");
  const std::string good = ann.session.reveal();
  std::string swapped = good;
  std::swap(swapped[3], swapped[good.find_first_not_of(good[3], 4)]);
  std::string upper = good;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const std::string& bad : std::vector<std::string>{
           "", good.substr(0, 42), good + "A", swapped, upper == good ? "x" : upper, " " + good, good + "=", random_token().reveal(),
           hash_of(good), std::string(43, 'A'), std::string(1 << 20, 'A'), std::string(43, '\0'), "\xd0\xb0" + good.substr(2),
           "' or true --" + good.substr(12), std::string(good).replace(5, 1, "\n")}) {
    const auto refused = access->by_session(bad);
    ASSERT_FALSE(refused) << bad.substr(0, 80);
    EXPECT_EQ(refused.error().reason, "SESSION_ENDED");
    EXPECT_EQ(verify(bad).error().reason, "TOKEN_UNKNOWN");
    EXPECT_EQ(accounts->reset(bad, config::Secret("a new sentence of mine"), from()).error().reason, "TOKEN_UNKNOWN");
  }
  EXPECT_TRUE(access->by_session(good));
}

TEST_F(AccountsTest, TellOfASignInFromElsewhere) {
  owner("ann@example.com");
  const auto before = mails().size();
  ASSERT_TRUE(sign_in("ann@example.com"));
  EXPECT_EQ(mails().size(), before);
  ASSERT_TRUE(sign_in("ann@example.com", kPassword, from("198.51.100.7")));
  ASSERT_EQ(mails().size(), before + 1);
  const auto mail = mails().back();
  EXPECT_EQ(opened(mail, "client_address", mail.new_sign_in().client_address_sealed()), "198.51.100.7");
}

TEST_F(AccountsTest, SurviveACrashAtEveryCommitWithOneMail) {
  if (!failpoint::compiled_in()) GTEST_SKIP() << "built without fail points";
  for (const std::string point : {"before_commit", "after_commit"}) {
    const std::string address = point + "@example.com";
    const auto mails_before = mails().size();
    for (int nth = 1; nth <= 6; ++nth) {
      failpoint::arm(point + "=error@" + std::to_string(nth));
      try {
        (void)sign_up(address);
      } catch (const std::exception&) {  // the process ended here
      }
      failpoint::arm("on");
      now += 2h;  // not because of the limit on mails
    }
    ASSERT_TRUE(sign_up(address)) << "the caller tries again";
    EXPECT_EQ(mails().size(), mails_before + 1) << point;
    ASSERT_TRUE(verify(link(mails().back())));
    EXPECT_TRUE(sign_in(address));
  }
  EXPECT_EQ(count("person"), 2);
  EXPECT_EQ(count("tenant"), 2);
  EXPECT_EQ(count("membership"), 2);
}

}  // namespace
}  // namespace q2o::identity::people
