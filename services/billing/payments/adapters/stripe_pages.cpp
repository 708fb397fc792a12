#include "services/billing/payments/adapters/stripe_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <thread>

#include "common/json/json.h"

namespace q2o::billing::payments {
namespace {

using std::chrono::milliseconds;
constexpr int kTries = 3;
constexpr milliseconds kFirstPause{200};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool may_be_repeated(const http::Response& answer) {
  const auto said = answer.header("stripe-should-retry");
  if (!said.empty()) return said == "true";
  return answer.status == 409 || answer.status == 429 || answer.status >= 500;
}

Error refused(const http::Response& answer) {
  const auto document = json::Document::parse(answer.body);
  const auto message = document ? std::string(document->root().at("error.message").text()) : "";
  const auto request = answer.header("request-id");
  Error out;
  out.code = answer.status == 429                           ? Code::resource_exhausted
             : answer.status >= 500 || answer.status == 409 ? Code::unavailable
                                                            : Code::failed_precondition;
  out.message = fmt::format("Stripe answered {}{}{}{}", answer.status, message.empty() ? "" : ": ", message,
                            request.empty() ? "" : fmt::format(" ({})", request));
  out.reason = "STRIPE_REFUSED";
  out.retry_after = answer.retry_after();
  if (may_be_repeated(answer)) {
    out.retry = Retry::after_backoff;
    out.hint = "Try again in a moment: nothing is charged twice.";
  } else {
    out.hint = answer.status == 401 || answer.status == 403 ? "An operator has to look at stripe.secret_key."
                                                            : "Tell an operator what Stripe says.";
  }
  return out;
}

Result<Session> session_of(const http::Response& answer) {
  const auto document = json::Document::parse(answer.body);
  Session out;
  if (document) {
    const auto& root = document->root();
    out.id = root["id"].text();
    out.url = root["url"].text();
    const auto digits = root["expires_at"].text();
    std::from_chars(digits.data(), digits.data() + digits.size(), out.expires_at);
  }
  if (!out.id.empty() && !out.url.empty() && out.expires_at > 0) return out;
  return fail({Code::unavailable,
               "Stripe's answer is no Checkout Session",
               Retry::after_backoff,
               Effect::unknown,
               "STRIPE_ANSWER",
               "Look at the API version (stripe.api_version).",
               {}});
}

}  // namespace

std::string session_form(const NewSession& wanted) {
  std::string out;
  const auto add = [&](const std::string& name, const std::string& value) {
    out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, http::percent_encode(value));
  };
  add("mode", wanted.subscription ? "subscription" : "payment");
  for (std::size_t i = 0; i < wanted.items.size(); ++i) {
    const auto& item = wanted.items[i];
    const auto at = fmt::format("line_items[{}]", i);
    if (!item.price_id.empty()) {
      add(at + "[price]", item.price_id);
    } else {
      add(at + "[price_data][currency]", lower(wanted.currency));
      add(at + "[price_data][unit_amount]", std::to_string(item.minor));
      add(at + "[price_data][product_data][name]", item.name);
    }
    add(at + "[quantity]", "1");
  }
  add("success_url", wanted.success_url);
  if (!wanted.cancel_url.empty()) add("cancel_url", wanted.cancel_url);
  add("client_reference_id", wanted.checkout);
  // On the session, and on what comes of it, so that every event can be told whose it is.
  for (const std::string place : {"metadata", wanted.subscription ? "subscription_data[metadata]" : "payment_intent_data[metadata]"}) {
    add(place + "[q2o_tenant]", wanted.tenant);
    if (!wanted.quote.empty()) add(place + "[q2o_quote]", wanted.quote);
    add(place + "[q2o_checkout]", wanted.checkout);
  }
  return out;
}

Result<Session> StripePages::create(const NewSession& wanted, milliseconds deadline) {
  if (access_.secret_key.empty()) {
    return fail(Code::failed_precondition, "payments are not switched on here", "PAYMENTS_OFF",
                "An operator sets stripe.secret_key, or marks the migration as paid.");
  }
  http::Request request{"POST", access_.url + "/v1/checkout/sessions", {}, session_form(wanted), 1u << 20};
  request.headers = {{"Authorization", "Bearer " + access_.secret_key.reveal()},
                     {"Content-Type", "application/x-www-form-urlencoded"},
                     {"Idempotency-Key", wanted.idempotency_key}};
  if (!access_.api_version.empty()) request.headers.push_back({"Stripe-Version", access_.api_version});
  const auto until = std::chrono::steady_clock::now() + deadline;
  const auto left = [&] { return std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now()); };
  auto pause = kFirstPause;
  for (int attempt = 1;; ++attempt, pause *= 2) {
    const auto answer = client_.send(request, std::max(left(), milliseconds(1)));
    if (answer && answer->status == 200) return session_of(*answer);
    const bool again = attempt < kTries && left() > pause && (!answer || may_be_repeated(*answer));
    if (!again) return answer ? fail(refused(*answer)) : fail(answer.error());
    std::this_thread::sleep_for(answer ? std::min(std::max(pause, answer->retry_after()), left()) : pause);
  }
}

}  // namespace q2o::billing::payments
