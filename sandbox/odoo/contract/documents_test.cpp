#include <gmock/gmock.h>

#include "sandbox/odoo/contract/target.h"

namespace q2o::sandbox::odoo::contract {

using ::testing::HasSubstr;

class Documents : public OdooContract {
 protected:
  void SetUp() override {
    OdooContract::SetUp();
    if (!IsSkipped()) allow_names("2100-01-01");
  }
  void allow_names(const std::string& since) const {
    books().call("ir.config_parameter", "set_param", fill(R"(["sequence.mixin.constraint_start_date","$1"])", {since}));
  }
  void lock(const std::string& date) const {
    books().call("res.company", "write", fill(R"([[1],{"fiscalyear_lock_date":$1}])", {date.empty() ? "false" : "\"" + date + "\""}));
  }
  Answer try_post(Id id) const { return books().call("account.move", "action_post", fill("[[$1]]", {std::to_string(id)})); }

  /// An invoice of 63.63 with a tax of 5.31 that no rate gives.
  Id taxed_invoice() const {
    const std::string tax_account = std::to_string(account("liability_current"));
    const std::string repartition =
        fill(R"([[0,0,{"repartition_type":"base"}],[0,0,{"repartition_type":"tax","account_id":$1}]])", {tax_account});
    const Id tax = books().create("account.tax", fill(R"({"name":"$1","amount":8.25,"amount_type":"percent","type_tax_use":"sale",
        "invoice_repartition_line_ids":$2,"refund_repartition_line_ids":$2})",
                                                      {fresh("Tax"), repartition}));
    const Id part =
        books().find("account.tax.repartition.line",
                     fill(R"([["tax_id","=",$1],["document_type","=","invoice"],["repartition_type","=","tax"]])", {std::to_string(tax)}));
    return books().create(
        "account.move",
        fill(R"({"move_type":"out_invoice","journal_id":$1,"partner_id":$2,"name":"$3","invoice_date":"2023-05-04",
        "date":"2023-05-04","invoice_payment_term_id":false,"invoice_date_due":"2023-06-20","line_ids":[
        [0,0,{"display_type":"product","name":"Design","account_id":$4,"quantity":1,"price_unit":63.63,"tax_ids":[[6,0,[$5]]],"balance":-63.63,"amount_currency":-63.63}],
        [0,0,{"display_type":"tax","name":"CA tax","account_id":$6,"tax_repartition_line_id":$7,"tax_base_amount":63.63,"tax_ids":[[6,0,[]]],"balance":-5.31,"amount_currency":-5.31}],
        [0,0,{"display_type":"payment_term","account_id":$8,"balance":68.94,"amount_currency":68.94,"date_maturity":"2023-06-20"}]]})",
             {std::to_string(sale_journal()), std::to_string(partner()), fresh("TI"), std::to_string(books().xmlid("account.1_income")),
              std::to_string(tax), tax_account, std::to_string(part), std::to_string(receivable())}),
        kSkip);
  }
};

TEST_P(Documents, KeepEveryAmountThatWasGivenWithAllItems) {
  const Id id = taxed_invoice();
  post("account.move", id);
  for (const auto& [field, value] :
       {std::pair{"amount_untaxed", "63.63"}, std::pair{"amount_tax", "5.31"}, std::pair{"amount_total", "68.94"},
        std::pair{"amount_residual", "68.94"}, std::pair{"amount_total_signed", "68.94"}, std::pair{"state", "posted"},
        std::pair{"payment_state", "not_paid"}, std::pair{"invoice_date_due", "2023-06-20"}, std::pair{"date", "2023-05-04"}})
    EXPECT_EQ(books().read("account.move", id, field), value) << field;
}

TEST_P(Documents, AreRecomputedByAResetWithoutTheContext) {
  const Id id = taxed_invoice();
  post("account.move", id);
  const std::string ids = fill("[[$1]]", {std::to_string(id)});
  books().call("account.move", "button_draft", ids, fill(R"({"context":$1})", {kSkip}));
  EXPECT_EQ(books().read("account.move", id, "amount_tax"), "5.31");
  post("account.move", id);
  books().call("account.move", "button_draft", ids);
  EXPECT_EQ(books().read("account.move", id, "amount_tax"), "5.25");
  EXPECT_EQ(books().read("account.move", id, "amount_total"), "68.88");
}

TEST_P(Documents, ThatDoNotBalanceAreRefused) {
  const std::string cash = std::to_string(account("asset_current"));
  const Answer answer = books().call("account.move", "create",
                                     fill(R"([[{"move_type":"entry","date":"2023-01-01","line_ids":[
      [0,0,{"account_id":$1,"debit":100}],[0,0,{"account_id":$1,"credit":99.99}]]}]])",
                                          {cash}));
  EXPECT_EQ(answer.error(), "odoo.exceptions.UserError");
  EXPECT_THAT(answer.message(), HasSubstr("The entry is not balanced."));
}

TEST_P(Documents, EntriesRoundAndNetTheirItems) {
  const std::string first = std::to_string(account("asset_current")), second = std::to_string(account("income"));
  const Id id = books().create("account.move", fill(R"({"move_type":"entry","date":"2023-01-01","line_ids":[
      [0,0,{"account_id":$1,"debit":100.005}],[0,0,{"account_id":$2,"credit":100.01}],[0,0,{"account_id":$1,"debit":100,"credit":20}],[0,0,{"account_id":$2,"balance":-80}]]})",
                                                    {first, second}));
  EXPECT_EQ(books().read("account.move", id, "amount_total"), "180.01");
  const Answer groups = books().call(
      "account.move.line", "read_group",
      fill(R"([[["move_id","=",$1]],["debit:sum","credit:sum","balance:sum"],["account_id"]])", {std::to_string(id)}), R"({"lazy":false})");
  ASSERT_EQ(groups.result().items().size(), 2u);
  EXPECT_EQ(groups.result().at("0.__count").text(), "2");
}

TEST_P(Documents, NumbersAreUniqueAmongPostedOnes) {
  const std::string name = fresh("N");
  const Id customer = partner(), first = invoice(customer, name, "10.00"), second = invoice(customer, name, "20.00");
  post("account.move", first);
  const Answer answer = try_post(second);
  EXPECT_EQ(answer.error(), "odoo.exceptions.ValidationError");
  EXPECT_THAT(answer.message(), HasSubstr("Another entry with the same name already exists."));
  EXPECT_EQ(books().read("account.move", second, "state"), "draft");
}

TEST_P(Documents, NumbersThatLookLikeAnotherYearAreRefusedUnlessSwitchedOff) {
  allow_names("1970-01-01");
  const Id customer = partner();
  for (const char* name :
       {"2019-001", "INV-2019-001", "19-001", "INV19-0007", "201901-5", "12-345", "06-1", "99-12", "QB10-31", "INV/2020/07/0001"}) {
    const Answer answer = try_post(invoice(customer, name, "10.00", "2020-06-15"));
    EXPECT_EQ(answer.error(), "odoo.exceptions.ValidationError") << name;
    EXPECT_THAT(answer.message(), HasSubstr("06/15/2020")) << name;
  }
  for (const char* name : {"1045", "#1001", "1045/2019", "R2019", "20190001", "CM 44", "1001-A", "A1-2"}) {
    const Id id = invoice(customer, fresh("") + "Z" + name, "10.00", "2020-06-15");
    EXPECT_EQ(try_post(id).message(), "") << name;
  }
  allow_names("2100-01-01");
}

TEST_P(Documents, WithoutANumberContinueTheLastPattern) {
  const Id journal = books().create("account.journal", fill(R"({"name":"$1","code":"$2","type":"general"})", {fresh("J"), fresh_code()}));
  const std::string account_id = std::to_string(account("income"));
  const auto entry = [&](const std::string& name) {
    const Id id = books().create(
        "account.move",
        fill(
            R"({"move_type":"entry","journal_id":$1,"date":"2022-03-31"$2,"line_ids":[[0,0,{"account_id":$3,"debit":1}],[0,0,{"account_id":$3,"credit":1}]]})",
            {std::to_string(journal), name.empty() ? "" : ",\"name\":\"" + name + "\"", account_id}));
    post("account.move", id);
    return books().read("account.move", id, "name");
  };
  EXPECT_EQ(entry("JE-0012a"), "JE-0012a");
  EXPECT_EQ(entry(""), "JE-0013a");
  EXPECT_EQ(entry("1045"), "1045");
  EXPECT_EQ(entry(""), "1046");
}

TEST_P(Documents, InALockedPeriodMoveToTheFirstOpenDay) {
  const Id id = invoice(partner(), fresh("LK"), "10.00", "2022-05-04");
  lock("2022-12-31");
  post("account.move", id);
  const std::string date = books().read("account.move", id, "date");
  const Answer draft = books().call("account.move", "button_draft", fill("[[$1]]", {std::to_string(id)}));
  lock("");
  EXPECT_GT(date, "2022-12-31");
  EXPECT_EQ(books().read("account.move", id, "invoice_date"), "2022-05-04");
  EXPECT_TRUE(draft.ok()) << "the date is outside of the locked period now";
}

TEST_P(Documents, OfALockedPeriodCannotBeResetButKeepTheirReference) {
  const Id id = invoice(partner(), fresh("LR"), "10.00", "2021-05-04");
  post("account.move", id);
  lock("2021-12-31");
  const Answer draft = books().call("account.move", "button_draft", fill("[[$1]]", {std::to_string(id)}));
  const Answer reference = books().call("account.move", "write", fill(R"([[$1],{"ref":"still"}])", {std::to_string(id)}));
  lock("");
  EXPECT_EQ(draft.error(), "odoo.exceptions.UserError");
  EXPECT_THAT(draft.message(), HasSubstr("You cannot add/modify entries prior to and inclusive of: Global Lock Date (12/31/2021)"));
  EXPECT_TRUE(reference.ok()) << reference.message();
}

TEST_P(Documents, WithANegativeTotalOrADeprecatedAccountAreNotPosted) {
  const Answer negative = try_post(invoice(partner(), fresh("NEG"), "-10.00"));
  EXPECT_EQ(negative.error(), "odoo.exceptions.UserError");
  EXPECT_THAT(negative.message(), HasSubstr("You cannot validate an invoice with a negative total amount"));
  const std::string old = std::to_string(account("income"));
  books().call("account.account", "write", fill(R"([[$1],{"deprecated":true}])", {old}));
  const Answer refused = books().call(
      "account.move", "create",
      fill(
          R"([[{"move_type":"entry","date":"2023-01-01","line_ids":[[0,0,{"account_id":$1,"debit":1}],[0,0,{"account_id":$1,"credit":1}]]}]])",
          {old}));
  EXPECT_EQ(refused.error(), "odoo.exceptions.UserError");
  EXPECT_THAT(refused.message(), HasSubstr("is deprecated."));
}

TEST_P(Documents, OfVendorsNeedPartnerAndDate) {
  const std::string expense = std::to_string(books().xmlid("account.1_expense")),
                    payable = std::to_string(books().xmlid("account.1_payable"));
  const Id id = books().create("account.move",
                               fill(R"({"move_type":"in_invoice","date":"2023-05-04","line_ids":[
      [0,0,{"display_type":"product","account_id":$1,"balance":5,"amount_currency":5,"tax_ids":[[6,0,[]]]}],
      [0,0,{"display_type":"payment_term","account_id":$2,"balance":-5,"amount_currency":-5,"date_maturity":"2023-05-04"}]]})",
                                    {expense, payable}),
                               kSkip);
  const Answer answer = try_post(id);
  EXPECT_EQ(answer.error(), "odoo.exceptions.UserError");
  EXPECT_THAT(answer.message(), HasSubstr("The field 'Vendor' is required"));
  EXPECT_THAT(answer.message(), HasSubstr("The Bill/Refund date is required"));
}

TEST_P(Documents, PostedOnesRefuseOtherDatesButTakeAReference) {
  const Id id = invoice(partner(), fresh("P"), "10.00");
  post("account.move", id);
  EXPECT_EQ(books().call("account.move", "write", fill(R"([[$1],{"invoice_date":"2023-05-05"}])", {std::to_string(id)})).error(),
            "odoo.exceptions.UserError");
  EXPECT_TRUE(books().call("account.move", "write", fill(R"([[$1],{"ref":"PO 77"}])", {std::to_string(id)})).ok());
  const Answer again = try_post(id);
  EXPECT_THAT(again.message(), HasSubstr("must be in draft"));
}

TEST_P(Documents, APaymentStandsOnTheAccountGivenWithIt) {
  const Id other = account("asset_receivable", true);
  const Id payment = books().create(
      "account.payment", fill(R"({"payment_type":"inbound","partner_type":"customer","partner_id":$1,"amount":12,"date":"2023-05-04",
      "journal_id":$2,"destination_account_id":$3})",
                              {std::to_string(partner()), std::to_string(books().xmlid("account.1_bank")), std::to_string(other)}));
  post("account.payment", payment);
  const Id move = static_cast<Id>(std::stoll(books().read("account.payment", payment, "move_id")));
  EXPECT_NE(line_on(move, other), 0);
  EXPECT_EQ(line_on(move, receivable()), 0);
}

INSTANTIATE_TEST_SUITE_P(Odoo, Documents, ::testing::Values("simulator", "real"), [](const auto& one) { return one.param; });

}  // namespace q2o::sandbox::odoo::contract
