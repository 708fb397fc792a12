#include "sandbox/odoo/rpc/jsonrpc.h"

#include "sandbox/odoo/errors.h"

namespace q2o::sandbox::odoo {

namespace {

constexpr Id kAdministrator = 2;

OdooError access_denied() {
  return {"odoo.exceptions.AccessDenied", "Access Denied"};
}

void check_database(const RpcAccess& access, std::string_view name) {
  if (name == access.database) return;
  throw OdooError("psycopg2.OperationalError",
                  fmt::format("connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  database \"{}\" does not exist\n", name));
}

std::string version() {
  return R"({"server_version":"18.0-20250702","server_version_info":[18,0,0,"final",0,""],"server_serie":"18.0","protocol_version":1})";
}

std::string common_service(const RpcAccess& access, std::string_view method, std::span<const json::Value> args) {
  if (method == "version") return version();
  if (method == "authenticate" || method == "login") {
    if (args.size() < 3) throw OdooError("builtins.TypeError", "exp_authenticate() missing required positional arguments");
    check_database(access, args[0].text());
    return args[1].text() == access.login && args[2].text() == access.password ? std::to_string(kAdministrator) : "false";
  }
  throw OdooError("builtins.Exception", fmt::format("Method not found: {}", method));
}

RpcCall checked_call(const RpcAccess& access, std::string_view method, std::span<const json::Value> args) {
  if (method != "execute_kw" && method != "execute") throw OdooError("builtins.NameError", fmt::format("Method not available {}", method));
  if (args.size() < 5) throw OdooError("builtins.TypeError", "execute_kw() missing required positional arguments");
  check_database(access, args[0].text());
  RpcCall call;
  call.user = Any::from(args[1]).id();
  if (call.user != kAdministrator) throw missing_error("res.users", call.user, call.user);
  if (args[2].text() != access.password) throw access_denied();
  call.call.model = std::string(args[3].text());
  call.method = std::string(args[4].text());
  if (args.size() > 5) call.call.args = Any::from(args[5]).list();
  if (args.size() > 6) call.call.kwargs = Any::from(args[6]).dict();
  return call;
}

void write_id(json::Writer& out, const json::Value& id) {
  out.field("jsonrpc", "2.0").key("id").value(id);
}

std::string error_body(const json::Value& id, const OdooError& error) {
  json::Writer out;
  out.begin_object();
  write_id(out, id);
  out.key("error").begin_object().field("code", 200).field("message", "Odoo Server Error");
  out.key("data").begin_object().field("name", error.name());
  out.field("debug", fmt::format("Traceback (most recent call last):\n{}: {}\n", error.name(), error.what()));
  out.field("message", error.what()).key("arguments").begin_array().string(error.what()).end_array();
  out.key("context").begin_object().end_object().end_object().end_object().end_object();
  return out.take();
}

Response bad_request(const char* text) {
  return {400,
          fmt::format("<!doctype html>\n<title>400 Bad Request</title>\n<h1>Bad Request</h1>\n<p>{}</p>\n", text),
          "text/html; charset=utf-8",
          {}};
}

}  // namespace

Response answer_rpc(const Request& request, const RpcAccess& access, const std::function<std::string(const RpcCall&)>& execute) {
  if (request.method != "POST") return {405, "", "text/html; charset=utf-8", {}};
  if (request.header("content-type").find("application/json") == std::string_view::npos)
    return bad_request("Request inferred type is not compatible with this route.");
  auto document = json::Document::parse(request.body, {256u << 20, 128});
  // A NUL in a text is no broken JSON to Odoo: the field refuses it later. Our parser refuses it at once, so answer as the field would.
  const bool nul = !document && request.body.find("\\u0000") != std::string::npos;
  if (!document && !nul) return bad_request("Invalid JSON data");
  static const json::Value kNull;
  const json::Value& root = nul ? kNull : document->root();
  if (!nul && !root.is_object()) return bad_request("Invalid JSON-RPC data");
  std::string body;
  try {
    if (nul) throw value_error("A string literal cannot contain NUL (0x00) characters.");
    const json::Value& parameters = root["params"];
    const std::string_view service = parameters["service"].text(), method = parameters["method"].text();
    std::string result;
    if (service == "common")
      result = common_service(access, method, parameters["args"].items());
    else if (service == "object")
      result = execute(checked_call(access, method, parameters["args"].items()));
    else
      throw key_error(std::string(service));
    json::Writer out;
    out.begin_object();
    write_id(out, root["id"]);
    out.key("result").raw(result).end_object();
    body = out.take();
  } catch (const OdooError& error) {
    body = error_body(root["id"], error);
  } catch (const std::overflow_error& error) {
    body = error_body(root["id"], OdooError("psycopg2.errors.NumericValueOutOfRange", error.what()));
  }
  // The real server closes the connection after every answer; the sandbox leaves that to the HTTP layer.
  return {200, std::move(body), "application/json; charset=utf-8", {}};
}

std::string run_transaction(Env& env, const RpcCall& rpc) {
  if (rpc.method.starts_with("_"))
    throw access_error(fmt::format("Private methods (such as '{}.{}') cannot be called remotely.", rpc.call.model, rpc.method));
  if (!env.database().schema().find(rpc.call.model) || rpc.call.model.starts_with("q2o."))
    throw user_error(fmt::format("Object {} doesn't exist", rpc.call.model));
  const Method* method = env.rules().method(rpc.call.model, rpc.method);
  if (!method) throw OdooError("builtins.AttributeError", fmt::format("The method '{}.{}' does not exist", rpc.call.model, rpc.method));
  Call call = rpc.call;
  if (const Any* context = call.kwargs.find("context")) {
    env.context = context->dict();
    call.kwargs.erase("context");
  }
  try {
    std::string result = (*method)(env, call);
    env.database().commit();
    return result;
  } catch (...) {
    env.database().rollback_to(0);
    throw;
  }
}

}  // namespace q2o::sandbox::odoo
