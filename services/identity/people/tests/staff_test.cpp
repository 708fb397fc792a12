#include <thread>

#include "services/identity/people/domain/credentials.h"
#include "services/identity/people/tests/fixture.h"

namespace q2o::identity::people {
namespace {

using namespace std::chrono_literals;
using StaffTest = PeopleTest;

v1::InvitePersonRequest invitation(const std::string& email, v1::Role role = v1::ROLE_VIEWER) {
  v1::InvitePersonRequest out;
  out.set_email(email);
  out.set_role(role);
  return out;
}

TEST_F(StaffTest, JoinsByTheLinkOfAnInvitation) {
  const auto ann = owner("ann@example.com");
  const auto bob = colleague(ann, "bob@example.com", v1::ROLE_ACCOUNTANT);
  EXPECT_EQ(bob.me.role(), v1::ROLE_ACCOUNTANT);
  EXPECT_EQ(bob.me.tenant_id(), ann.me.tenant_id());
  const auto people = staff->list(ann.me.tenant_id(), "", 100);
  ASSERT_EQ(people.size(), 2U);
  const auto listed = std::ranges::find(people, "bob@example.com", &v1::Person::email);
  ASSERT_NE(listed, people.end());
  EXPECT_FALSE(listed->last_sign_in_at().empty());
  EXPECT_TRUE(staff->invitations(ann.me.tenant_id()).empty()) << "it was answered";
  const auto told = events();
  const auto changed =
      std::ranges::find_if(told, [&](const auto& e) { return e.has_person_changed() && e.to().person_id() == bob.me.person_id(); });
  ASSERT_NE(changed, told.end());
  EXPECT_EQ(changed->person_changed().role(), "accountant");
}

TEST_F(StaffTest, AnInvitationIsMadeAndMailedOncePerIdempotencyKey) {
  const auto ann = owner("ann@example.com");
  const auto request = invitation("bob@example.com");
  const auto invite = [&](const std::string& key, const v1::InvitePersonRequest& what) {
    const q2o::testing::Answering call("/q2o.identity.v1.PeopleService/InvitePerson", ann.me.tenant_id(), key, what);
    const auto made = staff->invite(what, visit_of(ann));
    return made ? made->invitation_id() : made.error().reason;
  };
  const auto before = mails().size();
  const auto first = invite("k1", request);
  for (int again = 0; again < 8; ++again) EXPECT_EQ(invite("k1", request), first) << "not counted as another mail either";
  EXPECT_EQ(mails().size(), before + 1);
  EXPECT_EQ(invite("k1", invitation("cleo@example.com")), "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(staff->invitations(ann.me.tenant_id()).size(), 1U);
  EXPECT_EQ(count("answered_call where position(convert_to('bob@', 'UTF8') in answer) > 0"), 0) << "sealed";
  EXPECT_NE(invite("k2", request), first);
}

TEST_F(StaffTest, KeepsThePasswordOfAnAccountThatAcceptsAnInvitation) {
  const auto ann = owner("ann@example.com");
  const auto bob = owner("bob@example.com");
  ASSERT_TRUE(staff->invite(invitation("bob@example.com"), visit_of(ann)));
  v1::AcceptInvitationRequest accept;
  accept.set_token(link(mails().back()));
  accept.set_password("a password of who found the mail");
  EXPECT_TRUE(staff->accept(accept, from()).value());
  EXPECT_FALSE(sign_in("bob@example.com", "a password of who found the mail"));
  const auto again = sign_in("bob@example.com").value();
  EXPECT_EQ(again.me.memberships_size(), 2);
  EXPECT_EQ(again.me.tenant_id(), bob.me.tenant_id()) << "still in his own company";
  EXPECT_EQ(staff->accept(accept, from()).error().reason, "TOKEN_UNKNOWN") << "once";
  const auto switched = accounts->switch_tenant(ann.me.tenant_id(), visit_of(again)).value();
  EXPECT_EQ(switched.role(), v1::ROLE_VIEWER);
  access->forget();
  EXPECT_EQ(access->by_session(again.session.reveal())->tenant, ann.me.tenant_id());
  EXPECT_EQ(access->by_session(again.session.reveal())->role, Role::viewer);
  EXPECT_EQ(accounts->switch_tenant(ids::uuid_v4(), visit_of(again)).error().reason, "TENANT_UNKNOWN");
}

TEST_F(StaffTest, InvitationsEnd) {
  const auto ann = owner("ann@example.com");
  ASSERT_TRUE(staff->invite(invitation("bob@example.com"), visit_of(ann)));
  const auto first = link(mails().back());
  const auto second = staff->invite(invitation("bob@example.com", v1::ROLE_OWNER), visit_of(ann)).value();
  v1::AcceptInvitationRequest accept;
  accept.set_password(kPassword);
  accept.set_token(first);
  EXPECT_EQ(staff->accept(accept, from()).error().reason, "TOKEN_UNKNOWN") << "replaced";
  accept.set_token(link(mails().back()));
  ASSERT_TRUE(staff->revoke_invitation(second.invitation_id(), visit_of(ann)));
  EXPECT_EQ(staff->accept(accept, from()).error().reason, "TOKEN_UNKNOWN") << "revoked";
  EXPECT_EQ(staff->revoke_invitation(second.invitation_id(), visit_of(ann)).error().reason, "INVITATION_UNKNOWN");
  ASSERT_TRUE(staff->invite(invitation("bob@example.com"), visit_of(ann)));
  accept.set_token(link(mails().back()));
  now += settings.invitation;
  EXPECT_EQ(staff->accept(accept, from()).error().reason, "TOKEN_UNKNOWN") << "too old";
  EXPECT_EQ(staff->invite(invitation("ann@example.com"), visit_of(ann)).error().reason, "ALREADY_MEMBER");
  EXPECT_EQ(staff->invite(invitation("carl@example.com", v1::ROLE_UNSPECIFIED), visit_of(ann)).error().reason, "BAD_ROLE");
  EXPECT_EQ(staff->invite(invitation("no address"), visit_of(ann)).error().reason, "BAD_ADDRESS");
}

TEST_F(StaffTest, InvitesALimitedNumberADay) {
  const auto ann = owner("ann@example.com");
  for (std::uint32_t i = 0; i < settings.invitations_per_day; ++i) {
    const auto made = staff->invite(invitation("guest" + std::to_string(i) + "@example.com"), visit_of(ann));
    ASSERT_TRUE(made) << i;
    ASSERT_TRUE(staff->revoke_invitation(made->invitation_id(), visit_of(ann))) << "which does not unsend its mail";
  }
  const auto sent = mails().size();
  const auto refused = staff->invite(invitation("one.more@example.com"), visit_of(ann));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "TOO_MANY_INVITATIONS_TODAY");
  EXPECT_EQ(mails().size(), sent);
  const auto bob = owner("bob@example.com");
  EXPECT_TRUE(staff->invite(invitation("one.more@example.com"), visit_of(bob))) << "another company's are its own";
  now += 24h;
  EXPECT_TRUE(staff->invite(invitation("two.more@example.com"), visit_of(ann)));
}

TEST_F(StaffTest, IsNotInvitedWithoutEndByManyCompanies) {
  int sent = 0;
  for (int i = 0; i < 8; ++i) {
    const auto host = owner("host" + std::to_string(i) + "@example.com");
    sent += staff->invite(invitation("bob@example.com"), visit_of(host)) ? 1 : 0;
  }
  EXPECT_EQ(sent, 6);
}

TEST_F(StaffTest, NamesThatMailsCarryAreNoLinks) {
  const std::vector<std::string> bad{"Prizes at https://evil.example/x", "WWW.evil.example", "a\nb", std::string(201, 'x')};
  for (const auto& name : bad) EXPECT_EQ(sign_up("ann@example.com", kPassword, name).error().reason, "BAD_NAME") << name;
  EXPECT_TRUE(sign_up("ann@example.com", kPassword, "Booking.com & Sons: No. 1/2"));
}

TEST_F(StaffTest, AlwaysHasAnOwner) {
  const auto ann = owner("ann@example.com");
  EXPECT_EQ(staff->change_role(ann.me.person_id(), v1::ROLE_VIEWER, visit_of(ann)).error().reason, "LAST_OWNER");
  EXPECT_EQ(staff->set_active(ann.me.person_id(), false, visit_of(ann)).error().reason, "LAST_OWNER");
  const auto bob = colleague(ann, "bob@example.com", v1::ROLE_OWNER);
  std::atomic<int> left = 0;
  {  // both leave at the same time
    std::jthread one([&] { left += staff->set_active(ann.me.person_id(), false, visit_of(bob)) ? 1 : 0; });
    std::jthread two([&] { left += staff->set_active(bob.me.person_id(), false, visit_of(ann)) ? 1 : 0; });
  }
  EXPECT_EQ(left, 1);
  EXPECT_EQ(count("membership where role = 'owner' and active"), 1);
}

TEST_F(StaffTest, LosesItsRightsAtOnceAndGetsThemBack) {
  const auto ann = owner("ann@example.com");
  const auto bob = colleague(ann, "bob@example.com", v1::ROLE_ACCOUNTANT);
  std::jthread follower([&](std::stop_token stop) { access->follow(stop); });
  const auto role = [&] { return access->by_session(bob.session.reveal())->role; };
  EXPECT_EQ(role(), Role::accountant);
  ASSERT_TRUE(staff->change_role(bob.me.person_id(), v1::ROLE_VIEWER, visit_of(ann)));
  EXPECT_TRUE(q2o::testing::eventually([&] { return role() == Role::viewer; }, 2s));
  ASSERT_TRUE(staff->set_active(bob.me.person_id(), false, visit_of(ann)));
  EXPECT_TRUE(q2o::testing::eventually([&] { return role() == Role::none; }, 2s));
  EXPECT_EQ(access->by_session(bob.session.reveal())->tenant, "");
  ASSERT_TRUE(staff->set_active(bob.me.person_id(), true, visit_of(ann)));
  EXPECT_TRUE(q2o::testing::eventually([&] { return role() == Role::viewer; }, 2s));
}

TEST_F(StaffTest, IsUnknownToOtherCompanies) {
  const auto ann = owner("ann@example.com");
  const auto eve = owner("eve@example.com");
  const auto bob = colleague(ann, "bob@example.com", v1::ROLE_ACCOUNTANT);
  const auto invited = staff->invite(invitation("carl@example.com"), visit_of(ann)).value();
  const auto visit = visit_of(eve);
  EXPECT_EQ(staff->change_role(bob.me.person_id(), v1::ROLE_VIEWER, visit).error().code, Code::not_found);
  EXPECT_EQ(staff->set_active(bob.me.person_id(), false, visit).error().code, Code::not_found);
  EXPECT_EQ(staff->set_active(bob.me.person_id(), true, visit).error().code, Code::not_found);
  EXPECT_EQ(staff->revoke_invitation(invited.invitation_id(), visit).error().code, Code::not_found);
  EXPECT_EQ(staff->list(eve.me.tenant_id(), "", 100).size(), 1U);
  for (const std::string bad : {"", "x", "%", "00000000-0000-0000-0000-000000000000"}) {
    EXPECT_EQ(staff->set_active(bad, false, visit).error().code, Code::not_found);
    EXPECT_EQ(staff->revoke_invitation(bad, visit).error().code, Code::not_found);
  }
}

}  // namespace
}  // namespace q2o::identity::people
