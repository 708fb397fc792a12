#include "sandbox/odoo/odoo.h"

#include <mutex>

#include "sandbox/odoo/control/dump.h"
#include "sandbox/odoo/rpc/jsonrpc.h"
#include "sandbox/odoo/rules/rules.h"
#include "sandbox/odoo/start/start.h"

namespace q2o::sandbox::odoo {

namespace {

const Schema& schema() {
  static const Schema kSchema = [] {
    Schema made;
    add_computed_fields(made);
    return made;
  }();
  return kSchema;
}

const Rules& rules() {
  static const Rules kRules;
  return kRules;
}

std::string clock_text(std::chrono::system_clock::time_point at, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

}  // namespace

struct OdooSandbox::State {
  OdooOptions options;
  std::mutex mutex;
  std::unique_ptr<Database> database;

  Env environment(Id user) {
    Env env(*database, rules(), user);
    const auto at = std::chrono::system_clock::now();
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count() % 1'000'000;
    env.today = options.today.empty() ? clock_text(at, "%Y-%m-%d") : options.today;
    env.now = env.today + clock_text(at, " %H:%M:%S") + fmt::format(".{:06}", micros);
    return env;
  }

  void fill() {
    database = std::make_unique<Database>(schema());
    Env env = environment(1);
    fill_fresh_database(env, options.national_chart);
    database->commit();
  }
};

OdooSandbox::OdooSandbox(OdooOptions options) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  state_->fill();
}

OdooSandbox::~OdooSandbox() = default;

void OdooSandbox::reset() {
  const std::scoped_lock lock(state_->mutex);
  state_->fill();
}

std::string OdooSandbox::dump() {
  const std::scoped_lock lock(state_->mutex);
  Env env = state_->environment(1);
  env.sudo = true;
  return dump_records(env);
}

Response OdooSandbox::handle(const Request& request) {
  if (request.path == "/web/health") return {200, R"({"status": "pass"})", "application/json; charset=utf-8", {}};
  if (request.path == "/control/dump" && request.method == "GET") return {200, dump(), "application/json; charset=utf-8", {}};
  if (request.path == "/control/reset" && request.method == "POST") {
    reset();
    return {200, R"({"reset":true})", "application/json; charset=utf-8", {}};
  }
  if (request.path != "/jsonrpc") return {404, "<!doctype html><title>404 Not Found</title>", "text/html; charset=utf-8", {}};
  const RpcAccess access{state_->options.database, state_->options.login, state_->options.password};
  return answer_rpc(request, access, [&](const RpcCall& call) {
    const std::scoped_lock lock(state_->mutex);
    Env env = state_->environment(call.user);
    return run_transaction(env, call);
  });
}

std::string OdooSandbox::route_of(const Request& request) {
  if (request.path != "/jsonrpc") return request.method + " " + request.path;
  const auto document = json::Document::parse(request.body, {256u << 20, 128});
  if (!document) return "POST /jsonrpc";
  const json::Value& parameters = document->root()["params"];
  if (parameters["service"].text() != "object")
    return std::string(parameters["service"].text()) + "." + std::string(parameters["method"].text());
  const auto arguments = parameters["args"].items();
  if (arguments.size() < 5) return "POST /jsonrpc";
  return std::string(arguments[3].text()) + "." + std::string(arguments[4].text());
}

}  // namespace q2o::sandbox::odoo
