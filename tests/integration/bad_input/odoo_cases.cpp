#include <fmt/format.h>

#include "common/testing/http_server.h"
#include "sandbox/http/server.h"
#include "sandbox/odoo/odoo.h"
#include "services/loader/adapters/odoo_books.h"
#include "services/loader/adapters/targets.h"
#include "services/loader/app/batch_sender.h"
#include "services/loader/app/readiness.h"
#include "services/loader/tests/fake_books.h"
#include "services/loader/tests/memory_run_store.h"
#include "tests/integration/bad_input/case.h"

/// Bad answers of Odoo, bad records for it, and targets that are none.
namespace q2o::bad_input {
namespace {

using namespace loader;

Seen seen_of(const Error& error, std::string unharmed) {
  return {error.reason, error.message, error.hint, std::move(unharmed)};
}

std::string http_answer(int status, const std::string& body) {
  return fmt::format("HTTP/1.1 {} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status,
                     body.size(), body);
}
std::string result(const std::string& json) {
  return http_answer(200, R"({"jsonrpc":"2.0","id":1,"result":)" + json + "}");
}
std::string odoo_refusal(const std::string& name, const std::string& words) {
  return http_answer(
      200, fmt::format(
               R"({{"jsonrpc":"2.0","id":1,"error":{{"code":200,"message":"Odoo Server Error","data":{{"name":"{}","message":"{}"}}}}}})",
               name, words));
}

/// Over real HTTP: the user signs in, the first call gets these bytes, the second a good answer. (A question would be asked again at once.)
std::function<Seen()> call(std::string bytes) {
  return [=] {
    int calls = 0;
    q2o::testing::RawHttpServer server([&](const std::string& request) {
      if (request.find("\"version\"") != std::string::npos) return result(R"({"server_version":"18.0"})");
      if (request.find("authenticate") != std::string::npos) return result("2");
      return calls++ == 0 ? bytes : result("[7]");
    });
    http::Client http;
    OdooBooks books(http, {"", "", server.url(""), "db", "admin", config::Secret("pass-word")});
    const auto bad = books.call("res.partner", "create", "[[]]", "{}", kQuickCall);
    const auto next = books.call("res.partner", "create", "[[]]", "{}", kQuickCall);
    const std::string unharmed = next && next->value().items().size() == 1 ? "the next call" : "nothing";
    if (bad) return Seen{"", "", "", unharmed};
    if (bad.error().message.find("pass-word") != std::string::npos) return Seen{"", "", "", "a secret was told"};
    return seen_of(bad.error(), unharmed);
  };
}

/// The action's answer to the first batch is replaced, although the batch was carried out.
class Spoiled final : public Books {
 public:
  explicit Spoiled(std::string answer) : answer_(std::move(answer)) {}
  Result<std::string> version(std::chrono::milliseconds deadline) override { return books.version(deadline); }
  Result<std::int64_t> user_id(std::chrono::milliseconds deadline) override { return books.user_id(deadline); }
  Result<CallResult> call(std::string_view model, std::string_view method, std::string_view args, std::string_view kwargs,
                          std::chrono::milliseconds deadline) override {
    auto good = books.call(model, method, args, kwargs, deadline);
    if (method != "run" || spoiled_) return good;
    spoiled_ = true;
    auto document = json::Document::parse(R"({"result":)" + answer_ + "}");
    if (!document) throw std::logic_error("the test wrote bad JSON");
    return CallResult(std::move(*document));
  }
  void again() { spoiled_ = false; }
  loader::testing::FakeBooks books;

 private:
  std::string answer_;
  bool spoiled_ = false;
};

std::vector<Item> three() {
  return {loader::testing::item(1, "qbo1_a"), loader::testing::item(2, "qbo1_b"), loader::testing::item(3, "qbo1_c")};
}

std::string written(const Delivery& delivery, std::size_t stored) {
  std::size_t done = 0, rejected = 0;
  for (const auto& fate : delivery.fates) (fate.kind == Fate::Kind::done ? done : rejected) += 1;
  return fmt::format("{} done, {} rejected, {} stored", done, rejected, stored);
}

/// What reading such an answer says, and that the sender afterwards finds every record written once.
std::function<Seen()> batch(std::string answer) {
  return [=] {
    Spoiled books(answer);
    Action action(books);
    if (const auto installed = action.install(); !installed) return seen_of(installed.error(), "");
    const auto items = three();
    const auto direct = action.run(items, false, false);
    books.again();
    const BatchSender sender(books, action, {6, [](std::chrono::milliseconds, const std::stop_token&) {}});
    Batch whole;
    whole.items = items;
    const std::string unharmed = written(sender.send(std::move(whole), {}), books.books.names().size());
    return direct ? Seen{"", "", "", unharmed} : seen_of(direct.error(), unharmed);
  };
}

std::string answers(const std::string& b) {
  return R"({"results":[{"external_id":"qbo1_a","id":1,"outcome":"created"},)" + b +
         R"(,{"external_id":"qbo1_c","id":3,"outcome":"created"}],"settings":[]})";
}

/// What the readiness check finds in such a target; nothing may have been written.
std::function<Seen()> target(std::function<void(loader::testing::FakeBooks&)> change) {
  return [=] {
    loader::testing::FakeBooks books;
    change(books);
    const auto ready = check_readiness(books, "USD", {});
    const std::string unharmed = books.writes().empty() ? "nothing was written" : "something was written";
    if (!ready) return seen_of(ready.error(), unharmed);
    for (const auto& finding : ready->findings)
      if (finding.blocker) return Seen{finding.reason, finding.message, finding.remedy, unharmed};
    return Seen{"", "", "", unharmed};
  };
}

/// The whole readiness check over HTTP against a server that always answers so.
std::function<Seen()> server(std::string bytes) {
  return [=] {
    int writes = 0;
    q2o::testing::RawHttpServer answering([&](const std::string& request) {
      if (request.find("\"create\"]") == std::string::npos && request.find("\"write\"") != std::string::npos) ++writes;
      return bytes;
    });
    http::Client http;
    OdooBooks books(http, {"", "", answering.url(""), "db", "admin", config::Secret("pass-word")});
    const auto ready = check_readiness(books, "USD", {});
    const std::string unharmed = writes == 0 ? "nothing was written" : "something was written";
    if (!ready) return seen_of(ready.error(), unharmed);
    for (const auto& finding : ready->findings)
      if (finding.blocker) return Seen{finding.reason, finding.message, finding.remedy, unharmed};
    return Seen{"", "", "", unharmed};
  };
}

/// A bad record between two good ones, sent to the sandbox's Odoo by the real sender with the real action protocol.
std::function<Seen()> record(std::string operation, std::string model, std::string values) {
  return [=] {
    sandbox::odoo::OdooSandbox odoo;
    sandbox::Server answering({}, [&](const sandbox::Request& request) { return odoo.handle(request); });
    http::Client http;
    OdooBooks books(http, {"", "", answering.url(), "odoo", "admin", config::Secret("admin")});
    Action action(books);
    if (const auto installed = action.install(); !installed) return seen_of(installed.error(), "");
    auto items = three();
    for (auto& item : items) item.model = "res.partner", item.operation = "create", item.values_json = R"({"values":{"name":"Good"}})";
    items[1].operation = operation;
    items[1].model = model;
    items[1].values_json = values;
    const BatchSender sender(books, action, {3, [](std::chrono::milliseconds, const std::stop_token&) {}});
    Batch whole;
    whole.items = items;
    const auto delivery = sender.send(std::move(whole), {});
    Seen seen;
    const auto known = known_of(books, "qbo1");
    seen.unharmed = written(delivery, known ? known->size() : 0);
    for (const auto& fate : delivery.fates)
      if (fate.kind != Fate::Kind::done) seen = {fate.reason, fate.message, fate.hint, seen.unharmed};
    if (delivery.stopped_by) seen = seen_of(*delivery.stopped_by, seen.unharmed);
    return seen;
  };
}

}  // namespace

std::vector<Case> odoo_answer_cases() {
  const std::string next = "the next call";
  const char* const kCode = "ODOO_ANSWER";
  const Words hint{"address of the target"};
  return {
      {"OdooAnswersHtml", kCode, {"not JSON"}, hint, next, call(http_answer(200, "<html>Login</html>"))},
      {"OdooAnswersBrokenJson", kCode, {"not JSON"}, hint, next, call(http_answer(200, R"({"jsonrpc":)"))},
      {"OdooAnswersNothing", kCode, {"not JSON"}, hint, next, call(http_answer(200, ""))},
      {"OdooAnswersAnotherObject", kCode, {"neither result nor error"}, hint, next, call(http_answer(200, R"({"ok":true})"))},
      {"OdooAnswersAList", kCode, {"neither result nor error"}, hint, next, call(http_answer(200, "[1]"))},
      {"OdooAnswersHttp500", kCode, {"HTTP 500"}, hint, next, call(http_answer(500, "oops"))},
      {"OdooAnswersHttp502", kCode, {"HTTP 502"}, hint, next, call(http_answer(502, "<html>"))},
      {"OdooAnswersHttp404", kCode, {"HTTP 404"}, hint, next, call(http_answer(404, "not here"))},
      {"OdooRedirects", kCode, {"HTTP 301"}, hint, next, call(http_answer(301, ""))},
      {"OdooIsBusy", "ODOO_BUSY", {"HTTP 503"}, hint, next, call(http_answer(503, ""))},
      {"OdooCutsTheConnection", "NO_ANSWER", {"Server returned nothing"}, {"can be reached"}, next, call("")},
      {"OdooCutsTheAnswer",
       "NO_ANSWER",
       {"partial"},
       {"can be reached"},
       next,
       call("HTTP/1.1 200 X\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{\"json")},
      {"OdooDeniesAccess",
       "ODOO_ACCESS_DENIED",
       {"Access Denied"},
       {"password"},
       next,
       call(odoo_refusal("odoo.exceptions.AccessDenied", "Access Denied"))},
      {"OdooDeniesARight",
       "ODOO_ACCESS_ERROR",
       {"not allowed to read"},
       {"rights"},
       next,
       call(odoo_refusal("odoo.exceptions.AccessError", "You are not allowed to read Journal"))},
      {"OdooDatabaseIsMissing",
       "ODOO_OPERATIONAL_ERROR",
       {"database", "does not exist"},
       {"name of the database"},
       next,
       call(odoo_refusal("psycopg2.OperationalError", "FATAL:  database \\\"nope\\\" does not exist"))},
      {"OdooErrorWithoutWords", "ODOO_VALUE_ERROR", {"Odoo"}, {"log of Odoo"}, next, call(odoo_refusal("builtins.ValueError", ""))},
      {"OdooErrorWithAMillionLetters",
       "ODOO_USER_ERROR",
       {"xxx"},
       {},
       next,
       call(odoo_refusal("odoo.exceptions.UserError", std::string(1'000'000, 'x')))},
  };
}

std::vector<Case> batch_cases() {
  const std::string all = "3 done, 0 rejected, 3 stored";
  const char* const kCode = "ODOO_ANSWER";
  const Words hint{"target's log"};
  return {
      {"ActionAnswersNothing", kCode, {"0 answers for 3 records"}, hint, all, batch("null")},
      {"ActionAnswersAnotherType", kCode, {"0 answers for 3 records"}, hint, all, batch(R"("done")")},
      {"ActionAnswersAWindow", kCode, {"0 answers for 3 records"}, hint, all, batch(R"({"type":"ir.actions.act_window_close"})")},
      {"ActionAnswersFewer",
       kCode,
       {"1 answers for 3 records"},
       hint,
       all,
       batch(R"({"results":[{"external_id":"qbo1_a","id":1,"outcome":"created"}]})")},
      {"ActionAnswersForAnother",
       kCode,
       {"another record", "qbo1_b"},
       hint,
       all,
       batch(answers(R"({"external_id":"qbo1_z","id":2,"outcome":"created"})"))},
      {"ActionAnswersUnknownOutcome",
       kCode,
       {"qbo1_b", "miracle"},
       hint,
       all,
       batch(answers(R"({"external_id":"qbo1_b","id":2,"outcome":"miracle"})"))},
      {"ActionAnswersWithoutOutcome", kCode, {"qbo1_b"}, hint, all, batch(answers(R"({"external_id":"qbo1_b","id":2})"))},
      {"ActionAnswersWithoutId",
       kCode,
       {"qbo1_b", "id"},
       hint,
       all,
       batch(answers(R"({"external_id":"qbo1_b","id":false,"outcome":"created"})"))},
  };
}

std::vector<Case> readiness_cases() {
  const std::string clean = "nothing was written";
  using loader::testing::FakeBooks;
  return {
      {"TargetIsOdoo17", "VERSION_UNSUPPORTED", {"Odoo 17.0"}, {"18.0"}, clean, target([](FakeBooks& books) {
         books.odoo_version = "17.0";
       })},
      {"TargetIsOdoo180", "VERSION_UNSUPPORTED", {"Odoo 180.1"}, {"18.0"}, clean, target([](FakeBooks& books) {
         books.odoo_version = "180.1";
       })},
      {"TargetRefusesTheUser", "LOGIN_REFUSED", {"refuses the user"}, {}, clean, target([](FakeBooks& books) {
         books.login_refused = true;
       })},
      {"TargetGrantsNoSettings",
       "RIGHT_SETTINGS_MISSING",
       {"server actions"},
       {"Administration: Settings"},
       clean,
       target([](FakeBooks& books) { books.may_create_actions = false; })},
      {"TargetWithoutAccounting",
       "MODULE_MISSING",
       {"Invoicing (account)"},
       {"Apps, search for account"},
       clean,
       target([](FakeBooks& books) { books.modules = {}; })},
      {"TargetWithoutChart", "CHART_MISSING", {"no chart"}, {"localization"}, clean, target([](FakeBooks& books) {
         books.counts.clear();
       })},
      {"TargetWithHardLock", "HARD_LOCK_DATE_SET", {"2025-12-31"}, {"without a hard lock"}, clean, target([](FakeBooks& books) {
         books.company["hard_lock_date"] = R"("2025-12-31")";
       })},
      {"TargetIsAWebsite", "ODOO_ANSWER", {"not JSON"}, {"address of the target"}, clean, server(http_answer(200, "<html>Welcome</html>"))},
      {"TargetAnswersAVersionOfNothing", "ODOO_ANSWER", {"version"}, {"address of the target"}, clean, server(result("{}"))},
      {"TargetAnswersOnlyTrue", "ODOO_ANSWER", {"version"}, {"address of the target"}, clean, server(result("true"))},
  };
}

std::vector<Case> action_cases() {
  const std::string others = "2 done, 1 rejected, 2 stored";
  return {
      {"ActionGetsUnknownOperation",
       "ODOO_USER_ERROR",
       {"explode"},
       {"Correct the record"},
       others,
       record("explode", "res.partner", R"({"values":{"name":"B"}})")},
      {"ActionGetsUnknownExpression",
       "ODOO_USER_ERROR",
       {"eval"},
       {"Correct the record"},
       others,
       record("create", "res.partner", R"({"values":{"name":{"eval":"1"}}})")},
      {"ActionGetsUnknownMember",
       "ODOO_USER_ERROR",
       {"colour"},
       {"Correct the record"},
       others,
       record("create", "res.partner", R"({"values":{"name":"B"},"colour":"red"})")},
      {"ActionGetsPrivateModel",
       "ODOO_USER_ERROR",
       {"ir.rule"},
       {"Correct the record"},
       others,
       record("create", "ir.rule", R"({"values":{"name":"B"}})")},
      {"ActionGetsUnknownModel",
       "ODOO_USER_ERROR",
       {"no.such.model"},
       {"Correct the record"},
       others,
       record("create", "no.such.model", R"({"values":{"name":"B"}})")},
      {"ActionGetsUnknownField",
       "ODOO_VALUE_ERROR",
       {"flavour"},
       {"Correct the record"},
       others,
       record("create", "res.partner", R"({"values":{"name":"B","flavour":"mint"}})")},
      {"ActionGetsUnknownSelection",
       "ODOO_VALUE_ERROR",
       {"mystery"},
       {"Correct the record"},
       others,
       record("create", "account.account", R"({"values":{"name":"B","code":"999999","account_type":"mystery"}})")},
      {"ActionGetsUnbalancedEntry",
       "ODOO_USER_ERROR",
       {"balanced"},
       {"Correct the record"},
       others,
       record(
           "create", "account.move",
           R"({"values":{"move_type":"entry","date":"2026-03-01","line_ids":{"lines":[{"account_id":{"find":["account.account",[],{"order":"id","limit":1}]},"balance":5}]}}})")},
  };
}

}  // namespace q2o::bad_input
