// What the source no longer has, with a real Postgres against an Odoo: it goes, unless a person has worked with it.
#include "services/loader/app/departures.h"

#include "services/loader/tests/whole_load.h"

namespace q2o::loader {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = testing::Kind;

class Departed : public testing::WholeLoad {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::real) GTEST_SKIP() << "leaves records in the target";
    WholeLoad::SetUp();
  }
  void load(std::uint32_t run) {
    begin_run(run);
    ASSERT_TRUE(worker()->run_one({}));
  }
  std::string call(const std::string& model, const std::string& method, const std::string& args) {
    OdooBooks odoo(http, *targets.access(books.tenant, target));
    const auto result = odoo.call(model, method, args, "{}", kBatchCall);
    EXPECT_TRUE(result) << model << "." << method << ": " << (result ? "" : result.error().message);
    return result ? std::string(result->value().raw()) : "";
  }
  bool there(const std::string& name) {
    return call("ir.model.data", "search_count", fmt::format(R"([[["module","=","q2o"],["name","=","qbo9_{}"]]])", name)) != "0";
  }
  std::string gone(std::uint32_t run) {
    const auto totals = PgRunStore(pool, "test", std::chrono::seconds(1)).totals({books.migration, run});
    return fmt::format("{} {} {}", totals.removed, totals.reversed, totals.kept);
  }
  std::string unchanged(std::size_t less) { return fmt::format("done 0 0 {} 0", testing::small_books_size() - less); }
};

TEST_P(Departed, GoesWithItsMatchesAndNothingElseIsWritten) {
  load(1);
  const auto invoice = id_of("inv_3");
  books.left_out = {"qbo9_inv_3", "qbo9_pay_2_match2"};
  load(2);
  EXPECT_EQ(run_text(2), unchanged(2));
  EXPECT_EQ(gone(2), "2 0 0");
  EXPECT_FALSE(there("inv_3") || there("pay_2_match2"));
  EXPECT_EQ(read("account.move", fmt::format(R"([["id","=",{}]])", invoice), R"("name")"), "[]");
  EXPECT_THAT(read("account.payment", fmt::format(R"([["id","=",{}]])", id_of("pay_2")), R"("amount")"), HasSubstr("58.0"));
  EXPECT_EQ(read("ir.actions.server", R"([["name","=like","Quick2Odoo loader%"]])", R"("name")"), "[]") << "no action of ours stays";
  load(3);
  EXPECT_EQ(run_text(3), unchanged(2));
  EXPECT_EQ(gone(3), "0 0 0");
  books.left_out = {};
  load(4);
  EXPECT_THAT(run_text(4), AllOf(StartsWith("done 2 0 "), EndsWith(" 0"))) << "what comes back is made anew";
}

TEST_P(Departed, StaysWhereAPersonHasWorkedWithItAndIsListed) {
  load(1);
  const auto vendor = id_of("vendor_1");
  call("account.move", "write", fmt::format(R"([[{}],{{"narration":"ask Amy"}}])", id_of("inv_3")));
  call("res.partner", "write", fmt::format(R"([[{}],{{"phone":"1"}}])", vendor));
  books.left_out = {"qbo9_inv_3", "qbo9_pay_2_match2"};
  load(2);
  EXPECT_EQ(gone(2), "0 0 2") << "the invoice, and what it is matched with";
  EXPECT_TRUE(there("inv_3") && there("pay_2_match2"));
  EXPECT_THAT(run_text(2), AllOf(HasSubstr("qbo9_inv_3: it is not in the source any more, and stays in Odoo: changed by "),
                                 HasSubstr("qbo9_pay_2_match2: ")));
  load(3);
  EXPECT_EQ(gone(3), "0 0 2") << "what was kept once is not taken later";
  EXPECT_TRUE(there("inv_3") && there("pay_2_match2"));
}

TEST_P(Departed, APartOfALedgersEntryGoesWhenTheEntryHasFewer) {
  books.booked_as = "LedgerTransaction";
  books.transaction = "7";
  books.parts = 2;
  load(1);
  ASSERT_TRUE(there("ledger_transaction_7") && there("ledger_transaction_7_part2"));
  books.parts = 1;
  load(2);
  EXPECT_EQ(gone(2), "1 0 0");
  EXPECT_TRUE(there("ledger_transaction_7"));
  EXPECT_FALSE(there("ledger_transaction_7_part2"));
}

TEST_P(Departed, NothingGoesOfWhatTheSourceDidNotGiveCompletelyOrTheMapperRejects) {
  load(1);
  books.left_out = {"qbo9_inv_3", "qbo9_pay_2_match2"};
  books.incomplete = {"Invoice", "Payment"};
  load(2);
  EXPECT_EQ(gone(2), "0 0 0");
  EXPECT_TRUE(there("inv_3") && there("pay_2_match2"));
  books.incomplete = {"Payment"};
  books.rejected = {"inv_3"};
  load(3);
  EXPECT_EQ(gone(3), "0 0 0");
  EXPECT_TRUE(there("inv_3"));
}

TEST_P(Departed, WhatIsLeftOutOnPurposeGoesAndTheReportSaysSo) {
  load(1);
  books.left_out = {"qbo9_inv_3", "qbo9_pay_2_match2"};
  books.excluded = {"inv_3"};
  load(2);
  EXPECT_EQ(gone(2), "2 0 0");
  EXPECT_FALSE(there("inv_3"));
  pool.transact([&](pg::Tx& tx) {
    const auto row = tx.one("select before_value, during_value, note from setting where run = 2 and name = 'Invoice inv_3 (left out)'", {});
    EXPECT_EQ(row.text("before_value") + ", " + row.text("during_value"), "in Odoo, taken away");
    EXPECT_THAT(row.text("note"), StartsWith("stays"));
  });
}

TEST_P(Departed, WhatIsLeftOutOnPurposeAndWorkedWithStaysAndSaysSo) {
  load(1);
  call("account.move", "write", fmt::format(R"([[{}],{{"narration":"ask Amy"}}])", id_of("inv_3")));
  books.left_out = {"qbo9_inv_3", "qbo9_pay_2_match2"};
  books.excluded = {"inv_3"};
  load(2);
  EXPECT_TRUE(there("inv_3"));
  EXPECT_THAT(run_text(2), HasSubstr("qbo9_inv_3: it is left out now, and stays in Odoo: changed by "));
}

TEST_P(Departed, AMergedCustomerGoesWithItsProjectWhenTheHoursHaveMoved) {
  load(1);
  const auto account = read("project.project", fmt::format(R"([["id","=",{}]])", id_of("proj")), R"("account_id")");
  ASSERT_THAT(account, HasSubstr("account_id"));
  books.merged = true;
  load(2);
  EXPECT_FALSE(there("proj")) << run_text(2);
  EXPECT_TRUE(there("time") && there("proj_2"));
  EXPECT_EQ(read("account.analytic.account", R"([["name","=","Amy"]])", R"("name")"), "[]") << "nothing of the old project stays";
  EXPECT_EQ(read("ir.actions.server", R"([["name","=like","Quick2Odoo loader%"]])", R"("name")"), "[]");
}

TEST_P(Departed, ARunThatIsPausedWhileItLooksLeavesNoActionBehind) {
  load(1);
  books.left_out = {"qbo9_inv_3", "qbo9_pay_2_match2"};
  begin_run(2);
  bool paused = false;
  on_request = [&](const sandbox::Request& request) {
    if (paused || request.body.find(R"("step":"look")") == std::string::npos) return;
    paused = true;
    const auto message = books.migration_message(target, 100, true);
    inbox.handle(std::span(&message, 1));
    // The run goes on for as long as a GO that was just read holds.
    EXPECT_TRUE(q2o::testing::eventually([&] { return store.directive({books.migration, 2}) == Directive::pause; }));
  };
  ASSERT_TRUE(worker()->run_one({}));
  ASSERT_TRUE(paused);
  EXPECT_EQ(read("ir.actions.server", R"([["name","=like","Quick2Odoo loader%"]])", R"("name")"), "[]");
  on_request = nullptr;
  const auto message = books.migration_message(target, 101);
  inbox.handle(std::span(&message, 1));
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(gone(2), "2 0 0");
  EXPECT_FALSE(there("inv_3"));
}

TEST_P(Departed, ARunThatReadsTheLogTakesNothingAway) {
  load(1);
  books.run = 2;
  auto message = books.migration_message(target, 2);
  billing::v1::Migration body;
  body.ParseFromString(message.value);
  body.mutable_order()->set_kind(billing::v1::RUN_KIND_REPLAY);
  message.value = body.SerializeAsString();
  inbox.handle(std::span(&message, 1));
  books.left_out = {"qbo9_inv_3", "qbo9_pay_2_match2"};
  inbox.handle(books.stream());
  ASSERT_TRUE(worker()->run_one({}));
  EXPECT_EQ(run_text(2), unchanged(2));
  EXPECT_TRUE(there("inv_3"));
}

TEST_P(Departed, ANameThatIsUsedStillIsKeptAndGoesWhenNothingRefersToIt) {
  load(1);
  books.left_out = {"qbo9_customer_1_ship"};
  load(2);
  EXPECT_EQ(gone(2), "1 0 0");
  EXPECT_FALSE(there("customer_1_ship"));
}

INSTANTIATE_TEST_SUITE_P(Odoo, Departed, ::testing::Values(Kind::sandbox, Kind::real),
                         [](const auto& kind) { return kind.param == Kind::sandbox ? "Sandbox" : "Real"; });

}  // namespace
}  // namespace q2o::loader
