#include "sandbox/odoo/contract/action.h"

// The loader's action language: the simulator plays it natively, a real Odoo runs the Python.
namespace q2o::sandbox::odoo::contract {

using ::testing::HasSubstr;

TEST_P(Action, CreatesOnceAndSaysSo) {
  const std::string parent =
      record("p1", "res.partner", R"({"values":{"name":"Parent","is_company":true,"country_id":{"xmlid":"base.us"}}})");
  const std::string child = record("p2", "res.partner", R"({"values":{"name":"Child","parent_id":{"ref":"p1"},"type":"other"}})");
  const Answer first = run(parent + "," + child);
  EXPECT_EQ(outcomes(first), "created,created");
  EXPECT_EQ(books().read("res.partner", made(first, 1), "parent_id"), std::to_string(made(first, 0)));
  const Answer second = run(parent + "," + child);
  EXPECT_EQ(outcomes(second), "unchanged,unchanged");
  EXPECT_EQ(made(second, 1), made(first, 1));
}

TEST_P(Action, LetsARecordWaitForWhatIsNotThere) {
  const Answer answer = run(record("w1", "res.partner", R"({"values":{"name":"A","parent_id":{"ref":"nobody"}}})") + "," +
                            record("w2", "res.partner", R"({"values":{"name":"B"}})"));
  EXPECT_EQ(outcomes(answer), "waits,created");
  EXPECT_EQ(answer.result().at("results.0.message").text(), "nobody");
}

TEST_P(Action, RefusesWhatItDoesNotKnow) {
  for (const auto& bad :
       {record("x", "res.users", R"({"values":{"name":"A"}})"), record("x", "res.partner", R"({"values":{"name":{"nope":1}}})"),
        record("x", "res.partner", R"({"values":{"name":"A"},"extra":1})"),
        record("x", "res.partner", R"({"values":{"name":"A"}})", false, "delete"),
        record("x", "res.partner", R"({"values":{"name":"A"},"context":{"check_move_validity":false}})")}) {
    const Answer answer = run(bad);
    EXPECT_EQ(answer.error(), "odoo.exceptions.UserError") << bad;
    EXPECT_THAT(answer.message(), HasSubstr("Q2O refuses")) << bad;
  }
}

TEST_P(Action, IsAllOrNothingAndIsolatesOnDemand) {
  const std::string cash = std::to_string(account("asset_current"));
  const std::string batch = entry("e1", cash, "10", "10") + "," + entry("e2", cash, "10", "9") + "," + entry("e3", cash, "5", "5");
  const Answer fast = run(batch);
  EXPECT_EQ(fast.error(), "odoo.exceptions.UserError");
  EXPECT_THAT(fast.message(), HasSubstr("not balanced"));
  const Answer slow = run(batch, true);
  EXPECT_EQ(outcomes(slow), "created,rejected,created");
  EXPECT_EQ(slow.result().at("results.1.error_name").text(), "UserError");
  EXPECT_EQ(books().read("account.move", made(slow, 0), "state"), "posted");
}

TEST_P(Action, NamesTheClassOfEachRejectedRecord) {
  const Answer answer = run(record("r1", "res.partner", R"({"values":{"name":"A","nope":1}})") + "," +
                                record("r2", "account.account", R"({"values":{"code":"a b","name":"X","account_type":"income"}})") + "," +
                                record("r3", "res.partner", R"({"values":{"name":"A","type":"zzz"}})") + "," +
                                record("r4", "res.partner.category", R"({"values":{"active":true}})"),
                            true);
  EXPECT_EQ(outcomes(answer), "rejected,rejected,rejected,rejected");
  const auto name = [&](int at) { return std::string(answer.result()["results"].at(std::to_string(at) + ".error_name").text()); };
  EXPECT_EQ(name(0), "ValueError");
  EXPECT_EQ(name(1), "ValidationError");
  EXPECT_EQ(name(2), "ValueError");
  EXPECT_EQ(name(3), "NotNullViolation");
}

TEST_P(Action, WrapsPythonsOwnErrorsAsOdooDoes) {
  const Answer answer = run(record("v1", "res.partner", R"({"values":{"name":"A","type":"zzz"}})"));
  EXPECT_EQ(answer.error(), "builtins.ValueError");
  EXPECT_THAT(answer.message(), HasSubstr("ValueError("));
  EXPECT_THAT(answer.message(), HasSubstr("while evaluating"));
  EXPECT_THAT(answer.message(), HasSubstr("ir_model_data_module_name_uniq_index")) << "the whole text of the action";
}

TEST_P(Action, AdoptsWhatTheTargetHasAndWritesOnlyDifferences) {
  const Id own = books().create("res.partner.category", fill(R"({"name":"$1"})", {module_}));
  const std::string body = fill(R"({"values":{"name":"$1"},"adopt":[{"xmlid":"base.nothing"},[["name","=","$1"]]]})", {module_});
  const Answer first = run(record("c1", "res.partner.category", body));
  EXPECT_EQ(outcomes(first), "adopted");
  EXPECT_EQ(made(first, 0), own);
  EXPECT_EQ(outcomes(run(record("c1", "res.partner.category", body))), "unchanged");
}

TEST_P(Action, KnowsWhatTheCompanyGivesANewRecord) {
  const Answer answer = run(record(
      "d1", "product.category",
      fill(
          R"({"values":{"name":"$1","property_account_income_categ_id":{"default":["product.category","property_account_income_categ_id"]}}})",
          {module_})));
  ASSERT_EQ(outcomes(answer), "created");
  EXPECT_EQ(books().read("product.category", made(answer, 0), "property_account_income_categ_id"),
            std::to_string(books().xmlid("account.1_income")));
}

TEST_P(Action, ChangesOnlyWhatDiffersInModeUpdate) {
  const auto partner_record = [](const std::string& city) {
    return record(
        "u1", "res.partner",
        fill(
            R"({"values":{"name":"Amy","is_company":true,"city":"$1","customer_rank":1,"website":"x.example","comment":"Fax: 1<br/>two","category_id":{"refs":[]}}})",
            {city}));
  };
  const Answer first = run(partner_record("Bayshore"));
  EXPECT_EQ(outcomes(first), "created");
  EXPECT_EQ(outcomes(run(partner_record("Bayshore"), false, "update")), "unchanged");
  EXPECT_EQ(outcomes(run(partner_record("Ukiah"), false, "update")), "changed");
  EXPECT_EQ(books().read("res.partner", made(first, 0), "city"), "Ukiah");
}

TEST_P(Action, ReplacesTheItemsOfAPostedEntryInModeUpdate) {
  const std::string cash = std::to_string(account("asset_current"));
  const Answer first = run(entry("m1", cash, "10", "10"));
  EXPECT_EQ(outcomes(first), "created");
  EXPECT_EQ(outcomes(run(entry("m1", cash, "10", "10"), false, "update")), "unchanged");
  EXPECT_EQ(outcomes(run(entry("m1", cash, "12", "12"), false, "update")), "changed");
  EXPECT_EQ(books().read("account.move", made(first, 0), "amount_total"), "12.00");
  EXPECT_EQ(books().read("account.move", made(first, 0), "state"), "posted");
}

/// Bytes come beside the values; where the notes and files of a record are is for the action to find.
TEST_P(Action, ReplacesAnEntryByTheRecordOfItsTransaction) {
  const std::string cash = std::to_string(account("asset_current", true));
  const Answer before = run(entry("r_entry", cash, "10", "10") + "," + entry("r_matched", cash, "10", "10"));
  ASSERT_EQ(outcomes(before), "created,created");
  const auto side = [&](const char* sign) {
    const auto of_sign = fill(R"([["move_id","=",$1],["balance","$2",0]])", {std::to_string(made(before, 1)), sign});
    return std::to_string(books().find("account.move.line", of_sign));
  };
  ASSERT_TRUE(books().call("account.move.line", "reconcile", fill("[[$1,$2]]", {side(">"), side("<")})).ok());
  const auto replacing = [&](const std::string& name, const std::string& replaced) {
    std::string text = entry(name, cash, "10", "10");
    return text.insert(text.size() - 1, fill(R"(,"replaces":["$1"])", {replaced}));
  };
  EXPECT_EQ(outcomes(run(replacing("r_new", "r_entry"))), "created");
  EXPECT_EQ(books().find("account.move", fill(R"([["id","=",$1]])", {std::to_string(made(before, 0))})), 0);
  EXPECT_EQ(books().find("ir.model.data", fill(R"([["module","=","$1"],["name","=","r_entry"]])", {module_})), 0);
  EXPECT_EQ(outcomes(run(replacing("r_new", "r_entry"), false, "update")), "unchanged") << "nothing is left to be replaced";

  const Answer refused = run(replacing("r_other", "r_matched"), true);
  EXPECT_EQ(outcomes(refused), "rejected");
  EXPECT_THAT(std::string(refused.result().at("results.0.message").text()), HasSubstr("somebody has matched that in Odoo"));
  EXPECT_EQ(books().read("account.move", made(before, 1), "state"), "posted");
}

TEST_P(Action, KeepsTheBytesOfAFileAsTheyAre) {
  // 2,400 points wide: Odoo would shrink it to 1,920.
  constexpr const char* kWide =
      "iVBORw0KGgoAAAANSUhEUgAACWAAAAABCAAAAAB/FsqeAAAAGUlEQVR42u3BMQEAAADCoPVPbQlPoAAAuBoJYQABjeDCPgAAAABJRU5ErkJggg==";
  const auto file = [](const std::string& datas) {
    std::string out = record("paper", "ir.attachment",
                             R"({"values":{"name":"wide.png","mimetype":"image/png","res_model":{"holder_model":["bill","bill_line"]},)"
                             R"("res_id":{"holder":["bill","bill_line"]}},"context":{"image_no_postprocess":true}})");
    return out.substr(0, out.size() - 1) + R"(,"datas":")" + datas + "\"}";
  };
  EXPECT_EQ(outcomes(run(file(kWide))), "waits");
  const Answer first = run(entry("bill_line", std::to_string(account("asset_current")), "10", "10") + "," + file(kWide));
  EXPECT_EQ(outcomes(first), "created,created");
  EXPECT_EQ(books().read("ir.attachment", made(first, 1), "checksum"), "6f2f4e30176276c38f619d1015c66e80f75af16a");
  EXPECT_EQ(books().read("ir.attachment", made(first, 1), "res_model"), "account.move");
  EXPECT_EQ(books().read("ir.attachment", made(first, 1), "res_id"), std::to_string(made(first, 0)));
  EXPECT_EQ(outcomes(run(file(kWide), false, "update")), "unchanged");
  EXPECT_EQ(outcomes(run(file("aGVsbG8="), false, "update")), "changed");
  EXPECT_EQ(books().read("ir.attachment", made(first, 1), "file_size"), "5");
  EXPECT_THAT(
      run(R"({"external_id":"x","model":"res.partner","operation":"create","values":{"values":{"name":"A"}},"post":false,"datas":"aGk="})")
          .message(),
      HasSubstr("bytes of a file"));
}

TEST_P(Action, KeepsWhatItToldUntilSomebodySaysThatHeHasIt) {
  const auto ask = [&](const std::string& records, const std::string& more) {
    return books().call(
        "ir.actions.server", "run", fill("[[$1]]", {std::to_string(action_)}),
        fill(R"({"context":{"records":[$1],"mode":"create","module":"$2","lang":"en_US","keep":"$2"$3}})", {records, module_, more}));
  };
  const std::string word = fresh("Tag");
  books().create("res.partner.category", fill(R"({"name":"$1 \"a\\b\"\n"})", {word}));
  const std::string adopting =
      record("k1", "res.partner.category", fill(R"({"values":{"name":"$1","color":3},"adopt":[[["name","=like","$1%"]]]})", {word}));
  ASSERT_FALSE(ask(adopting + "," + record("k2", "res.partner", R"({"values":{"nope":1}})"), "").ok());
  EXPECT_EQ(outcomes(ask(adopting, "")), "adopted") << "and the answer is lost";
  EXPECT_EQ(outcomes(ask(adopting, "")), "unchanged");
  const Answer told = ask("", R"(,"told":true)");
  ASSERT_EQ(told.result()["told"].items().size(), 1U) << "nothing of the call that failed";
  const auto text = json::Document::parse(std::string(told.result().at("told.0.text").text()));
  ASSERT_TRUE(text);
  EXPECT_EQ(text->root().at("changes.0.field").text(), "name");
  EXPECT_EQ(text->root().at("changes.0.before").text(), word + " \"a\\b\"\n");
  EXPECT_EQ(text->root().at("changes.0.after").text(), word);
  EXPECT_TRUE(text->root()["settings"].items().empty());
  const std::string id(told.result().at("told.0.id").raw());
  EXPECT_TRUE(ask("", R"(,"told":true,"forget":[)" + id + "]").result()["told"].items().empty());
  EXPECT_EQ(books().find("ir.logging", fill(R"([["func","=","$1"]])", {module_})), 0);
}

TEST_P(Action, MovesAChartAccountAsideWhenItsCodeIsNeeded) {
  const std::string code = fresh("M");
  const Id chart = books().create("account.account", fill(R"({"code":"$1","name":"Chart","account_type":"income"})", {code}));
  const Answer answer =
      run(record("a1", "account.account", fill(R"({"values":{"code":"$1","name":"Ours","account_type":"income"}})", {code})));
  EXPECT_EQ(outcomes(answer), "created");
  EXPECT_EQ(books().read("account.account", chart, "code"), code + ".old");
  EXPECT_EQ(answer.result().at("settings.0.before").text(), code);
}

/// An invoice of 100, a payment of 100 against Outstanding Receipts and the bank's statement line, matched as mode `native` does.
TEST_P(Action, BooksAPaymentNatively) {
  const std::string customer = std::to_string(partner()), bank = std::to_string(account("asset_cash"));
  const Id income = books().xmlid("account.1_income");
  const std::string date = R"("date":"2023-05-04")";
  const std::string outstanding = R"({"xmlid":"account.{company}_account_journal_payment_debit_account_id"})";
  const std::string receivable_ref = R"({"xmlid":"account.{company}_receivable"})";
  const Answer set_up =
      run(record("bank_journal", "account.journal",
                 fill(R"({"values":{"name":"Bank $2","type":"bank","code":"$2","default_account_id":$1}})", {bank, fresh_code()})));
  ASSERT_EQ(outcomes(set_up), "created");
  const std::string method =
      R"({"find":["account.payment.method.line",[["journal_id","=",{"ref":"bank_journal"}],["payment_type","=","inbound"],["name","=","Manual Payment"]]]})";
  ASSERT_EQ(outcomes(run(record("method", "account.payment.method.line",
                                fill(R"({"record":$1,"values":{"payment_account_id":$2}})", {method, outstanding}), false, "write"))),
            "changed");
  const std::string line =
      R"({"account_id":$1,"balance":$2,"amount_currency":$2,"currency_id":{"company":"currency_id"},"partner_id":$3,"name":"x"})";
  const std::string batch =
      record(
          "inv", "account.move",
          fill(
              R"({"values":{"move_type":"out_invoice","partner_id":$1,"invoice_date":"2023-05-04",$2,"name":"$5","invoice_payment_term_id":null,"invoice_date_due":"2023-05-04","line_ids":{"lines":[
          {"display_type":"product","account_id":$3,"balance":-100,"amount_currency":-100,"tax_ids":{"refs":[]},"quantity":1,"price_unit":100},
          {"display_type":"payment_term","account_id":$4,"balance":100,"amount_currency":100,"date_maturity":"2023-05-04"}]}},"context":{"skip_invoice_sync":true}})",
              {customer, date, std::to_string(income), receivable_ref, fresh("NAT")}),
          true) +
      "," +
      record(
          "pay", "account.payment",
          fill(
              R"({"values":{"payment_type":"inbound","partner_type":"customer","partner_id":$1,"amount":100,$2,"journal_id":{"ref":"bank_journal"},"memo":"17","payment_method_line_id":$3}})",
              {customer, date, method}),
          true) +
      "," +
      record(
          "line", "account.bank.statement.line",
          fill(
              R"({"values":{"journal_id":{"ref":"bank_journal"},$1,"payment_ref":"17","amount":100,"partner_id":$2,"line_ids":{"lines":[$3,$4]}},"sudo":true})",
              {date, customer, fill(line, {bank, "100", customer}), fill(line, {outstanding, "-100", customer})}));
  const Answer booked = run(batch);
  ASSERT_EQ(outcomes(booked), "created,created,created");
  EXPECT_EQ(books().read("account.payment", made(booked, 1), "state"), "in_process");
  EXPECT_EQ(books().read("account.bank.statement.line", made(booked, 2), "is_reconciled"), "true");
  const auto match = [&](const char* name, const char* debit, const char* credit, const std::string& on, const char* amount) {
    return record(name, "account.partial.reconcile",
                  fill(R"({"debit":"$1","credit":"$2","account":$3,"amount":$4,"amount_currency":null})", {debit, credit, on, amount}),
                  false, "match");
  };
  EXPECT_EQ(outcomes(run(match("m1", "inv", "pay", receivable_ref, "40"))), "created");
  EXPECT_EQ(books().read("account.move", made(booked, 0), "payment_state"), "partial");
  EXPECT_EQ(books().read("account.move", made(booked, 0), "amount_residual"), "60.00");
  EXPECT_EQ(outcomes(run(match("m2", "inv", "pay", receivable_ref, "60"))), "created");
  EXPECT_EQ(books().read("account.move", made(booked, 0), "payment_state"), "paid");
  EXPECT_EQ(books().read("account.payment", made(booked, 1), "state"), "in_process");
  EXPECT_EQ(books().read("account.payment", made(booked, 1), "is_reconciled"), "true");
  EXPECT_EQ(outcomes(run(match("m3", "pay", "line", outstanding, "100"))), "created");
  EXPECT_EQ(books().read("account.payment", made(booked, 1), "state"), "paid");
  EXPECT_EQ(books().read("account.payment", made(booked, 1), "is_matched"), "true");
  EXPECT_EQ(outcomes(run(match("m3", "pay", "line", outstanding, "100"))), "unchanged");
  EXPECT_EQ(outcomes(run(match("m4", "inv", "pay", receivable_ref, "1"))), "skipped");
  const Id open_item = books().find("account.move.line",
                                    fill(R"([["move_id","=",$1],["full_reconcile_id","!=",false]])", {std::to_string(made(booked, 0))}));
  EXPECT_NE(open_item, 0) << "the closed group has no full reconcile";
  EXPECT_EQ(outcomes(run(record("arch", "res.partner", fill(R"({"record":$1,"values":{"active":false}})", {customer}), false, "write"))),
            "changed");
}

TEST_P(Action, KeepsWhatAPersonHasMatchedWhereTheNewAmountLeavesRoomAndElseTellsIt) {
  const std::string open = std::to_string(account("asset_current", true)), other = std::to_string(account("income"));
  const auto one = [&](const char* name, const std::string& amount) {
    return record(
        name, "account.move",
        fill(
            R"({"values":{"move_type":"entry","date":"2023-01-01","line_ids":{"lines":[{"account_id":$1,"balance":$3,"amount_currency":$3},{"account_id":$2,"balance":$4,"amount_currency":$4}]}},"context":{"skip_invoice_sync":true}})",
            {open, other, amount, minus(amount)}),
        true);
  };
  const Answer made_now = run(one("pd", "100") + "," + one("pc", "-20") + "," + one("theirs", "-40"));
  ASSERT_EQ(outcomes(made_now), "created,created,created");
  const std::string ours =
      record("pm", "account.partial.reconcile",
             fill(R"({"debit":"pd","credit":"pc","account":$1,"amount":20,"amount_currency":null})", {open}), false, "match");
  ASSERT_EQ(outcomes(run(ours)), "created");
  const auto item = [&](int at) { return line_on(made(made_now, at), std::stoll(open)); };
  ASSERT_TRUE(books().call("account.move.line", "reconcile", fill("[[$1,$2]]", {std::to_string(item(0)), std::to_string(item(2))})).ok());
  const auto residuals = [&] {
    return books().read("account.move.line", item(0), "amount_residual") + " " +
           books().read("account.move.line", item(2), "amount_residual");
  };
  EXPECT_EQ(residuals(), "40.00 0.00");

  const Answer larger = run(one("pd", "120"), false, "update");
  EXPECT_EQ(outcomes(larger), "changed");
  EXPECT_EQ(larger.result().at("results.0.unmatched.0").text(), "pm");
  EXPECT_TRUE(larger.result()["settings"].items().empty());
  EXPECT_EQ(residuals(), "80.00 0.00");
  EXPECT_EQ(outcomes(run(ours)), "created");

  const Answer smaller = run(one("pd", "59"), false, "update");
  EXPECT_EQ(outcomes(smaller), "changed") << "40 of theirs and 20 of ours are more than 59";
  EXPECT_EQ(residuals(), "59.00 -40.00");
  ASSERT_EQ(smaller.result()["settings"].items().size(), 1U);
  EXPECT_EQ(smaller.result().at("settings.0.before").text(), "40.00 matched by hand");
  EXPECT_THAT(std::string(smaller.result().at("settings.0.name").text()), HasSubstr(" with "));
  EXPECT_EQ(outcomes(run(ours)), "created");
}

TEST_P(Action, DoesNotMatchMoreThanIsOpen) {
  const std::string open = std::to_string(account("asset_current", true)), other = std::to_string(account("income"));
  const auto one = [&](const char* name, const char* amount) {
    return record(
        name, "account.move",
        fill(
            R"({"values":{"move_type":"entry","date":"2023-01-01","line_ids":{"lines":[{"account_id":$1,"balance":$3},{"account_id":$2,"balance":$4}]}}})",
            {open, other, amount, minus(amount)}),
        true);
  };
  ASSERT_EQ(outcomes(run(one("d", "50") + "," + one("c", "-80"))), "created,created");
  const std::string match =
      record("m", "account.partial.reconcile",
             fill(R"({"debit":"d","credit":"c","account":$1,"amount":60,"amount_currency":null})", {open}), false, "match");
  EXPECT_THAT(run(match).message(), HasSubstr("d has only 50.00 open, 60.00 is to be matched"));
  EXPECT_EQ(outcomes(run(match, true)), "rejected");
}

TEST_P(Action, PostsAPaymentWhoseItemsAreGiven) {
  const std::string customer = std::to_string(partner());
  const std::string receivable_ref = R"({"xmlid":"account.{company}_receivable"})", gain = std::to_string(account("income_other"));
  const std::string outstanding = R"({"xmlid":"account.{company}_account_journal_payment_debit_account_id"})";
  const Answer answer =
      run(record("pl", "account.payment",
                 fill(R"({"values":{"payment_type":"inbound","partner_type":"customer","partner_id":$1,"amount":12,"date":"2023-05-04",
      "journal_id":{"xmlid":"account.{company}_bank"},"line_ids":{"lines":[{"account_id":$2,"balance":12,"amount_currency":12,"partner_id":$1},
      {"account_id":$3,"balance":-10,"amount_currency":-10,"partner_id":$1,"date_maturity":"2023-05-04"},{"account_id":$4,"balance":-2,"amount_currency":-2}]}}})",
                      {customer, outstanding, receivable_ref, gain}),
                 true));
  ASSERT_EQ(outcomes(answer), "created");
  const Id move = static_cast<Id>(std::stoll(books().read("account.payment", made(answer, 0), "move_id")));
  EXPECT_EQ(books().read("account.move", move, "state"), "posted");
  EXPECT_EQ(books().read("account.move", move, "amount_total"), "12.00");
}

TEST_P(Action, PostsLaterDocumentsOnWhatAnEarlierRunArchived) {
  const std::string retired = std::to_string(account("income")), customer = std::to_string(partner());
  const std::string product = std::to_string(books().create("product.product", fill(R"({"name":"$1","type":"service"})", {fresh("Old")})));
  const std::string receivable_ref = R"({"xmlid":"account.{company}_receivable"})";
  const std::string outstanding = R"({"xmlid":"account.{company}_account_journal_payment_debit_account_id"})";
  const auto archive = [&](const char* name, const char* model, const std::string& id, const char* values) {
    return record(name, model, fill(R"({"record":$1,"values":$2})", {id, values}), false, "write");
  };
  ASSERT_EQ(outcomes(run(archive("w1", "account.account", retired, R"({"deprecated":true})") + "," +
                         archive("w2", "res.partner", customer, R"({"active":false})") + "," +
                         archive("w3", "product.product", product, R"({"active":false})"))),
            "changed,changed,changed");
  const std::string plain_entry = fill(
      R"({"move_type":"entry","date":"2023-01-01","line_ids":[[0,0,{"account_id":$1,"balance":5}],[0,0,{"account_id":$1,"balance":-5}]]})",
      {retired});
  const Answer by_others = books().call("account.move", "create", "[" + plain_entry + "]");
  EXPECT_EQ(by_others.error(), "odoo.exceptions.UserError");
  EXPECT_THAT(by_others.message(), HasSubstr("is deprecated"));

  const std::string invoice_body = fill(
      R"({"values":{"move_type":"out_invoice","partner_id":$1,"invoice_date":"2023-05-04","date":"2023-05-04","name":"$4","invoice_payment_term_id":null,
      "invoice_date_due":"2023-05-04","line_ids":{"lines":[{"display_type":"product","product_id":$5,"account_id":$2,"balance":-100,"amount_currency":-100,"tax_ids":{"refs":[]},"quantity":1,"price_unit":100},
      {"display_type":"payment_term","account_id":$3,"balance":100,"amount_currency":100,"date_maturity":"2023-05-04"}]}},"context":{"skip_invoice_sync":true}})",
      {customer, retired, receivable_ref, fresh("LATE"), product});
  const std::string payment_body =
      fill(R"({"values":{"payment_type":"inbound","partner_type":"customer","partner_id":$1,"amount":12,"date":"2023-05-04",
      "journal_id":{"xmlid":"account.{company}_bank"},"line_ids":{"lines":[{"account_id":$2,"balance":12,"amount_currency":12,"partner_id":$1},
      {"account_id":$3,"balance":-10,"amount_currency":-10,"partner_id":$1,"date_maturity":"2023-05-04"},{"account_id":$4,"balance":-2,"amount_currency":-2}]}}})",
           {customer, outstanding, receivable_ref, retired});
  const std::string line_body = fill(
      R"({"values":{"journal_id":{"xmlid":"account.{company}_bank"},"date":"2023-05-04","payment_ref":"x","amount":7,"line_ids":{"lines":[
      {"account_id":{"find":["account.account",[["id","=",$2]]]},"balance":7,"amount_currency":7,"currency_id":{"company":"currency_id"},"name":"x"},
      {"account_id":$1,"balance":-7,"amount_currency":-7,"currency_id":{"company":"currency_id"},"name":"x"}]}},"sudo":true})",
      {retired, books().read("account.journal", books().xmlid("account.1_bank"), "default_account_id")});
  const std::string batch = record("late_invoice", "account.move", invoice_body, true) + "," +
                            record("late_payment", "account.payment", payment_body, true) + "," +
                            record("late_line", "account.bank.statement.line", line_body) + "," + entry("late_entry", retired, "10", "10");
  const Answer late = run(batch);
  ASSERT_EQ(outcomes(late), "created,created,created,created");
  EXPECT_EQ(books().read("account.move", made(late, 0), "state"), "posted");
  EXPECT_EQ(books().read("account.move", made(late, 3), "state"), "posted");
  EXPECT_EQ(outcomes(run(entry("late_entry", retired, "12", "12"), false, "update")), "changed");
  EXPECT_EQ(outcomes(run(batch.substr(0, batch.find(R"({"external_id":"late_entry")") - 1), false, "update")),
            "unchanged,unchanged,unchanged");
  EXPECT_EQ(books().read("account.account", std::stoll(retired), "deprecated"), "true");
}

TEST_P(Action, TakesLaterHoursOfAnEmployeeWhomAnEarlierRunArchived) {
  const std::string gone = std::to_string(books().create("hr.employee", fill(R"({"name":"$1","active":false})", {fresh("Gone")})));
  const std::string project =
      std::to_string(books().create("project.project", fill(R"({"name":"$1","allow_timesheets":true})", {fresh("Project")})));
  const std::string hours = fill(R"({"project_id":$1,"employee_id":$2,"unit_amount":2,"name":"x","date":"2023-05-04"})", {project, gone});
  EXPECT_THAT(books().call("account.analytic.line", "create", "[" + hours + "]").message(), HasSubstr("active employee"));
  EXPECT_EQ(outcomes(run(record("hours", "account.analytic.line", R"({"values":)" + hours + "}"))), "created");
}

TEST_P(Action, HoursMoveWithTheirProjectAndOnlyThenTheOldOneGoesWithItsAnalyticAccount) {
  const auto project = [&] {
    return books().create("project.project",
                          fill(R"({"name":"$1","allow_timesheets":true,"partner_id":$2})", {fresh("Project"), std::to_string(partner())}));
  };
  const Id before = project(), after = project();
  const std::string old_account = books().read("project.project", before, "account_id");
  const std::string worker = std::to_string(books().create("hr.employee", fill(R"({"name":"$1"})", {fresh("Worker")})));
  const auto hours = [&](Id where) {
    return record("moved", "account.analytic.line",
                  fill(R"({"values":{"project_id":$1,"employee_id":$2,"unit_amount":2,"name":"x","date":"2023-05-04"}})",
                       {std::to_string(where), worker}));
  };
  const Answer made_now = run(hours(before));
  ASSERT_EQ(outcomes(made_now), "created");
  const auto unlink = [&] { return books().call("project.project", "unlink", fill("[[$1]]", {std::to_string(before)})); };
  EXPECT_THAT(unlink().message(), HasSubstr("timesheet entries"));
  EXPECT_EQ(outcomes(run(hours(after), false, "update")), "changed");
  const Id line = made(made_now, 0);
  EXPECT_EQ(books().read("account.analytic.line", line, "account_id"), books().read("project.project", after, "account_id"));
  EXPECT_EQ(books().read("account.analytic.line", line, "partner_id"), books().read("project.project", after, "partner_id"));
  EXPECT_TRUE(unlink().ok());
  EXPECT_EQ(books().find("account.analytic.account", fill(R"([["id","=",$1]])", {old_account})), 0);
}

TEST_P(Action, KeepsTheStateOfOrdersWithoutConfirmingThem) {
  const std::string customer = std::to_string(partner());
  const Answer answer = run(record("so", "sale.order",
                                   fill(R"({"values":{"name":"$2","partner_id":$1,"date_order":"2023-01-02 10:00:00","order_line":{"lines":[
      {"name":"Design","product_uom_qty":2,"price_unit":75,"tax_id":{"refs":[]}},{"name":"Text","product_uom_qty":1,"price_unit":5.5,"tax_id":{"refs":[]}}]}},"then":{"state":"sale","locked":true}})",
                                        {customer, fresh("SO")})));
  ASSERT_EQ(outcomes(answer), "created");
  EXPECT_EQ(books().read("sale.order", made(answer, 0), "state"), "sale");
  EXPECT_EQ(books().read("sale.order", made(answer, 0), "date_order"), "2023-01-02 10:00:00");
  EXPECT_EQ(books().read("sale.order", made(answer, 0), "amount_total"), "155.50");
}

INSTANTIATE_TEST_SUITE_P(Odoo, Action, ::testing::Values("simulator", "real"), [](const auto& one) { return one.param; });

}  // namespace q2o::sandbox::odoo::contract
