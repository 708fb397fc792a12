#include "services/notifier/domain/notices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/notifier/domain/projection.h"

namespace q2o::notifier {
namespace {

constexpr const char* kUrl = "https://q.example";

/// A migration's life, told message by message; what each makes worth telling.
class Life {
 public:
  std::vector<Notice> tell(const std::function<void(billing::v1::Migration&)>& change) {
    const auto before = progress_;
    change(migration_);
    migration_.set_version(migration_.version() + 1);
    apply(progress_, migration_);
    return notices_of(before, progress_, kUrl);
  }
  std::vector<Notice> prove(const std::string& verdict, const std::string& sentence) {
    const auto before = progress_;
    validator::v1::ValidationCompleted fact;
    fact.mutable_scope()->set_run(migration_.run());
    fact.set_verdict(verdict);
    fact.set_sentence(sentence);
    apply(progress_, fact);
    return notices_of(before, progress_, kUrl);
  }
  std::vector<Notice> run(std::uint32_t number) {
    return tell([&](auto& m) {
      m.set_migration_id("11111111-1111-4111-8111-111111111111");
      m.set_tenant_id("22222222-2222-4222-8222-222222222222");
      m.set_name("Heron & Co");
      m.set_state(billing::v1::STATE_RUNNING);
      m.set_directive(billing::v1::DIRECTIVE_GO);
      m.set_run(number);
    });
  }
  std::vector<Notice> pause(const std::string& who, const std::string& why) {
    return tell([&](auto& m) {
      m.set_directive(billing::v1::DIRECTIVE_PAUSE);
      m.set_directed_by(who);
      m.set_reason(why);
    });
  }

 private:
  billing::v1::Migration migration_;
  v1::Progress progress_;
};

TEST(Notices, ARunIsToldFromItsStartToItsProof) {
  Life life;
  auto told = life.run(1);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].event, "job.started");
  EXPECT_TRUE(life.tell([](auto& m) { m.set_state(billing::v1::STATE_VALIDATING); }).empty());
  EXPECT_TRUE(life.prove("MATCHED", "The books match: difference 0.00.").empty()) << "the migration does not say so yet";
  told = life.tell([](auto& m) {
    m.set_state(billing::v1::STATE_COMPLETED);
    m.set_verdict("MATCHED");
  });
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].event, "job.completed");
  EXPECT_EQ(told[0].values["verdict"], "MATCHED");
  EXPECT_EQ(told[0].values["sentence"], "The books match: difference 0.00.");
  EXPECT_EQ(told[0].values["exceptions"], "");
  EXPECT_EQ(told[0].values["link"], "https://q.example/api/v1/migrations/11111111-1111-4111-8111-111111111111/report/html");
  EXPECT_TRUE(told[0].problem.empty());
  EXPECT_TRUE(life.tell([](auto& m) { m.set_name("Heron"); }).empty());
}

TEST(Notices, TheProofMayBeReadAfterTheMigration) {
  Life life;
  life.run(1);
  EXPECT_TRUE(life.tell([](auto& m) {
                    m.set_state(billing::v1::STATE_COMPLETED);
                    m.set_verdict("MATCHED WITH EXCEPTIONS");
                  })
                  .empty());
  const auto told = life.prove("MATCHED WITH EXCEPTIONS", "All but 2 match.");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].values.at("exceptions"), "yes");
}

TEST(Notices, AnotherRunIsAnotherNotice) {
  std::set<std::string> ids;
  Life life;
  for (std::uint32_t run = 1; run <= 3; ++run) {
    for (const auto& notice : life.run(run)) ids.insert(notice.id);
    life.prove("MATCHED", "All match.");
    for (const auto& notice : life.tell([](auto& m) { m.set_state(billing::v1::STATE_COMPLETED); })) ids.insert(notice.id);
  }
  EXPECT_EQ(ids.size(), 6u);
}

TEST(Notices, WhatAServicePausesWaitsForAPersonWhatAPersonPausesDoesNot) {
  Life life;
  life.run(1);
  auto told = life.pause("connector", "QuickBooks does not accept the sign-in any more");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].event, "job.needs_you");
  EXPECT_EQ(told[0].values["reason"], "QuickBooks does not accept the sign-in any more");
  EXPECT_FALSE(told[0].problem.empty());
  EXPECT_TRUE(life.pause("connector", "QuickBooks does not accept the sign-in any more").empty()) << "told already";
  EXPECT_EQ(life.pause("loader", "Odoo: disk full").size(), 1u) << "another reason";
  life.tell([](auto& m) { m.set_directive(billing::v1::DIRECTIVE_GO); });
  EXPECT_EQ(life.pause("loader", "Odoo: disk full").size(), 1u) << "it happened again";
  life.tell([](auto& m) { m.set_directive(billing::v1::DIRECTIVE_GO); });
  EXPECT_TRUE(life.pause("ann@example.com", "lunch").empty());
}

TEST(Notices, AHeldPaymentNeedsAPersonWhateverTheBooksSay) {
  Life life;
  life.run(1);
  life.tell([](auto& m) {
    m.set_state(billing::v1::STATE_VALIDATING);
    m.set_verdict("DIFFERENT");
  });
  const auto told = life.pause("stripe", "the payment is disputed at the bank");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].event, "job.needs_you");
  EXPECT_EQ(told[0].values.at("reason"), "the payment is disputed at the bank");
  EXPECT_EQ(told[0].values.at("money"), "yes");
  EXPECT_EQ(told[0].values.at("differences"), "");
  EXPECT_THAT(told[0].hint, ::testing::HasSubstr("Settle the payment"));
}

TEST(Notices, DifferencesNeedAPerson) {
  Life life;
  life.run(1);
  life.tell([](auto& m) { m.set_state(billing::v1::STATE_VALIDATING); });
  const auto told = life.tell([](auto& m) {
    m.set_verdict("DIFFERENT");
    m.set_directive(billing::v1::DIRECTIVE_PAUSE);
    m.set_directed_by("validator");
    m.set_reason("2 of 4,466 amounts differ");
  });
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].values.at("differences"), "yes");
}

TEST(Notices, AFailureIsToldAndACancellationIsNot) {
  Life life;
  life.run(1);
  auto told = life.tell([](auto& m) {
    m.set_state(billing::v1::STATE_FAILED);
    m.set_reason("mapper: the mapping has no rule for accounts");
  });
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].event, "job.failed");
  life.run(2);
  EXPECT_TRUE(life.tell([](auto& m) {
                    m.set_state(billing::v1::STATE_FAILED);
                    m.set_reason("CANCELLED: wrong database");
                  })
                  .empty());
}

TEST(Notices, AnUndoIsNoProof) {
  Life life;
  life.run(1);
  life.prove("MATCHED", "All match.");
  EXPECT_TRUE(life.tell([](auto& m) {
                    m.mutable_order()->set_kind(billing::v1::RUN_KIND_UNDO);
                    m.set_state(billing::v1::STATE_COMPLETED);
                  })
                  .empty());
}

billing::v1::PaymentEvent about_money() {
  billing::v1::PaymentEvent event;
  event.set_event_id("e1");
  event.set_tenant_id("22222222-2222-4222-8222-222222222222");
  return event;
}

TEST(Notices, MoneyIsToldLineByLine) {
  auto event = about_money();
  auto& paid = *event.mutable_received();
  paid.set_payment_id("pi_1");
  paid.set_total("4198");
  paid.set_currency("USD");
  for (const auto* name : {"Heron", "Owl"}) {
    auto& item = *paid.add_items();
    item.set_name(name);
    item.set_amount("2099");
  }
  const auto told = notices_of(event, kUrl);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].event, "billing.paid");
  EXPECT_EQ(told[0].values.at("items"), "Heron: 2099 USD\nOwl: 2099 USD");
  EXPECT_TRUE(notices_of(billing::v1::PaymentEvent(), kUrl).empty());
}

TEST(Notices, ARefundThatFailedTakesBackWhatWasTold) {
  auto event = about_money();
  auto& failed = *event.mutable_refund_failed();
  failed.set_payment_id("pi_1");
  failed.set_amount("2099.00");
  failed.set_currency("USD");
  failed.set_whole(true);
  failed.add_items()->set_migration_id("11111111-1111-4111-8111-111111111111");
  const auto told = notices_of(event, kUrl);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].event, "billing.refund_failed");
  EXPECT_EQ(told[0].values.at("amount"), "2099.00");
  EXPECT_EQ(told[0].values.at("whole"), "yes");
  EXPECT_EQ(told[0].migration, "11111111-1111-4111-8111-111111111111");
  EXPECT_THAT(webhook_events(), ::testing::Contains(told[0].event));
}

TEST(Notices, ABrokenConnectionIsNewsEveryTimeABlockedTargetOnceADay) {
  connector::v1::StatusFact fact;
  fact.mutable_scope()->set_tenant_id("22222222-2222-4222-8222-222222222222");
  fact.mutable_connection_broken()->set_connection_id("c1");
  fact.mutable_connection_broken()->set_message("the refresh token was revoked");
  const auto told = notices_of(fact, "m1", kUrl);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].subject, "c1");
  EXPECT_FALSE(told[0].quiet) << "the connector tells a change of state only: the next one is another break";
  EXPECT_THAT(webhook_events(), ::testing::Contains(told[0].event));
  loader::v1::StatusFact blocked;
  blocked.mutable_scope()->set_tenant_id("22222222-2222-4222-8222-222222222222");
  blocked.mutable_target_blocked()->set_target_id("t1");
  const auto again = notices_of(blocked, "m2", kUrl);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].event, "connection.broken");
  EXPECT_TRUE(again[0].quiet);
}

TEST(Notices, WhoDisconnectsIsNotToldThatTheConnectionBroke) {
  connector::v1::StatusFact fact;
  fact.mutable_scope()->set_tenant_id("22222222-2222-4222-8222-222222222222");
  fact.mutable_connection_broken()->set_connection_id("c1");
  fact.mutable_connection_broken()->set_deliberate(true);
  EXPECT_TRUE(notices_of(fact, "m1", kUrl).empty());
}

}  // namespace
}  // namespace q2o::notifier
