#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "sandbox/stripe/stripe.h"

namespace q2o::sandbox::stripe {
namespace {

constexpr const char* kInvalid = "invalid_request_error";

std::string value(const std::map<std::string, std::string>& form, const std::string& name) {
  const auto found = form.find(name);
  return found == form.end() ? "" : found->second;
}

/// metadata[a]=1 -> {"a": "1"}
Node metadata(const std::map<std::string, std::string>& form, const std::string& prefix) {
  Node out = Node::object();
  for (const auto& [name, text] : form) {
    if (name.starts_with(prefix + "[") && name.ends_with("]"))
      out.set(name.substr(prefix.size() + 1, name.size() - prefix.size() - 2), text);
  }
  return out;
}

/// The first parameter that Stripe does not have for a session.
std::string unknown(const std::map<std::string, std::string>& form) {
  static constexpr std::array<std::string_view, 17> known{"mode",
                                                          "success_url",
                                                          "cancel_url",
                                                          "client_reference_id",
                                                          "metadata",
                                                          "payment_intent_data",
                                                          "subscription_data",
                                                          "line_items",
                                                          "currency",
                                                          "customer",
                                                          "customer_email",
                                                          "locale",
                                                          "expires_at",
                                                          "expand",
                                                          "automatic_tax",
                                                          "payment_method_types",
                                                          "ui_mode"};
  for (const auto& [name, text] : form) {
    if (std::ranges::find(known, std::string_view(name).substr(0, name.find('['))) == known.end()) return name;
  }
  return "";
}

}  // namespace

Response StripeSandbox::api(const Request& request) {
  const auto authorization = std::string(request.header("authorization"));
  if (authorization != "Bearer " + options_.secret_key) {
    return refusal(401, kInvalid, authorization.empty() ? "You did not provide an API key." : "Invalid API Key provided: sk_test_***");
  }
  const auto form = form_fields(request.body);
  constexpr std::string_view sessions = "/v1/checkout/sessions";
  if (request.method == "POST" && request.path == sessions) return once(request, [&] { return create_session(request, form); });
  if (request.method == "POST" && request.path == "/v1/refunds") return once(request, [&] { return create_refund(form); });
  if (request.path.starts_with(std::string(sessions) + "/")) {
    auto id = request.path.substr(sessions.size() + 1);
    const bool expire = id.ends_with("/expire");
    if (expire) id.resize(id.size() - 7);
    auto* session = find("session", id);
    if (session == nullptr) return refusal(404, kInvalid, fmt::format("No such checkout.session: '{}'", id), "session", "resource_missing");
    if (request.method == "GET" && !expire) return answer(*session);
    if (request.method == "POST" && expire) return once(request, [&] { return expire_session(id); });
  }
  return refusal(404, kInvalid, fmt::format("Unrecognized request URL ({}: {}).", request.method, request.path));
}

Response StripeSandbox::once(const Request& request, const std::function<Response()>& work) {
  const std::string key(request.header("idempotency-key"));
  if (key.empty()) return work();
  const auto content = request.path + "?" + request.body;
  if (const auto known = answered_.find(key); known != answered_.end()) {
    if (known->second.request != content)
      return refusal(400, "idempotency_error",
                     "Keys for idempotent requests can only be used with the same parameters they were first used with.");
    auto again = known->second.answer;
    again.headers.emplace_back("Idempotent-Replayed", "true");
    return again;
  }
  auto answered = work();
  answered.headers.emplace_back("Idempotency-Key", key);
  if (answered.status != 400) answered_[key] = {content, answered};  // a request that was not carried out may be corrected
  return answered;
}

Response StripeSandbox::create_session(const Request& request, const Form& form) {
  if (const auto name = unknown(form); !name.empty())
    return refusal(400, kInvalid, "Received unknown parameter: " + name, name, "parameter_unknown");
  const auto mode = value(form, "mode");
  if (mode != "payment" && mode != "subscription")
    return refusal(400, kInvalid, "Invalid mode: must be one of payment, subscription", "mode");
  if (!value(form, "success_url").starts_with("http")) return refusal(400, kInvalid, "Not a valid URL", "success_url", "url_invalid");
  std::int64_t subtotal = 0;
  std::string currency, price_id;
  for (int i = 0; form.contains(fmt::format("line_items[{}][quantity]", i)); ++i) {
    const auto at = fmt::format("line_items[{}]", i);
    price_id = value(form, at + "[price]");
    std::int64_t amount = 0, quantity = 0;
    const auto quantity_text = value(form, at + "[quantity]");
    std::from_chars(quantity_text.data(), quantity_text.data() + quantity_text.size(), quantity);
    if (!price_id.empty()) {
      const auto price = options_.prices.find(price_id);
      if (price == options_.prices.end())
        return refusal(400, kInvalid, fmt::format("No such price: '{}'", price_id), at + "[price]", "resource_missing");
      amount = price->second.amount;
      currency = price->second.currency;
    } else {
      const auto digits = value(form, at + "[price_data][unit_amount]");
      const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), amount);
      if (problem != std::errc() || end != digits.data() + digits.size() || amount < 0)
        return refusal(400, kInvalid, "Invalid integer: " + digits, at + "[price_data][unit_amount]", "parameter_invalid_integer");
      if (value(form, at + "[price_data][product_data][name]").empty())
        return refusal(400, kInvalid, "Missing required param: product_data[name].", at, "parameter_missing");
      const auto item_currency = value(form, at + "[price_data][currency]");
      if (item_currency.size() != 3 || (!currency.empty() && currency != item_currency))
        return refusal(400, kInvalid, "Invalid currency: " + item_currency, at + "[price_data][currency]");
      currency = item_currency;
    }
    subtotal += amount * std::max<std::int64_t>(quantity, 1);
  }
  if (currency.empty()) return refusal(400, kInvalid, "Missing required param: line_items.", "line_items", "parameter_missing");
  const auto tax =
      number_of(Node((Decimal(subtotal) * Decimal::of(options_.tax_percent) * Decimal::of("0.01")).rounded(0, Rounding::half_up)));
  const auto id = new_id("cs");
  const auto& session =
      keep("session",
           Node::object({{"id", id},
                         {"object", "checkout.session"},
                         {"amount_subtotal", whole(subtotal)},
                         {"amount_total", whole(subtotal + tax)},
                         {"total_details", Node::object({{"amount_discount", 0}, {"amount_shipping", 0}, {"amount_tax", whole(tax)}})},
                         {"cancel_url", value(form, "cancel_url")},
                         {"client_reference_id", value(form, "client_reference_id")},
                         {"created", whole(unix_now())},
                         {"currency", currency},
                         {"expires_at", whole(unix_now() + 86'400)},
                         {"livemode", false},
                         {"metadata", metadata(form, "metadata")},
                         {"mode", mode},
                         {"payment_intent", Node()},
                         {"payment_status", "unpaid"},
                         {"price", price_id},
                         {"status", "open"},
                         {"subscription", Node()},
                         {"subscription_metadata", metadata(form, "subscription_data[metadata]")},
                         {"success_url", value(form, "success_url")},
                         {"url", fmt::format("http://{}/pay/{}", request.header("host"), id)}}));
  return answer(session);
}

Response StripeSandbox::expire_session(const std::string& id) {
  auto& session = *find("session", id);
  if (session["status"].text() != "open")
    return refusal(400, kInvalid, "Only Checkout Sessions with a status in [\"open\"] can be expired.");
  session.set("status", "expired");
  session.set("url", Node());
  tell("checkout.session.expired", session);
  return answer(session);
}

Response StripeSandbox::create_refund(const Form& form) {
  const auto* intent = find("intent", value(form, "payment_intent"));
  if (intent == nullptr) return refusal(404, kInvalid, "No such payment_intent", "payment_intent", "resource_missing");
  auto& charge = *find("charge", (*intent)["latest_charge"].text());
  const auto left = number_of(charge["amount"]) - number_of(charge["amount_refunded"]);
  auto amount = left;
  if (const auto text = value(form, "amount"); !text.empty()) std::from_chars(text.data(), text.data() + text.size(), amount);
  if (left == 0) return refusal(400, kInvalid, "Charge has already been refunded.", "", "charge_already_refunded");
  if (amount < 1 || amount > left)
    return refusal(400, kInvalid, fmt::format("Refund amount ({}) is greater than unrefunded amount on charge ({})", amount, left),
                   "amount");
  charge.set("amount_refunded", whole(number_of(charge["amount_refunded"]) + amount));
  charge.set("refunded", amount == left);
  const auto& refund = keep("refund", Node::object({{"id", new_id("re")},
                                                    {"object", "refund"},
                                                    {"amount", whole(amount)},
                                                    {"charge", charge["id"]},
                                                    {"currency", charge["currency"]},
                                                    {"payment_intent", (*intent)["id"]},
                                                    {"reason", value(form, "reason")},
                                                    {"created", whole(unix_now())},
                                                    {"status", "succeeded"}}));
  tell("refund.created", refund);
  tell("charge.refunded", charge);
  return answer(refund);
}

}  // namespace q2o::sandbox::stripe
