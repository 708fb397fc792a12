#include "services/billing/payments/domain/stripe_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>

#include "common/json/json.h"

namespace q2o::billing::payments {
namespace {

struct Unreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string text(const json::Value& object, std::string_view name) {
  return std::string(object[name].text());
}
std::string needed(const json::Value& object, std::string_view name) {
  if (!object[name].is_string() || object[name].text().empty()) throw Unreadable(fmt::format("{} is missing", name));
  return text(object, name);
}
/// 0 when null or absent.
std::int64_t whole(const json::Value& object, std::string_view name) {
  const auto& value = object[name];
  if (value.is_null()) return 0;
  const auto digits = value.text();
  std::int64_t out = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (!value.is_number() || problem != std::errc() || end != digits.data() + digits.size())
    throw Unreadable(fmt::format("{} is no whole number", name));
  return out;
}
/// The id of something that may stand there as a whole object.
std::string id_of(const json::Value& object, std::string_view name) {
  return object[name].is_object() ? text(object[name], "id") : text(object, name);
}
std::string payment_of(const json::Value& object) {
  auto intent = id_of(object, "payment_intent");
  return intent.empty() ? id_of(object, "charge") : intent;
}
std::string upper(std::string letters) {
  std::ranges::transform(letters, letters.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return letters;
}

SessionFact session_of(const json::Value& object, SessionFact::Kind kind) {
  SessionFact out;
  out.kind = kind;
  out.session = needed(object, "id");
  out.intent = id_of(object, "payment_intent");
  out.mode = text(object, "mode");
  out.payment_status = text(object, "payment_status");
  out.currency = upper(text(object, "currency"));
  out.tenant = text(object["metadata"], "q2o_tenant");
  out.checkout = text(object["metadata"], "q2o_checkout");
  out.total = whole(object, "amount_total");
  out.subtotal = whole(object, "amount_subtotal");
  out.tax = whole(object["total_details"], "amount_tax");
  return out;
}

SubscriptionFact subscription_of(const json::Value& object) {
  SubscriptionFact out;
  out.subscription = needed(object, "id");
  out.tenant = text(object["metadata"], "q2o_tenant");
  out.status = needed(object, "status");
  out.customer = id_of(object, "customer");
  const auto items = object["items"]["data"].items();
  if (!items.empty()) {
    out.price = id_of(items[0], "price");
    // Newer versions of the API have the period at the item.
    out.period_start = whole(items[0], "current_period_start");
    out.period_end = whole(items[0], "current_period_end");
  }
  if (out.period_end == 0) {
    out.period_start = whole(object, "current_period_start");
    out.period_end = whole(object, "current_period_end");
  }
  return out;
}

void read_fact(StripeEvent& event, const json::Value& object) {
  using Kind = SessionFact::Kind;
  static const std::map<std::string, Kind, std::less<>> sessions{{"checkout.session.completed", Kind::completed},
                                                                 {"checkout.session.async_payment_succeeded", Kind::async_succeeded},
                                                                 {"checkout.session.async_payment_failed", Kind::async_failed},
                                                                 {"checkout.session.expired", Kind::expired}};
  const std::string_view type = event.type;
  if (const auto session = sessions.find(type); session != sessions.end()) {
    event.fact = session_of(object, session->second);
  } else if (type == "charge.refunded") {
    const auto intent = id_of(object, "payment_intent");
    event.fact = ChargeFact{intent.empty() ? needed(object, "id") : intent, whole(object, "amount_refunded"), whole(object, "amount"),
                            upper(text(object, "currency")), id_of(object, "customer")};
  } else if (type.starts_with("refund.") || type == "charge.refund.updated") {
    event.fact = RefundFact{
        payment_of(object),      needed(object, "id"), text(object, "status"), whole(object, "amount"), upper(text(object, "currency")),
        whole(object, "created")};
  } else if (type.starts_with("charge.dispute.")) {
    event.fact = DisputeFact{payment_of(object), needed(object, "id"), text(object, "status"), type == "charge.dispute.closed",
                             upper(text(object, "currency"))};
  } else if (type.starts_with("customer.subscription.") && type != "customer.subscription.trial_will_end") {
    event.fact = subscription_of(object);
  }
}

}  // namespace

Result<StripeEvent> read_event(std::string body) {
  const auto unreadable = [](const std::string& what) {
    return fail(Code::invalid_argument, "this is no event of Stripe: " + what, "EVENT_UNREADABLE",
                "Look at the endpoint's API version at Stripe.");
  };
  const auto document = json::Document::parse(std::move(body), {.bytes = 1u << 20, .depth = 64});
  if (!document) return unreadable(document.error().message);
  const auto& root = document->root();
  try {
    StripeEvent out;
    out.id = needed(root, "id");
    out.type = needed(root, "type");
    out.created = whole(root, "created");
    out.live = root["livemode"].truthy();
    if (root["object"].text() != "event" || !root["data"]["object"].is_object()) return unreadable("data.object is missing");
    read_fact(out, root["data"]["object"]);
    return out;
  } catch (const Unreadable& problem) {
    return unreadable(problem.what());
  }
}

}  // namespace q2o::billing::payments
