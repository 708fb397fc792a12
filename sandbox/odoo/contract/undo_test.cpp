#include "sandbox/odoo/contract/action.h"

// The loader's undoing action: the simulator plays it natively, a real Odoo runs the Python.
namespace q2o::sandbox::odoo::contract {

using ::testing::HasSubstr;

class UndoAction : public Action {
 protected:
  void SetUp() override {
    Action::SetUp();
    if (!IsSkipped()) undo_ = install("/undo");
  }
  void TearDown() override {
    if (undo_ != 0) books().call("ir.actions.server", "unlink", fill("[[$1]]", {std::to_string(undo_)}));
    Action::TearDown();
  }
  /// `names` in the order of taking back, without the prefix.
  Answer undo(const std::string& step, const std::vector<std::string>& names, bool isolate = false, const std::string& prefix = "q_",
              const std::string& restores = "[]") const {
    json::Writer list;
    list.begin_array();
    for (const auto& name : names) list.string("q_" + name);
    return books().call(
        "ir.actions.server", "run", fill("[[$1]]", {std::to_string(undo_)}),
        fill(R"({"context":{"step":"$1","module":"$2","prefix":"$3","names":$4,"isolate":$5,"restores":$6,"lang":"en_US"}})",
             {step, module_, prefix, list.end_array().take(), isolate ? "true" : "false", restores}));
  }
  static std::string words(const Answer& answer, int at) {
    return std::string(answer.result()["results"].at(std::to_string(at) + ".message").text());
  }
  static std::string needs(const Answer& answer, int at) {
    std::string text;
    for (const auto& name : answer.result()["results"].at(std::to_string(at) + ".needs").items())
      text += (text.empty() ? "" : " ") + std::string(name.text());
    return text;
  }
  bool exists(const std::string& model, Id id) const {
    return books().find(model, fill(R"([["id","=",$1],["id","!=",0]])", {std::to_string(id)})) == id;
  }

  static constexpr const char* kReceivable = R"({"xmlid":"account.{company}_receivable"})";
  std::string partner_record(const std::string& name) const {
    return record("q_" + name, "res.partner", fill(R"({"values":{"name":"$1","is_company":true}})", {fresh("Undo")}));
  }
  std::string income_record(const std::string& name) const {
    return record("q_" + name, "account.account",
                  fill(R"({"values":{"code":"$1","name":"Income","account_type":"income"}})", {fresh("U")}));
  }
  std::string invoice_record(const std::string& name, const std::string& customer, const std::string& income) const {
    return record(
        "q_" + name, "account.move",
        fill(
            R"({"values":{"move_type":"out_invoice","partner_id":{"ref":"q_$1"},"invoice_date":"2023-05-04","date":"2023-05-04","name":"$4",
          "invoice_payment_term_id":null,"invoice_date_due":"2023-05-04","line_ids":{"lines":[
          {"display_type":"product","account_id":{"ref":"q_$2"},"balance":-100,"amount_currency":-100,"tax_ids":{"refs":[]},"quantity":1,"price_unit":100},
          {"display_type":"payment_term","account_id":$3,"balance":100,"amount_currency":100,"date_maturity":"2023-05-04"}]}},"context":{"skip_invoice_sync":true}})",
            {customer, income, kReceivable, fresh("UN")}),
        true);
  }
  std::string payment_record(const std::string& name, const std::string& customer) const {
    return record(
        "q_" + name, "account.payment",
        fill(R"({"values":{"payment_type":"inbound","partner_type":"customer","partner_id":{"ref":"q_$1"},"amount":100,"date":"2023-05-04",
          "journal_id":{"xmlid":"account.{company}_bank"}}})",
             {customer}),
        true);
  }
  std::string match_record(const std::string& name, const std::string& debit, const std::string& credit) const {
    return record(
        "q_" + name, "account.partial.reconcile",
        fill(R"({"debit":"q_$1","credit":"q_$2","account":$3,"amount":100,"amount_currency":null})", {debit, credit, kReceivable}), false,
        "match");
  }
  /// A customer, an income account, an invoice that is paid; ids of the four and of the match.
  std::vector<Id> paid_invoice() const {
    const Answer made =
        run(partner_record("customer") + "," + income_record("income") + "," + invoice_record("invoice", "customer", "income") + "," +
            payment_record("payment", "customer") + "," + match_record("match", "invoice", "payment"));
    EXPECT_EQ(outcomes(made), "created,created,created,created,created");
    if (!made.ok()) return std::vector<Id>(5, 0);
    return {made_at(made, 0), made_at(made, 1), made_at(made, 2), made_at(made, 3), made_at(made, 4)};
  }
  static Id made_at(const Answer& answer, int at) { return made(answer, at); }
  const std::vector<std::string> kAll{"match", "payment", "invoice", "income", "customer"};

  Id undo_ = 0;
};

TEST_P(UndoAction, TakesBackWhatTheLoadingActionMade) {
  const auto ids = paid_invoice();
  EXPECT_EQ(outcomes(undo("look", kAll)), "remove,remove,remove,remove,remove");
  EXPECT_TRUE(exists("account.move", ids[2])) << "looking changes nothing";
  EXPECT_EQ(outcomes(undo("undo", kAll)), "removed,removed,removed,removed,removed");
  EXPECT_FALSE(exists("account.move", ids[2]));
  EXPECT_FALSE(exists("account.payment", ids[3]));
  EXPECT_FALSE(exists("res.partner", ids[0]));
  EXPECT_FALSE(exists("account.account", ids[1]));
  EXPECT_EQ(books().find("ir.model.data", fill(R"([["module","=","$1"]])", {module_})), 0) << "no external id is left";
  EXPECT_EQ(outcomes(undo("undo", kAll)), "gone,gone,gone,gone,gone");
}

TEST_P(UndoAction, KeepsWhatSomebodyHasPaidAndTellsWhatItNeeds) {
  ASSERT_EQ(
      outcomes(run(partner_record("customer") + "," + income_record("income") + "," + invoice_record("invoice", "customer", "income"))),
      "created,created,created");
  const Id invoice = books().find("ir.model.data", fill(R"([["module","=","$1"],["name","=","q_invoice"]])", {module_}));
  const Id move = std::stoll(books().read("ir.model.data", invoice, "res_id"));
  const std::string customer = books().read("account.move", move, "partner_id");
  const Id payment = books().create(
      "account.payment", fill(R"({"payment_type":"inbound","partner_type":"customer","partner_id":$1,"amount":40,"journal_id":$2})",
                              {customer, std::to_string(books().xmlid("account.1_bank"))}));
  post("account.payment", payment);
  const Id paid = line_on(std::stoll(books().read("account.payment", payment, "move_id")), receivable()), due = line_on(move, receivable());
  ASSERT_TRUE(books().call("account.move.line", "reconcile", fill("[[$1,$2]]", {std::to_string(due), std::to_string(paid)})).ok());
  const Answer look = undo("look", {"invoice", "income", "customer"});
  EXPECT_EQ(outcomes(look), "keep,remove,keep");
  EXPECT_THAT(words(look, 0), HasSubstr("reconciled with "));
  EXPECT_EQ(needs(look, 0), "q_customer q_income");
  EXPECT_THAT(words(look, 2), HasSubstr("used in "));
  EXPECT_EQ(outcomes(undo("undo", {"invoice"})), "keep") << "looked at once more before it goes";
  EXPECT_EQ(books().read("account.move", move, "amount_residual"), "60.00");
}

TEST_P(UndoAction, AKeptRecordNeedsItsMatchesToo) {
  paid_invoice();
  EXPECT_EQ(needs(undo("needs", {"invoice"}), 0), "q_customer q_income q_match");
  EXPECT_EQ(needs(undo("needs", {"match"}), 0), "q_invoice q_payment");
}

TEST_P(UndoAction, TellsOneByOneWhatOdooDoesNotLetGo) {
  ASSERT_EQ(
      outcomes(run(partner_record("customer") + "," + income_record("income") + "," + invoice_record("invoice", "customer", "income"))),
      "created,created,created");
  EXPECT_FALSE(undo("undo", {"income"}).ok()) << "an account with items";
  const Answer alone = undo("undo", {"income", "invoice"}, true);
  EXPECT_EQ(outcomes(alone), "refused,removed");
  EXPECT_THAT(words(alone, 0), HasSubstr("Odoo does not let it go: "));
}

TEST_P(UndoAction, LeavesWhatWasThereBeforeAndForgetsOurNameForIt) {
  const std::string word = fresh("Tag");
  const Id own = books().create("res.partner.category", fill(R"({"name":"$1"})", {word}));
  ASSERT_EQ(outcomes(run(record("q_tag", "res.partner.category",
                                fill(R"({"values":{"name":"$1","color":3},"adopt":[[["name","=","$1"]]]})", {word})))),
            "adopted");
  EXPECT_EQ(outcomes(undo("undo", {"tag"})), "theirs");
  EXPECT_TRUE(exists("res.partner.category", own));
  EXPECT_EQ(outcomes(undo("undo", {"tag"})), "gone");
}

TEST_P(UndoAction, PutsBackTheValuesThatTheLoadingActionTold) {
  const std::string word = fresh("Tag");
  const Id own = books().create("res.partner.category", fill(R"({"name":"$1","color":5})", {word}));
  const Answer adopted =
      run(record("q_tag", "res.partner.category", fill(R"({"values":{"name":"$1","color":3},"adopt":[[["name","=","$1"]]]})", {word})));
  const std::string changes(adopted.result()["changes"].raw());
  EXPECT_EQ(adopted.result().at("changes.0.before").text(), "5");
  const auto restore = [&] {
    return books().call("ir.actions.server", "run", fill("[[$1]]", {std::to_string(undo_)}),
                        fill(R"({"context":{"step":"restore","module":"$1","prefix":"q_","changes":$2}})", {module_, changes}));
  };
  books().call("res.partner.category", "write", fill(R"([[$1],{"color":9}])", {std::to_string(own)}));
  EXPECT_EQ(outcomes(restore()), "keep") << "somebody has changed it since";
  books().call("res.partner.category", "write", fill(R"([[$1],{"color":3}])", {std::to_string(own)}));
  EXPECT_EQ(outcomes(restore()), "restored");
  EXPECT_EQ(books().read("res.partner.category", own, "color"), "5");
}

TEST_P(UndoAction, PutsBackAnEmptyTextAsOneAndNoneAsNone) {
  const std::string word = fresh("Kind");
  for (const std::string before : {R"("")", "false"}) {
    const std::string name = word + std::to_string(before.size());
    const Id own = books().create("res.partner", fill(R"({"name":"$1","phone":$2})", {name, before}));
    const Answer adopted = run(
        record("q_" + name, "res.partner", fill(R"({"values":{"name":"$1","phone":"555 0100"},"adopt":[[["name","=","$1"]]]})", {name})));
    ASSERT_EQ(outcomes(adopted), "adopted");
    EXPECT_EQ(outcomes(books().call("ir.actions.server", "run", fill("[[$1]]", {std::to_string(undo_)}),
                                    fill(R"({"context":{"step":"restore","module":"$1","prefix":"q_","changes":$2}})",
                                         {module_, std::string(adopted.result()["changes"].raw())}))),
              "restored");
    const Answer now = books().call("res.partner", "read", fill(R"([[$1],["phone"]])", {std::to_string(own)}));
    EXPECT_EQ(now.result().at("0.phone").raw(), before);
  }
}

TEST_P(UndoAction, ReversesWhatStandsInALockedPeriod) {
  const auto ids = paid_invoice();
  books().call("res.company", "write", R"([[1],{"sale_lock_date":"2023-12-31"}])");
  const Answer look = undo("look", kAll), done = undo("undo", {"match", "invoice"});
  books().call("res.company", "write", R"([[1],{"sale_lock_date":false}])");
  EXPECT_EQ(outcomes(look), "remove,remove,reverse,remove,remove");
  EXPECT_EQ(words(look, 2), "its period is locked");
  ASSERT_EQ(outcomes(done), "removed,reversed");
  EXPECT_EQ(books().read("account.move", ids[2], "state"), "posted");
  EXPECT_EQ(books().read("account.move", ids[2], "amount_residual"), "0.00");
  const Id mirror = books().find("account.move", fill(R"([["reversed_entry_id","=",$1]])", {std::to_string(ids[2])}));
  EXPECT_EQ(books().read("account.move", mirror, "state"), "posted");
  EXPECT_EQ(outcomes(undo("undo", {"invoice"})), "gone") << "done once";
}

TEST_P(UndoAction, AClosingDateThatWillBePutBackLocksNothing) {
  paid_invoice();
  books().call("res.company", "write", R"([[1],{"fiscalyear_lock_date":"2023-12-31"}])");
  const auto look = [&](const char* before, const char* after) {
    return outcomes(undo("look", {"invoice"}, false, "q_", fill(R"([["res.company",1,"fiscalyear_lock_date",$1,$2]])", {before, after})));
  };
  const std::string ours = look("false", R"("2023-12-31")"), theirs = look("false", R"("2022-12-31")");
  const std::string now = books().read("res.company", 1, "fiscalyear_lock_date");
  books().call("res.company", "write", R"([[1],{"fiscalyear_lock_date":false}])");
  EXPECT_EQ(ours, "remove");
  EXPECT_EQ(theirs, "reverse") << "somebody has set another date since";
  EXPECT_EQ(now, "2023-12-31") << "looking changes nothing";
}

TEST_P(UndoAction, TouchesNothingThatIsNotOurs) {
  paid_invoice();
  for (const auto& refused :
       {undo("undo", {"invoice"}, false, "other_"), undo("undo", {"invoice"}, false, ""), undo("erase", {"invoice"})}) {
    EXPECT_EQ(refused.error(), "odoo.exceptions.UserError");
    EXPECT_THAT(refused.message(), HasSubstr("Q2O refuses"));
  }
}

TEST_P(UndoAction, TakesAlongWhatOdooMadeBesideARecord) {
  const std::string code = fresh_code();
  const Answer done = run(
      record("q_product", "product.product", fill(R"({"values":{"name":"$1","type":"service"}})", {fresh("Thing")})) + "," +
      record("q_employee", "hr.employee", fill(R"({"values":{"name":"$1"}})", {fresh("Emily")})) + "," +
      record("q_journal", "account.journal", fill(R"({"values":{"name":"J $1","type":"general","code":"$1"}})", {code})) + "," +
      partner_record("customer") + "," +
      record(
          "q_order", "sale.order",
          fill(
              R"({"values":{"name":"$1","partner_id":{"ref":"q_customer"},"order_line":{"lines":[{"name":"Design","product_uom_qty":2,"price_unit":75,
      "product_id":{"ref":"q_product"},"tax_id":{"refs":[]}}]}},"then":{"state":"sale","locked":true}})",
              {fresh("SO")})) +
      "," +
      record("q_paper", "ir.attachment",
             R"({"values":{"name":"a.txt","res_model":{"holder_model":["q_customer"]},"res_id":{"holder":["q_customer"]}}})"));
  ASSERT_EQ(outcomes(done), "created,created,created,created,created,created");
  const Id product_template = std::stoll(books().read("product.product", made(done, 0), "product_tmpl_id"));
  const Id contact = std::stoll(books().read("hr.employee", made(done, 1), "work_contact_id"));
  const std::vector<std::string> names{"paper", "order", "customer", "journal", "employee", "product"};
  EXPECT_EQ(outcomes(undo("look", names)), "remove,remove,remove,remove,remove,remove");
  EXPECT_EQ(outcomes(undo("undo", names)), "removed,removed,removed,removed,removed,removed");
  EXPECT_FALSE(exists("product.template", product_template));
  EXPECT_FALSE(exists("res.partner", contact));
}

TEST_P(UndoAction, ARecordThatOthersHoldIsNotDeletedByHandEither) {
  const Id customer = partner();
  const Id order = books().create("sale.order", fill(R"({"partner_id":$1,"state":"sale"})", {std::to_string(customer)}));
  EXPECT_THAT(books().call("sale.order", "unlink", fill("[[$1]]", {std::to_string(order)})).message(), HasSubstr("confirmed sales order"));
  EXPECT_FALSE(books().call("res.partner", "unlink", fill("[[$1]]", {std::to_string(customer)})).ok());
  const Id group = books().create("account.tax.group", fill(R"({"name":"$1"})", {fresh("Group")}));
  books().create("account.tax", fill(R"({"name":"$1","amount":5,"tax_group_id":$2})", {fresh("Tax"), std::to_string(group)}));
  EXPECT_FALSE(books().call("account.tax.group", "unlink", fill("[[$1]]", {std::to_string(group)})).ok());
}

INSTANTIATE_TEST_SUITE_P(Odoo, UndoAction, ::testing::Values("simulator", "real"), [](const auto& one) { return one.param; });

}  // namespace q2o::sandbox::odoo::contract
