#include "sandbox/odoo/odoo.h"

#include <gmock/gmock.h>

#include <thread>

#include "sandbox/odoo/schema/schema.h"
#include "sandbox/odoo/store/table.h"
#include "sandbox/odoo/testing/books.h"

namespace q2o::sandbox::odoo {

using ::testing::HasSubstr;
using namespace testing;

namespace {

Request rpc(const std::string& body) {
  return {"POST", "/jsonrpc", {}, {{"content-type", "application/json"}}, body};
}

struct Simulator {
  OdooSandbox odoo;
  Books books{[this](const std::string& body) { return odoo.handle(rpc(body)).body; }, "odoo", "admin", "admin"};
};

std::string entry(Id account, const std::string& amount) {
  return fill(
      R"({"move_type":"entry","date":"2026-01-31","line_ids":[[0,0,{"account_id":$1,"debit":$2}],[0,0,{"account_id":$1,"credit":$2}]]})",
      {std::to_string(account), amount});
}

}  // namespace

TEST(OdooSandbox, StartsLikeAFreshDatabaseWithTheUsChart) {
  Simulator simulator;
  const Books& books = simulator.books;
  EXPECT_EQ(books.call("account.account", "search_count", "[[]]").result().text(), "51");
  EXPECT_EQ(books.read("account.account", books.xmlid("account.1_receivable"), "code"), "121000");
  EXPECT_EQ(books.read("account.account", books.xmlid("account.1_account_journal_payment_debit_account_id"), "code"), "101403");
  EXPECT_EQ(books.read("res.company", 1, "currency_id"), "1");
  EXPECT_EQ(books.call("account.journal", "search_count", R"([[["type","=","bank"]]])").result().text(), "1");
  EXPECT_NE(books.xmlid("base.state_us_5"), 0);
  EXPECT_EQ(simulator.odoo.dump(), "{}");
}

TEST(OdooSandbox, RefusesWhatIsNoJsonRpc) {
  Simulator simulator;
  EXPECT_EQ(simulator.odoo.handle(rpc("{nonsense")).status, 400);
  EXPECT_EQ(simulator.odoo.handle(rpc("[]")).status, 400);
  EXPECT_EQ(simulator.odoo.handle({"POST", "/jsonrpc", {}, {{"content-type", "text/plain"}}, "{}"}).status, 400);
  EXPECT_EQ(simulator.odoo.handle({"GET", "/nowhere", {}, {}, ""}).status, 404);
  EXPECT_THAT(simulator.odoo.handle({"GET", "/web/health", {}, {}, ""}).body, HasSubstr("pass"));
}

TEST(OdooSandbox, NamesACallForFaultRules) {
  EXPECT_EQ(
      OdooSandbox::route_of(rpc(R"({"params":{"service":"object","method":"execute_kw","args":["d",2,"p","account.move","create",[]]}})")),
      "account.move.create");
  EXPECT_EQ(OdooSandbox::route_of(rpc(R"({"params":{"service":"common","method":"version","args":[]}})")), "common.version");
}

TEST(OdooSandbox, LeavesNoTraceOfAFailedCall) {
  Simulator simulator;
  const std::string cash = std::to_string(simulator.books.xmlid("account.1_capital"));
  const Answer answer =
      simulator.books.call("account.move", "create",
                           fill(R"([[{"move_type":"entry","date":"2026-01-31","line_ids":[[0,0,{"account_id":$1,"debit":1}]]}]])", {cash}));
  EXPECT_EQ(answer.error(), "odoo.exceptions.UserError");
  EXPECT_EQ(simulator.books.call("account.move.line", "search_count", "[[]]").result().text(), "0");
  EXPECT_EQ(simulator.books.call("account.move", "search_count", "[[]]").result().text(), "0");
}

TEST(OdooSandbox, DumpsTheSameForTheSameRecords) {
  std::vector<std::string> dumps;
  for (const bool other_first : {false, true}) {
    Simulator simulator;
    if (other_first) simulator.books.create("res.partner", R"({"name":"In the way"})");  // other ids, same books
    const Id amy = simulator.books.create("res.partner", R"({"name":"Amy","is_company":true})");
    simulator.books.create("ir.model.data",
                           fill(R"({"module":"q2o","name":"customer_1","model":"res.partner","res_id":$1})", {std::to_string(amy)}));
    const Id move = simulator.books.create("account.move", entry(simulator.books.xmlid("account.1_capital"), "5"));
    simulator.books.create("ir.model.data",
                           fill(R"({"module":"q2o","name":"journal_entry_1","model":"account.move","res_id":$1})", {std::to_string(move)}));
    const Id file = simulator.books.create(
        "ir.attachment", fill(R"({"name":"a.txt","raw":"a","res_model":"res.partner","res_id":$1})", {std::to_string(amy)}));
    simulator.books.create("ir.model.data",
                           fill(R"({"module":"q2o","name":"attachable_1","model":"ir.attachment","res_id":$1})", {std::to_string(file)}));
    const Id note = simulator.books.create(
        "mail.message", fill(R"({"body":"a","message_type":"comment","model":"account.move","res_id":$1})", {std::to_string(move)}));
    simulator.books.create("ir.model.data",
                           fill(R"({"module":"q2o","name":"attachable_2","model":"mail.message","res_id":$1})", {std::to_string(note)}));
    dumps.push_back(simulator.odoo.dump());
    EXPECT_THAT(dumps.back(), HasSubstr("account.1_capital"));
    EXPECT_THAT(dumps.back(), HasSubstr(R"("res_id":"q2o.journal_entry_1")"));
    EXPECT_THAT(dumps.back(), HasSubstr(R"("res_id":"q2o.customer_1")"));
    simulator.odoo.reset();
    EXPECT_EQ(simulator.odoo.dump(), "{}");
  }
  EXPECT_EQ(dumps[0], dumps[1]);
}

TEST(OdooSandbox, RunsOnlyTheLoadersAction) {
  Simulator simulator;
  const Id model = simulator.books.find("ir.model", R"([["model","=","res.partner"]])");
  for (const char* code : {"action = {}", "# q2o-action: 99"}) {
    const Id action = simulator.books.create(
        "ir.actions.server",
        fill(R"({"name":"Quick2Odoo loader","model_id":$1,"state":"code","code":"$2"})", {std::to_string(model), code}));
    const Answer answer = simulator.books.call("ir.actions.server", "run", fill("[[$1]]", {std::to_string(action)}),
                                               R"({"context":{"records":[],"mode":"create"}})");
    EXPECT_THAT(answer.message(), HasSubstr("The sandbox cannot run Python."));
  }
}

TEST(OdooSandbox, TakesCallsFromSeveralThreads) {
  Simulator simulator;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 25; ++n) simulator.books.create("res.partner", R"({"name":"Threaded"})");
    });
  threads.clear();
  EXPECT_EQ(simulator.books.call("res.partner", "search_count", R"([[["name","=","Threaded"]]])").result().text(), "100");
}

TEST(OdooSandbox, FindsExternalIdsWithoutLookingAtEveryRow) {
  const Schema schema;
  const Model* data = schema.find("ir.model.data");
  ASSERT_TRUE(data);
  const Field* name = data->find("name");
  Table table(*data);
  for (int i = 0; i < 5000; ++i) table.set(table.append(), name->column, Value::of_text("customer_" + std::to_string(i)));
  for (const int i : {0, 17, 4999}) {
    const auto looked_at = table.candidates(*name, Value::of_text("customer_" + std::to_string(i)));
    ASSERT_EQ(looked_at.size(), 1u);
    EXPECT_EQ(looked_at.front(), i + 1);
  }
}

}  // namespace q2o::sandbox::odoo
