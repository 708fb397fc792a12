#include "services/identity/audit/audit.h"

#include <thread>

#include "common/pg/acting.h"
#include "q2o/identity/v1/audit_note.pb.h"
#include "services/identity/audit/intake.h"
#include "services/identity/people/tests/fixture.h"

namespace q2o::identity::audit {
namespace {

class AuditTest : public people::PeopleTest {
 protected:
  void write(int entries) {
    for (int i = 0; i < entries; ++i)
      pool->transact([&](pg::Tx& tx) {
        audit->append(tx, {tenant, "ann@example.com", "test.done", "thing/" + std::to_string(i), "detail äöü", "192.0.2.1"});
      });
  }
  v1::VerifyAuditResponse verify(const std::string& known = "") { return audit->verify(tenant, known); }
  /// What somebody with the whole database in his hands does.
  void tamper(const std::string& sql) {
    admin->transact([&](pg::Tx& tx) {
      tx.exec("alter table audit_event disable trigger append_only");
      EXPECT_GT(tx.exec(sql).affected(), 0U);
      tx.exec("alter table audit_event enable trigger append_only");
    });
  }
  const std::string tenant = ids::uuid_v4();
};

TEST_F(AuditTest, IsAChainThatCanBeReckonedAgain) {
  EXPECT_TRUE(verify().intact()) << "nothing yet";
  write(5);
  const auto middle = audit->list(tenant, 4, 1).front();
  EXPECT_EQ(middle.sequence(), 3U);
  EXPECT_EQ(middle.actor(), "ann@example.com");
  EXPECT_EQ(middle.detail(), "detail äöü");
  EXPECT_EQ(count("audit_event where actor like '%ann%' or detail like '%detail%' or client_address like '%192%'"), 0) << "sealed";
  const auto checked = verify(middle.hash());
  EXPECT_TRUE(checked.intact()) << checked.problem();
  EXPECT_EQ(checked.entries(), 5U);
  EXPECT_EQ(checked.head_hash(), audit->list(tenant, 0, 1).front().hash());
  EXPECT_FALSE(verify(std::string(64, '0')).intact()) << "a noted hash that is not there";
  EXPECT_EQ(audit->list(ids::uuid_v4(), 0, 10).size(), 0U);
}

bus::Incoming note_of(const std::string& tenant, const std::string& action, const std::string& topic = "q2o.billing.audit.v1") {
  v1::AuditNote note;
  note.set_tenant_id(tenant);
  note.set_occurred_at("2026-02-02T08:30:00Z");
  note.set_actor("ann@example.com");
  note.set_action(action);
  note.set_subject("migration/1");
  note.set_client_address("192.0.2.1");
  bus::Incoming out;
  out.topic = topic;
  out.value = note.SerializeAsString();
  out.headers = {{"ce_id", ids::uuid_v4()}, {"q2o-tenant", tenant}};
  return out;
}

TEST_F(AuditTest, TakesWhatOtherServicesTellOnceHoweverOftenItComes) {
  const std::vector<bus::Incoming> notes{note_of(tenant, "billing.start"), note_of(tenant, "billing.pause"),
                                         note_of(ids::uuid_v4(), "billing.start")};
  take_notes(*pool, *audit, notes);
  write(1);
  take_notes(*pool, *audit, notes);
  const auto entries = audit->list(tenant, 0, 10);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[2].action(), "billing.start");
  EXPECT_EQ(entries[2].occurred_at(), "2026-02-02T08:30:00Z");
  EXPECT_EQ(entries[2].actor(), "ann@example.com");
  EXPECT_EQ(entries[2].subject(), "migration/1");
  EXPECT_EQ(entries[2].client_address(), "192.0.2.1");
  EXPECT_EQ(entries[1].action(), "billing.pause");
  EXPECT_TRUE(verify().intact()) << verify().problem();
}

TEST_F(AuditTest, KeepsWhoHadEverythingPurgedWhenItsKeysAreGone) {
  write(2);
  v1::DestroyTenantKeysRequest purge;
  purge.set_tenant_id(tenant);
  purge.set_purge_id(ids::uuid_v4());
  purge.set_actor("ann@example.com");
  purge.set_reason("the contract has ended");
  const auto destroy = [&] {
    keeper->destroy(tenant, "").value();
    local_keys->forget(tenant);
    note_purge(*pool, *audit, purge);
  };
  const auto readable = [&](std::size_t entries) {
    const auto found = audit->list(tenant, 0, 10);
    ASSERT_EQ(found.size(), entries);
    EXPECT_EQ(found[0].action(), "content.purged");
    EXPECT_EQ(found[0].subject(), "purge/" + purge.purge_id()) << "as on the certificate, in clear";
    EXPECT_EQ(found[0].actor(), "ann@example.com");
    EXPECT_EQ(found[0].detail(), "everything of the company; the contract has ended");
    EXPECT_EQ(found[1].actor(), "(purged)");
  };
  destroy();
  readable(3);
  note_purge(*pool, *audit, purge);
  readable(3);
  destroy();  // the purge was interrupted; the key of its entry goes, too
  readable(4);
  EXPECT_TRUE(verify().intact()) << verify().problem();
}

TEST_F(AuditTest, BelievesAServiceItsOwnCommandsOnly) {
  auto foreign = note_of(tenant, "billing.start");
  foreign.headers["q2o-tenant"] = ids::uuid_v4();
  auto garbage = note_of(tenant, "billing.start");
  garbage.value = "\xff";
  take_notes(*pool, *audit,
             std::vector<bus::Incoming>{foreign, garbage, note_of(tenant, "person.invited"),
                                        note_of(tenant, "billing.start", "q2o.loader.audit.v1")});
  EXPECT_EQ(audit->list(tenant, 0, 10).size(), 0U);
  EXPECT_EQ(count("outbox where topic = 'q2o.identity.dlq.v1'"), 4);
}

TEST_F(AuditTest, IsNeverChangedByTheService) {
  write(2);
  const auto as_service = [&](const std::string& sql) {
    pool->transact([&](pg::Tx& tx) {
      pg::act_for(tx, acting::tenant(tenant));
      tx.exec(sql);
    });
  };
  for (const std::string sql : {"update audit_event set action = 'x'", "delete from audit_event", "truncate audit_event"})
    EXPECT_THROW(as_service(sql), pg::SqlError) << sql;
  EXPECT_EQ(count("audit_event"), 2);
}

TEST_F(AuditTest, ShowsAByteThatWasChanged) {
  write(5);
  for (const std::string column : {"actor", "action", "subject", "detail", "client_address", "occurred_at"}) {
    const auto before =
        admin->transact([&](pg::Tx& tx) { return tx.one("select " + column + " as c from audit_event where sequence = 3").text("c"); });
    tamper("update audit_event set " + column + " = " + column + " || 'x' where sequence = 3");
    const auto checked = verify();
    EXPECT_FALSE(checked.intact()) << column;
    EXPECT_EQ(checked.broken_sequence(), 3U);
    admin->transact([&](pg::Tx& tx) {
      tx.exec("alter table audit_event disable trigger append_only");
      tx.exec("update audit_event set " + column + " = $1 where sequence = 3", {before});
      tx.exec("alter table audit_event enable trigger append_only");
    });
    EXPECT_TRUE(verify().intact());
  }
}

TEST_F(AuditTest, ShowsARowThatIsGone) {
  write(5);
  tamper("delete from audit_event where sequence = 2");
  EXPECT_EQ(verify().broken_sequence(), 2U);
}

TEST_F(AuditTest, ShowsThatItsEndIsGone) {
  write(5);
  tamper("delete from audit_event where sequence = 5");
  EXPECT_FALSE(verify().intact());
  EXPECT_NE(verify().problem().find("5 were written"), std::string::npos);
  // Even with a head that fits: only the service can write one.
  admin->transact(
      [&](pg::Tx& tx) { tx.exec("update audit_head set sequence = 4, hash = (select hash from audit_event where sequence = 4)"); });
  EXPECT_FALSE(verify().intact());
  EXPECT_NE(verify().problem().find("not written by this service"), std::string::npos);
}

TEST_F(AuditTest, ShowsARowThatWasPutIn) {
  write(3);
  tamper(
      "insert into audit_event select tenant_id, 4, occurred_at, actor, action, subject, detail, client_address, hash from audit_event "
      "where sequence = 3");
  EXPECT_FALSE(verify().intact());
}

TEST_F(AuditTest, ShowsAnEmptiedTable) {
  write(3);
  tamper("delete from audit_event");
  EXPECT_FALSE(verify().intact());
}

TEST_F(AuditTest, KeepsItsOrderWhenManyWrite) {
  {
    std::vector<std::jthread> crowd;
    for (int i = 0; i < 6; ++i) crowd.emplace_back([&] { write(10); });
  }
  const auto checked = verify();
  EXPECT_TRUE(checked.intact()) << checked.problem();
  EXPECT_EQ(checked.entries(), 60U);
}

TEST_F(AuditTest, CanBeReckonedAfterAPurge) {
  write(3);
  ASSERT_TRUE(keeper->destroy(tenant, ""));
  // The keys are kept in memory for seconds: another process does not have them.
  audit::Audit other(*admin, config::Secret("audit key"), [this] { return now; });
  EXPECT_TRUE(other.verify(tenant, "").intact());
}

TEST_F(AuditTest, HasWhatHappensToPeople) {
  const auto ann = owner("ann@example.com");
  const auto bob = colleague(ann, "bob@example.com", v1::ROLE_VIEWER);
  ASSERT_TRUE(staff->set_active(bob.me.person_id(), false, visit_of(ann)));
  std::vector<std::string> actions;
  for (const auto& entry : audit->list(ann.me.tenant_id(), 0, 100)) actions.insert(actions.begin(), entry.action());
  EXPECT_EQ(actions, (std::vector<std::string>{"account.signed_up", "account.verified", "account.signed_in", "person.invited",
                                               "invitation.accepted", "account.signed_in", "person.deactivated"}));
  EXPECT_TRUE(audit->verify(ann.me.tenant_id(), "").intact());
}

}  // namespace
}  // namespace q2o::identity::audit
