#include <fmt/format.h>

#include "sandbox/stripe/stripe.h"

namespace q2o::sandbox::stripe {
namespace {

Response done() {
  return answer(Node::object({{"done", true}}));
}
Response missing(const char* what, const std::string& id) {
  return refusal(404, "invalid_request_error", fmt::format("there is no {} '{}'", what, id));
}

}  // namespace

/// POST /control/webhooks {url?, secrets?, copies?, hold?}, /control/release {backwards?}, /control/events/<id>/resend,
/// /control/sessions/<id>/settle {outcome}, /control/sessions/<id>/expire, /control/disputes {payment_intent},
/// /control/disputes/<id>/close {status}, /control/refunds/<id>/fail, /control/subscriptions/<id> {status}; GET /control/events,
/// /control/objects.
Response StripeSandbox::control(const Request& request) {
  const auto& path = request.path;
  if (request.method == "GET" && path == "/control/events") return answer(webhooks_.describe());
  if (request.method == "GET" && path == "/control/objects") {
    Node out = Node::object();
    for (const auto& [key, object] : objects_) out.set(key, object);
    return answer(out);
  }
  const auto parsed = request.body.empty() ? Result<Node>(Node::object()) : Node::parse(request.body);
  if (request.method != "POST" || !parsed) return refusal(400, "invalid_request_error", "a POST with JSON is needed");
  const Node& body = *parsed;
  if (path == "/control/webhooks") {
    webhooks_.configure([&](Webhooks::Options& options) {
      if (body.has("url")) options.url = body["url"].text();
      if (body.has("copies")) options.copies = static_cast<int>(number_of(body["copies"]));
      if (body.has("hold")) options.hold = body["hold"].truthy();
      if (!body.has("secrets")) return;
      options.secrets.clear();
      for (const auto& secret : body["secrets"].items()) options.secrets.push_back(secret.text());
    });
    return done();
  }
  if (path == "/control/release") {
    webhooks_.release(body["backwards"].truthy());
    return done();
  }
  if (path == "/control/disputes") return dispute(body["payment_intent"].text());
  const auto slash = path.find('/', 9);
  const auto rest = slash == std::string::npos ? "" : path.substr(slash + 1);
  const auto id = rest.substr(0, rest.find('/'));
  if (path.starts_with("/control/events/")) return webhooks_.resend(id) ? done() : missing("event", id);
  if (path.starts_with("/control/sessions/") && path.ends_with("/settle")) return settle_session(id, body["outcome"].text());
  if (path.starts_with("/control/sessions/") && path.ends_with("/expire"))
    return find("session", id) ? expire_session(id) : missing("session", id);
  if (path.starts_with("/control/disputes/")) return close_dispute(id, body["status"].text());
  if (path.starts_with("/control/refunds/") && path.ends_with("/fail")) return fail_refund(id);
  if (path.starts_with("/control/subscriptions/")) return change_subscription(id, body["status"].text());
  return refusal(404, "invalid_request_error", "there is no such control");
}

Response StripeSandbox::settle_session(const std::string& id, const std::string& outcome) {
  auto* session = find("session", id);
  if (session == nullptr) return missing("session", id);
  const bool good = outcome == "succeeded";
  if (good) session->set("payment_status", "paid");
  tell(good ? "checkout.session.async_payment_succeeded" : "checkout.session.async_payment_failed", *session);
  return answer(*session);
}

Response StripeSandbox::dispute(const std::string& intent) {
  const auto* paid = find("intent", intent);
  if (paid == nullptr) return missing("payment_intent", intent);
  const auto& made = keep("dispute", Node::object({{"id", new_id("du")},
                                                   {"object", "dispute"},
                                                   {"amount", (*paid)["amount"]},
                                                   {"charge", (*paid)["latest_charge"]},
                                                   {"payment_intent", intent},
                                                   {"reason", "fraudulent"},
                                                   {"status", "needs_response"}}));
  tell("charge.dispute.created", made);
  return answer(made);
}

Response StripeSandbox::close_dispute(const std::string& id, const std::string& status) {
  auto* known = find("dispute", id);
  if (known == nullptr) return missing("dispute", id);
  if (status != "won" && status != "lost") return refusal(400, "invalid_request_error", "status is won or lost");
  known->set("status", status);
  tell("charge.dispute.closed", *known);
  return answer(*known);
}

/// The bank could not take it: the money is the merchant's again.
Response StripeSandbox::fail_refund(const std::string& id) {
  auto* known = find("refund", id);
  if (known == nullptr) return missing("refund", id);
  if ((*known)["status"].text() == "failed") return refusal(400, "invalid_request_error", "the refund has failed already");
  known->set("status", "failed");
  auto& charge = *find("charge", (*known)["charge"].text());
  charge.set("amount_refunded", whole(number_of(charge["amount_refunded"]) - number_of((*known)["amount"])));
  charge.set("refunded", false);
  tell("refund.failed", *known);
  return answer(*known);
}

Response StripeSandbox::change_subscription(const std::string& id, const std::string& status) {
  auto* known = find("subscription", id);
  if (known == nullptr) return missing("subscription", id);
  known->set("status", status);
  tell(status == "canceled" ? "customer.subscription.deleted" : "customer.subscription.updated", *known);
  return answer(*known);
}

}  // namespace q2o::sandbox::stripe
