#include "services/loader/domain/undo_plan.h"

#include <gmock/gmock.h>

namespace q2o::loader {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Verdict = UndoLook::Verdict;

/// "name verdict[ reason]" of all records, in order.
std::vector<std::string> words_of(const UndoPlan& plan) {
  std::vector<std::string> out;
  for (const auto& record : plan.records()) {
    const std::string word = record.verdict == Verdict::keep ? "keep" : record.verdict == Verdict::reverse ? "reverse" : "remove";
    out.push_back(record.external_id + " " + word + (record.reason.empty() ? "" : ": " + record.reason));
  }
  return out;
}

UndoLook look(const std::string& name, Verdict verdict = Verdict::remove, std::vector<std::string> needs = {},
              const std::string& reason = {}) {
  return {name, "res.partner", 1, verdict, reason, std::move(needs)};
}

TEST(UndoPlan, ARecordThatIsKeptKeepsWhatItNeeds) {
  UndoPlan plan;
  plan.add(look("match"));
  plan.add(look("payment"));
  plan.add(look("invoice", Verdict::keep, {"customer", "income", "match", "theirs", "unknown"}, "reconciled with X"));
  plan.add(look("other"));
  plan.add(look("customer"));
  plan.add(look("income"));
  plan.add(look("term"));
  EXPECT_THAT(plan.unanswered(), ElementsAre("customer", "income", "match")) << "what those need is not known yet";
  plan.needs_of("customer", {"term"});
  plan.needs_of("income", {});
  plan.needs_of("match", {"payment", "invoice"});
  EXPECT_THAT(plan.unanswered(), ElementsAre("term", "payment"));
  plan.needs_of("term", {});
  plan.needs_of("payment", {"customer"});
  EXPECT_THAT(plan.unanswered(), IsEmpty());
  EXPECT_THAT(words_of(plan), ElementsAre("match keep: needed by invoice", "payment keep: needed by match",
                                          "invoice keep: reconciled with X", "other remove", "customer keep: needed by invoice",
                                          "income keep: needed by invoice", "term keep: needed by customer"));
}

TEST(UndoPlan, WhatIsReversedStaysReversedAndKeepsItsAccounts) {
  UndoPlan plan;
  plan.add(look("invoice", Verdict::reverse, {"customer"}, "its period is locked"));
  plan.add(look("customer"));
  EXPECT_THAT(plan.unanswered(), ElementsAre("customer"));
  EXPECT_THAT(words_of(plan), ElementsAre("invoice reverse: its period is locked", "customer keep: needed by invoice"));
}

TEST(UndoPlan, WhatAKeptRecordIsMatchedWithIsNotReversed) {
  UndoPlan plan;
  plan.add(look("payment", Verdict::reverse, {"bank"}, "its period is locked"));
  plan.add(look("invoice", Verdict::keep, {"payment"}, "changed by Amy"));
  plan.add(look("bank"));
  EXPECT_THAT(plan.unanswered(), ElementsAre("bank", "payment"));
  EXPECT_THAT(words_of(plan),
              ElementsAre("payment keep: needed by invoice", "invoice keep: changed by Amy", "bank keep: needed by payment"));
}

TEST(UndoPlan, WhatIsGoneIsNotPlanned) {
  UndoPlan plan;
  plan.add(look("a", Verdict::gone));
  plan.add(look("b"));
  EXPECT_THAT(words_of(plan), ElementsAre("b remove"));
}

TEST(UndoPlan, MatchesGoFirstThenWhatHoldsMoneyKindByKindThenTheNewestFirst) {
  EXPECT_TRUE(taken_back_before("account.partial.reconcile", 1, "account.move", 9));
  EXPECT_FALSE(taken_back_before("account.move", 9, "account.partial.reconcile", 1));
  EXPECT_TRUE(taken_back_before("account.move", 9, "res.partner", 2));
  EXPECT_FALSE(taken_back_before("res.partner", 2, "account.move", 9));
  EXPECT_TRUE(taken_back_before("account.move", 2, "account.analytic.line", 9)) << "invoiced hours stay for as long as their invoice";
  EXPECT_TRUE(taken_back_before("account.payment", 2, "account.move", 9)) << "in long runs of one kind";
  EXPECT_TRUE(taken_back_before("mail.message", 2, "account.move", 9));
  EXPECT_TRUE(taken_back_before("account.analytic.line", 9, "hr.employee", 2));
  EXPECT_TRUE(taken_back_before("account.analytic.account", 2, "account.analytic.plan", 9)) << "a plan goes after its accounts";
  EXPECT_FALSE(taken_back_before("account.analytic.plan", 9, "res.partner", 2));
}

}  // namespace
}  // namespace q2o::loader
