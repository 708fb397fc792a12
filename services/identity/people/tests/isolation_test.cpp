#include "common/pg/acting.h"
#include "services/identity/people/tests/fixture.h"

namespace q2o::identity::people {
namespace {

/// The second wall: what Postgres itself shows, whatever a statement of ours forgot to ask for.
class RowLevelSecurity : public PeopleTest {
 protected:
  std::int64_t rows(const std::string& table, const std::function<void(pg::Tx&)>& act) {
    return pool->transact([&](pg::Tx& tx) {
      act(tx);
      return tx.one("select count(*) as n from " + table).integer("n");
    });
  }
  const std::vector<std::string> tables{"tenant",         "person",      "membership",        "session",
                                        "one_time_token", "invitation",  "external_identity", "seen_place",
                                        "api_key",        "audit_event", "audit_head"};
  void fill() {
    ann = owner("ann@example.com");
    eve = owner("eve@example.com");
    for (const auto* who : {&ann, &eve}) {
      v1::InvitePersonRequest invite;
      invite.set_email("guest-of-" + who->me.email());
      invite.set_role(v1::ROLE_VIEWER);
      staff->invite(invite, visit_of(*who)).value();
      v1::CreateApiKeyRequest key;
      key.set_name("key");
      key.add_scopes("migrations:read");
      keys->create(key, visit_of(*who)).value();
      must(accounts->request_reset(who->me.email(), from()));
      access->by_token(R"({"iss":"i","sub":")" + who->me.email() + R"(","email":")" + who->me.email() + R"(","email_verified":true})")
          .value();
    }
  }
  SignedIn ann, eve;
};

TEST_F(RowLevelSecurity, ShowsNothingToWhoNamesNobody) {
  fill();
  for (const auto& table : tables) {
    EXPECT_GE(count(table), 2) << table << ": there is something to be seen";
    EXPECT_EQ(rows(table, [](pg::Tx&) {}), 0) << table;
    EXPECT_EQ(rows(table, [](pg::Tx& tx) { pg::act_for(tx, acting::tenant("")); }), 0) << table;
    EXPECT_EQ(rows(table, [](pg::Tx& tx) { pg::act_for(tx, acting::tenant(ids::uuid_v4())); }), 0) << table;
    EXPECT_EQ(rows(table, [](pg::Tx& tx) { pg::act_for(tx, acting::tenant("' or true --")); }), 0) << table;
    EXPECT_EQ(rows(table, [](pg::Tx& tx) { pg::act_for(tx, acting::credential("%")); }), 0) << table;
  }
}

TEST_F(RowLevelSecurity, ShowsACompanyItsOwnRowsOnly) {
  fill();
  const auto as_eve = [&](pg::Tx& tx) { pg::act_for(tx, acting::tenant(eve.me.tenant_id())); };
  for (const std::string table : {"tenant", "membership", "invitation", "api_key", "audit_event", "audit_head"}) {
    EXPECT_GE(rows(table, as_eve), 1) << table;
    EXPECT_EQ(rows(table + " where tenant_id = '" + ann.me.tenant_id() + "'", as_eve), 0) << table;
  }
  EXPECT_EQ(rows("person", as_eve), 1);
  const auto as_eve_herself = [&](pg::Tx& tx) { pg::act_for(tx, acting::person(eve.me.person_id())); };
  for (const std::string table : {"session", "one_time_token", "external_identity", "seen_place"}) {
    EXPECT_EQ(rows(table, as_eve), 0) << table << " is no business of the company";
    EXPECT_GE(rows(table, as_eve_herself), 1) << table;
    EXPECT_EQ(rows(table + " where person_id = '" + ann.me.person_id() + "'", as_eve_herself), 0) << table;
  }
}

TEST_F(RowLevelSecurity, LetsNobodyWriteForAnother) {
  fill();
  const auto as_eve = [&](const std::string& sql) {
    return pool->transact([&](pg::Tx& tx) {
      pg::act_for(tx, acting::tenant(eve.me.tenant_id()));
      return tx.exec(sql).affected();
    });
  };
  EXPECT_EQ(as_eve("update membership set role = 'viewer' where tenant_id = '" + ann.me.tenant_id() + "'"), 0U);
  EXPECT_EQ(as_eve("delete from api_key where tenant_id = '" + ann.me.tenant_id() + "'"), 0U);
  EXPECT_THROW(as_eve("update api_key set tenant_id = '" + ann.me.tenant_id() + "'"), pg::SqlError);
  EXPECT_THROW(as_eve("insert into membership (tenant_id, person_id, role, joined_at) values ('" + ann.me.tenant_id() + "', '" +
                      eve.me.person_id() + "', 'owner', now())"),
               pg::SqlError);
}

TEST_F(RowLevelSecurity, IsForOneAtATime) {
  fill();
  const auto nobody_more = [](pg::Tx&) {};
  {
    const acting::Scope call(acting::tenant(eve.me.tenant_id()));
    EXPECT_GE(rows("api_key", nobody_more), 1) << "a call acts for its tenant, as in every service";
    EXPECT_EQ(rows("api_key where tenant_id = '" + ann.me.tenant_id() + "'", nobody_more), 0);
    const auto as_ann = [&](pg::Tx& tx) { pg::act_for(tx, acting::person(ann.me.person_id())); };
    EXPECT_EQ(rows("membership", as_ann), 1);
    EXPECT_EQ(rows("membership where tenant_id = '" + eve.me.tenant_id() + "'", as_ann), 0) << "no more for the call's";
  }
  for (const auto& disguised : {"person:" + ann.me.person_id(), std::string("*"), std::string("sweep:expired")}) {
    const acting::Scope call(acting::tenant(disguised));
    for (const auto& table : tables) EXPECT_EQ(rows(table, nobody_more), 0) << table << " to " << disguised;
  }
}

TEST_F(RowLevelSecurity, DoesNotOutliveItsTransaction) {
  fill();
  for (int i = 0; i < 20; ++i) {
    EXPECT_GE(rows("api_key", [&](pg::Tx& tx) { pg::act_for(tx, acting::tenant(ann.me.tenant_id())); }), 1);
    EXPECT_EQ(rows("api_key", [](pg::Tx&) {}), 0) << "the same connection, the next transaction";
  }
}

}  // namespace
}  // namespace q2o::identity::people
