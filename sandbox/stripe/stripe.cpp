#include "sandbox/stripe/stripe.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "common/ids/ids.h"

namespace q2o::sandbox::stripe {

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Node whole(std::int64_t number) {
  return Node(Decimal(number));
}

std::int64_t number_of(const Node& node) {
  std::int64_t out = 0;
  std::from_chars(node.text().data(), node.text().data() + node.text().size(), out);
  return out;
}

Response answer(const Node& object, int status) {
  return {status, object.dump(2), "application/json", {{"Request-Id", "req_" + ids::uuid_v4().substr(0, 14)}}};
}

Response refusal(int status, const std::string& type, const std::string& message, const std::string& param, const std::string& code) {
  Node error = Node::object({{"type", type}, {"message", message}});
  if (!param.empty()) error.set("param", param);
  if (!code.empty()) error.set("code", code);
  return answer(Node::object({{"error", error}}), status);
}

StripeSandbox::StripeSandbox(StripeOptions options) : options_(std::move(options)), webhooks_(options_.webhooks) {}

Response StripeSandbox::handle(const Request& request) {
  const std::lock_guard lock(mutex_);
  if (request.path.starts_with("/v1/")) return api(request);
  if (request.path.starts_with("/pay/")) {
    const auto id = request.path.substr(5);
    return request.method == "POST" ? pay(request, id) : page(request, id);
  }
  if (request.path.starts_with("/control/")) return control(request);
  return refusal(404, "invalid_request_error", fmt::format("Unrecognized request URL ({}: {}).", request.method, request.path));
}

Node* StripeSandbox::find(const char* kind, const std::string& id) {
  const auto found = objects_.find(fmt::format("{}/{}", kind, id));
  return found == objects_.end() ? nullptr : &found->second;
}

Node& StripeSandbox::keep(const char* kind, Node object) {
  const auto key = fmt::format("{}/{}", kind, object["id"].text());
  return objects_[key] = std::move(object);
}

std::string StripeSandbox::new_id(const char* prefix) {
  return fmt::format("{}_test_{:06}{}", prefix, ++number_, ids::sha256_hex(fmt::format("{}{}", prefix, ids::uuid_v4())).substr(0, 18));
}

void StripeSandbox::tell(const std::string& type, const Node& object) {
  webhooks_.add(Node::object({{"id", new_id("evt")},
                              {"object", "event"},
                              {"api_version", "2025-03-31.basil"},
                              {"created", whole(unix_now())},
                              {"data", Node::object({{"object", object}})},
                              {"livemode", false},
                              {"pending_webhooks", 1},
                              {"request", Node::object({{"id", Node()}, {"idempotency_key", Node()}})},
                              {"type", type}}));
}

void StripeSandbox::complete(Node& session, bool paid) {
  session.set("status", "complete");
  session.set("payment_status", paid ? "paid" : "unpaid");
  if (session["mode"].text() == "subscription") {
    begin_subscription(session);
  } else if (session["payment_intent"].is_null()) {
    const auto charge = new_id("ch");
    const auto intent = new_id("pi");
    session.set("payment_intent", intent);
    keep("charge", Node::object({{"id", charge},
                                 {"object", "charge"},
                                 {"amount", session["amount_total"]},
                                 {"amount_refunded", 0},
                                 {"currency", session["currency"]},
                                 {"payment_intent", intent},
                                 {"refunded", false},
                                 {"livemode", false}}));
    keep("intent",
         Node::object({{"id", intent}, {"object", "payment_intent"}, {"latest_charge", charge}, {"amount", session["amount_total"]}}));
  }
}

void StripeSandbox::begin_subscription(Node& session) {
  const auto id = new_id("sub");
  session.set("subscription", id);
  const auto start = unix_now();
  Node item = Node::object({{"id", new_id("si")},
                            {"price", Node::object({{"id", session["price"]}, {"object", "price"}})},
                            {"current_period_start", whole(start)},
                            {"current_period_end", whole(start + 30 * 86'400)}});
  const auto& kept = keep("subscription", Node::object({{"id", id},
                                                        {"object", "subscription"},
                                                        {"status", "active"},
                                                        {"items", Node::object({{"object", "list"}, {"data", Node::array({item})}})},
                                                        {"metadata", session["subscription_metadata"]},
                                                        {"livemode", false}}));
  tell("customer.subscription.created", kept);
}

}  // namespace q2o::sandbox::stripe
