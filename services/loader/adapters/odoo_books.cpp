#include "services/loader/adapters/odoo_books.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <thread>

#include "services/loader/app/readiness.h"
#include "services/loader/domain/odoo_error.h"
#include "services/loader/domain/pace.h"

namespace q2o::loader {
namespace {

Error no_answer(std::string message, std::chrono::milliseconds retry_after = {}) {
  return Error{Code::unavailable, std::move(message), Retry::after_backoff,
               Effect::unknown,   "ODOO_ANSWER",      "Check that the address of the target is an Odoo 18 and that it runs.",
               retry_after};
}

/// The one status that speaks of this request: less in one call may pass.
constexpr int kTooLarge = 413;

Error too_large() {
  return Error{Code::unavailable,
               fmt::format("Odoo answered HTTP {}: the call is larger than what stands before Odoo lets through", kTooLarge),
               Retry::never,
               Effect::none,
               "ODOO_ANSWER",
               "Raise the size of a request that the proxy before Odoo lets through (nginx: client_max_body_size).",
               {}};
}

/// Never followed: the address that was checked is the one that is used.
Error redirected(const http::Response& response) {
  std::string to;
  for (const char c : response.header("Location").substr(0, 100)) to += c > ' ' && c <= '~' ? c : '?';
  return Error{Code::unavailable,
               fmt::format("Odoo answered HTTP {}: it sends calls on to {}", response.status, to.empty() ? "another address" : to),
               Retry::after_backoff,
               Effect::none,
               "ODOO_ANSWER",
               "Give the address of the target as it stands in the browser after signing in: calls are not sent on.",
               {}};
}

/// Odoo itself answers calls with 200, also what it refuses: any other 4xx comes from something before it, and passes.
std::string words_of(int status) {
  const bool refused = status >= 400 && status < 500;
  return fmt::format("Odoo answered HTTP {}{}", status, refused ? ": a proxy, a firewall or a maintenance page stands before it" : "");
}

constexpr std::array<std::string_view, 7> kQuestions{"search",     "search_read", "search_count",       "read",
                                                     "read_group", "has_group",   "check_access_rights"};
constexpr int kAsks = 4;
constexpr std::chrono::seconds kAtOnce{2};

void wait_in_real_time(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
}

std::string rpc_url(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url + "/jsonrpc";
}

}  // namespace

Result<CallResult> read_rpc_answer(const http::Response& response) {
  if (response.status == 429 || response.status == 503) {
    Error error = no_answer(fmt::format("Odoo answered HTTP {}", response.status), response.retry_after());
    error.effect = response.status == 429 ? Effect::none : Effect::unknown;
    error.reason = "ODOO_BUSY";
    error.code = Code::resource_exhausted;
    return fail(error);
  }
  if (response.status == kTooLarge) return fail(too_large());
  if (response.status >= 300 && response.status < 400) return fail(redirected(response));
  if (response.status != 200) return fail(no_answer(words_of(response.status), response.retry_after()));
  auto document = json::Document::parse(response.body);
  if (!document) return fail(no_answer("Odoo's answer is not JSON: " + document.error().message));
  const auto& root = document->root();
  if (const auto& error = root["error"]; error.is_object()) {
    const auto& data = error["data"];
    return fail(odoo_error(data["name"].text(), data["message"].is_string() ? data["message"].text() : error["message"].text()));
  }
  // A method that returns nothing is answered without `result` (seen on 18.0-20250702) or with null.
  if (!root.is_object() || (!root.has("result") && !root.has("jsonrpc")))
    return fail(no_answer("Odoo's answer has neither result nor error"));
  return CallResult(std::move(*document));
}

Result<CallResult> ask_again(const std::function<Result<CallResult>()>& ask, const std::function<void(std::chrono::milliseconds)>& wait) {
  for (int asked = 1;; ++asked) {
    const auto begun = std::chrono::steady_clock::now();
    auto answer = ask();
    const bool at_once = std::chrono::steady_clock::now() - begun < kAtOnce;
    if (answer || answer.error().retry == Retry::never || !at_once || answer.error().retry_after > kAtOnce || asked == kAsks) return answer;
    wait(std::max(answer.error().retry_after, Pace::backoff(asked, 0.5)));
  }
}

Result<CallResult> OdooBooks::send(std::string_view service, std::string_view method, const std::string& args,
                                   std::chrono::milliseconds deadline) {
  http::Request request{"POST", rpc_url(access_.url), {{"Content-Type", "application/json"}}, {}};
  json::Writer body;
  body.begin_object().field("jsonrpc", "2.0").field("id", 1).field("method", "call").key("params").begin_object();
  body.field("service", service).field("method", method).key("args").raw(args).end_object().end_object();
  request.body = body.take();
  const auto response = http_.send(request, deadline);
  if (!response) {
    Error error = response.error();
    error.retry = Retry::after_backoff;
    if (error.hint.empty()) error.hint = "Check that the target runs and can be reached from here.";
    return fail(error);
  }
  return read_rpc_answer(*response);
}

Result<std::string> OdooBooks::version(std::chrono::milliseconds deadline) {
  const auto answer = ask_again([&] { return send("common", "version", "[]", deadline); }, wait_in_real_time);
  if (!answer) return fail(answer.error());
  const auto& told = answer->value()["server_version"];
  if (!told.is_string()) return fail(no_answer("Odoo's answer to the question for its version has none"));
  std::string version(told.text());
  if (is_supported(version)) known_ = true;
  return version;
}

Status OdooBooks::looks_like_odoo(std::chrono::milliseconds deadline) {
  if (known_) return {};
  const auto told = version(deadline);
  if (!told) return fail(told.error());
  if (!is_supported(*told))
    return fail(Code::failed_precondition, fmt::format("The target is Odoo {}.", told->substr(0, 40)), "VERSION_UNSUPPORTED",
                "Use an Odoo 18.0 (community or enterprise).");
  return {};
}

Result<std::int64_t> OdooBooks::user_id(std::chrono::milliseconds deadline) {
  const std::lock_guard lock(mutex_);
  if (user_id_ != 0) return user_id_;
  if (const auto odoo = looks_like_odoo(deadline); !odoo) return fail(odoo.error());
  json::Writer args;
  args.begin_array()
      .string(access_.database)
      .string(access_.user)
      .string(access_.password.reveal())
      .begin_object()
      .end_object()
      .end_array();
  const auto answer = ask_again([&] { return send("common", "authenticate", args.text(), deadline); }, wait_in_real_time);
  if (!answer) return fail(answer.error());
  const auto text = answer->value().text();
  if (!answer->value().is_number())
    return fail(Error{Code::unauthenticated,
                      fmt::format("Odoo refuses the user {}", access_.user),
                      Retry::never,
                      Effect::none,
                      "ODOO_ACCESS_DENIED",
                      "Check user and password (or API key) of the target connection.",
                      {}});
  std::from_chars(text.data(), text.data() + text.size(), user_id_);
  return user_id_;
}

Result<CallResult> OdooBooks::call(std::string_view model, std::string_view method, std::string_view args, std::string_view kwargs,
                                   std::chrono::milliseconds deadline) {
  const auto user = user_id(deadline);
  if (!user) return fail(user.error());
  json::Writer body;
  body.begin_array().string(access_.database).number(*user).string(access_.password.reveal()).string(model).string(method);
  body.raw(args).raw(kwargs).end_array();
  const auto ask = [&] { return send("object", "execute_kw", body.text(), deadline); };
  return std::ranges::find(kQuestions, method) == kQuestions.end() ? ask() : ask_again(ask, wait_in_real_time);
}

}  // namespace q2o::loader
