#include "sandbox/quickbooks/answers.h"

#include <atomic>

#include <fmt/format.h>

#include "common/json/json.h"

namespace q2o::sandbox::quickbooks {
namespace {

std::string next_tid() {
  static std::atomic<std::uint64_t> counter{0};
  return fmt::format("1-{:08x}-sandbox{:017x}", 0x5f72d0a0u, counter++);
}

Response with_headers(int status, std::string body, std::string content_type) {
  return {status,
          std::move(body),
          std::move(content_type),
          {{"Intuit-Tid", next_tid()},
           {"Qbo-Version", "sandbox"},
           {"Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private"}}};
}

}  // namespace

Response json_answer(std::string body) {
  return with_headers(200, std::move(body), "application/json;charset=utf-8");
}

Response service_fault(const Fault400& fault, Moment now) {
  json::Writer out;
  out.begin_object().key("Fault").begin_object().key("Error").begin_array().begin_object();
  out.field("Message", fault.message).field("Detail", fault.detail).field("code", fault.code);
  if (!fault.element.empty()) out.field("element", fault.element);
  out.end_object().end_array().field("type", fault.code == "10000" ? "SystemFault" : "ValidationFault").end_object();
  out.field("time", time_text(now)).end_object();
  return with_headers(400, out.take(), "application/json");
}

Response gateway_fault(int status, std::string_view code, std::string_view message, std::string_view detail, std::string_view type,
                       Moment now) {
  json::Writer out;
  out.begin_object().key("warnings").null().key("intuitObject").null();
  out.key("fault").begin_object().key("error").begin_array().begin_object();
  out.field("message", message).field("detail", detail).field("code", code).key("element").null();
  out.end_object().end_array().field("type", type).end_object();
  for (const auto* name : {"report", "queryResponse"}) out.key(name).null();
  for (const auto* name : {"batchItemResponse", "attachableResponse", "syncErrorResponse"}) {
    if (std::string_view(name) == "syncErrorResponse")
      out.key(name).null();
    else
      out.key(name).begin_array().end_array();
  }
  out.key("requestId").null();
  out.field("time", static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count()));
  out.key("status").null().key("cdcresponse").begin_array().end_array().end_object();
  return with_headers(status, out.take(), "application/json");
}

Response token_expired(Moment now) {
  auto out = gateway_fault(401, "3200", "message=AuthenticationFailed; errorCode=003200; statusCode=401",
                           "Token expired: the access token is too old or was withdrawn", "AUTHENTICATION", now);
  out.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"Intuit\", error=\"invalid_token\"");
  return out;
}

Response not_authorized_for_company(Moment now) {
  return gateway_fault(403, "3100", "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
                       "The application is not allowed to work with this company", "SERVICE", now);
}

Response throttled(Moment now) {
  return gateway_fault(429, "3001", "message=ThrottleExceeded; errorCode=003001; statusCode=429",
                       "The request limit was reached.  Try again later", "SERVICE", now);
}

Response oauth_error(int status, std::string_view error, std::string_view description) {
  json::Writer out;
  out.begin_object().field("error", error);
  if (!description.empty()) out.field("error_description", description);
  out.end_object();
  return with_headers(status, out.take(), "application/json;charset=UTF-8");
}

}  // namespace q2o::sandbox::quickbooks
