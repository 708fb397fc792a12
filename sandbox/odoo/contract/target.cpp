#include "sandbox/odoo/contract/target.h"

#include <cstdlib>

#include "common/http/http.h"
#include "sandbox/http/server.h"
#include "sandbox/odoo/odoo.h"

namespace q2o::sandbox::odoo::contract {

namespace {

Books over_http(const std::string& url, const std::string& database, const std::string& user, const std::string& password) {
  auto client = std::make_shared<http::Client>();
  auto send = [client, url](const std::string& body) {
    http::Request request{"POST", url + "/jsonrpc", {{"Content-Type", "application/json"}}, body};
    auto response = client->send(request, std::chrono::seconds(60));
    if (!response) throw std::runtime_error(response.error().message);
    return response->body;
  };
  return {send, database, user, password};
}

struct Simulated {
  OdooSandbox odoo;
  Server server{ServerOptions{0, 256, 256u << 20, &OdooSandbox::route_of, {}},
                [this](const Request& request) { return odoo.handle(request); }};
};

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::shared_ptr<Books> simulated() {
  static Simulated simulator;
  return std::make_shared<Books>(over_http(simulator.server.url(), "odoo", "admin", "admin"));
}

std::shared_ptr<Books> real() {
  const std::string url = setting("Q2O_TEST_ODOO_URL");
  if (url.empty()) return nullptr;
  return std::make_shared<Books>(
      over_http(url, setting("Q2O_TEST_ODOO_DB"), setting("Q2O_TEST_ODOO_USER"), setting("Q2O_TEST_ODOO_PASSWORD")));
}

}  // namespace

void OdooContract::SetUp() {
  books_ = GetParam() == "simulator" ? simulated() : real();
  if (!books_) GTEST_SKIP() << "no real Odoo: Q2O_TEST_ODOO_URL, _DB, _USER, _PASSWORD are not set";
}

namespace {

std::int64_t next_number() {
  static std::int64_t last = 0;
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  return last = std::max(last + 1, static_cast<std::int64_t>(now));
}

std::string letters(std::int64_t number) {
  std::string text;
  for (; number > 0; number /= 26) text += static_cast<char>('a' + number % 26);
  return text;
}

}  // namespace

std::string OdooContract::fresh(const std::string& prefix) {
  return prefix + letters(next_number());
}

std::string OdooContract::fresh_code() {
  return letters(next_number()).substr(0, 5);
}

std::string OdooContract::minus(const std::string& amount) {
  return amount.starts_with("-") ? amount.substr(1) : "-" + amount;
}

Id OdooContract::partner() const {
  return books().create("res.partner", fill(R"({"name":"$1","is_company":true})", {fresh("Partner")}));
}

Id OdooContract::account(const std::string& type, bool reconcile) const {
  return books().create("account.account", fill(R"({"code":"$1","name":"Account","account_type":"$2"$3})",
                                                {fresh("A"), type, reconcile ? R"(,"reconcile":true)" : ""}));
}

Id OdooContract::sale_journal() const {
  const Id known = books().find("account.journal", R"([["code","=","QCT"]])");
  return known != 0 ? known : books().create("account.journal", R"({"name":"Contract sales","code":"QCT","type":"sale"})");
}

Id OdooContract::invoice(Id customer, const std::string& name, const std::string& amount, const std::string& date) const {
  const std::string income = std::to_string(books().xmlid("account.1_income"));
  return books().create("account.move",
                        fill(R"({"move_type":"out_invoice","journal_id":$1,"partner_id":$2,"name":"$3","invoice_date":"$5","date":"$5",
      "invoice_payment_term_id":false,"invoice_date_due":"$5","line_ids":[
      [0,0,{"display_type":"product","name":"Design","account_id":$6,"quantity":1,"price_unit":$4,"tax_ids":[[6,0,[]]],"balance":$8,"amount_currency":$8}],
      [0,0,{"display_type":"payment_term","account_id":$7,"balance":$4,"amount_currency":$4,"date_maturity":"$5"}]]})",
                             {std::to_string(sale_journal()), std::to_string(customer), name, amount, date, income,
                              std::to_string(receivable()), minus(amount)}),
                        kSkip);
}

void OdooContract::post(const std::string& model, Id id) const {
  const Answer answer =
      books().call(model, "action_post", fill("[[$1]]", {std::to_string(id)}), R"({"context":{"tracking_disable":true}})");
  ASSERT_TRUE(answer.ok()) << answer.error() << ": " << answer.message();
}

Id OdooContract::line_on(Id move, Id account_id) const {
  return books().find("account.move.line",
                      fill(R"([["move_id","=",$1],["account_id","=",$2]])", {std::to_string(move), std::to_string(account_id)}));
}

}  // namespace q2o::sandbox::odoo::contract
