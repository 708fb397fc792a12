#include "common/testing/testing.h"
#include "sandbox/odoo/contract/target.h"

namespace q2o::sandbox::odoo::contract {
namespace {

/// What is owed and paid in a foreign currency.
class Currencies : public OdooContract {
 protected:
  void SetUp() override {
    OdooContract::SetUp();
    if (IsSkipped()) return;
    euro_ = std::to_string(books().find("res.currency", R"([["name","=","EUR"],["active","in",[true,false]]])"));
    books().call("res.currency", "write", fill(R"([[$1],{"active":true}])", {euro_}));
    cash_ = std::to_string(account("asset_current"));
    partner_ = std::to_string(partner());
  }

  /// A posted entry of `home` and `abroad` on the receivable account; the item's id.
  Id item(const std::string& home, const std::string& abroad, const std::string& date) const {
    const Id move = books().create(
        "account.move", fill(R"({"move_type":"entry","date":"$5","line_ids":[
        [0,0,{"account_id":$1,"balance":$2,"amount_currency":$3,"currency_id":$4,"partner_id":$6,"date_maturity":"$5"}],
        [0,0,{"account_id":$7,"balance":$8,"amount_currency":$9,"currency_id":$4}]]})",
                             {std::to_string(receivable()), home, abroad, euro_, date, partner_, cash_, minus(home), minus(abroad)}));
    post("account.move", move);
    return line_on(move, receivable());
  }
  void reconcile(Id first, Id second, const std::string& context = "{}") const {
    const Answer answer = books().call("account.move.line", "reconcile", fill("[[$1,$2]]", {std::to_string(first), std::to_string(second)}),
                                       fill(R"({"context":$1})", {context}));
    ASSERT_TRUE(answer.ok()) << answer.error() << ": " << answer.message();
  }
  /// Items of this test's partner that stand on accounts of gain and loss, and what they add up to.
  std::string differences(const std::string& what) const {
    const Answer groups = books().call(
        "account.move.line", "read_group",
        fill(R"([[["partner_id","=",$1],["journal_id.code","=","EXCH"],["account_id","!=",$2]],["balance:sum"],["partner_id"]])",
             {partner_, std::to_string(receivable())}),
        R"({"lazy":false})");
    return groups.result().items().empty() ? "none" : std::string(groups.result().at("0." + what).text());
  }
  std::string open(Id line) const { return books().read("account.move.line", line, "amount_residual"); }
  std::string open_abroad(Id line) const { return books().read("account.move.line", line, "amount_residual_currency"); }

  std::string euro_, cash_, partner_;
};

TEST_P(Currencies, ARateMayBeGivenAsItsInverseAtCreationAndLater) {
  Id rate = books().find("res.currency.rate", fill(R"([["currency_id","=",$1],["name","=","2019-03-04"]])", {euro_}));
  if (rate == 0)
    rate = books().create("res.currency.rate", fill(R"({"currency_id":$1,"name":"2019-03-04","inverse_company_rate":2})", {euro_}));
  for (const auto& [inverse, stored] : {std::pair{"1.25", "0.8"}, std::pair{"2.5", "0.4"}}) {
    books().call("res.currency.rate", "write", fill(R"([[$1],{"inverse_company_rate":$2}])", {std::to_string(rate), inverse}));
    EXPECT_EQ(Decimal::of(books().read("res.currency.rate", rate, "rate")), Decimal::of(stored));
  }
}

TEST_P(Currencies, AGainIsBookedWhenMoreComesInThanWasOwed) {
  const Id owed = item("110.00", "100.00", "2023-05-04"), paid = item("-112.34", "-100.00", "2023-06-05");
  reconcile(owed, paid);
  EXPECT_EQ(Decimal::of(differences("balance")), Decimal::of("-2.34"));
  EXPECT_TRUE(Decimal::of(open(owed)).is_zero());
  EXPECT_TRUE(Decimal::of(open(paid)).is_zero());
  EXPECT_EQ(books().read("account.move.line", owed, "reconciled"), "true");
  EXPECT_EQ(books().read("account.move.line", paid, "reconciled"), "true");
  const Id fix = books().find("account.move.line", fill(R"([["partner_id","=",$1],["journal_id.code","=","EXCH"]])", {partner_}));
  EXPECT_EQ(books().read("account.move.line", fix, "date"), "2023-06-30");
}

TEST_P(Currencies, ALossIsBookedForThePartThatIsPaid) {
  const Id owed = item("110.00", "100.00", "2023-05-04"), paid = item("-42.00", "-40.00", "2023-06-05");
  reconcile(owed, paid);
  EXPECT_EQ(Decimal::of(differences("balance")), Decimal::of("2.00"));
  EXPECT_EQ(Decimal::of(open(owed)), Decimal::of("66.00"));
  EXPECT_EQ(Decimal::of(open_abroad(owed)), Decimal::of("60.00"));
  EXPECT_TRUE(Decimal::of(open(paid)).is_zero());
}

TEST_P(Currencies, WhatIsAMatterOfRoundingIsNoDifference) {
  const Id owed = item("377554.00", "20000.00", "2023-05-04"), first = item("-5314.62", "-281.53", "2023-05-05");
  reconcile(owed, first);
  EXPECT_EQ(differences("balance"), "none");
  EXPECT_TRUE(Decimal::of(open(first)).is_zero());
  EXPECT_EQ(Decimal::of(open(owed)), Decimal::of("372239.38"));
}

TEST_P(Currencies, NoDifferenceIsBookedWhereTheCallerWantsNone) {
  const Id owed = item("110.00", "100.00", "2023-05-04"), paid = item("-112.34", "-100.00", "2023-06-05");
  reconcile(owed, paid, R"({"no_exchange_difference":true})");
  EXPECT_EQ(differences("balance"), "none");
  EXPECT_TRUE(Decimal::of(open_abroad(paid)).is_zero());
  EXPECT_EQ(Decimal::of(open(paid)), Decimal::of("-2.34"));
}

INSTANTIATE_TEST_SUITE_P(Odoo, Currencies, ::testing::Values("simulator", "real"), [](const auto& one) { return one.param; });

}  // namespace
}  // namespace q2o::sandbox::odoo::contract
