#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "sandbox/http/message.h"
#include "sandbox/stripe/webhooks.h"

namespace q2o::sandbox::stripe {

struct Price {
  std::int64_t amount = 0;
  std::string currency = "usd";
};

struct StripeOptions {
  std::string secret_key = "sk_test_sandbox";
  Webhooks::Options webhooks = {};
  /// Monthly prices for subscriptions.
  std::map<std::string, Price> prices = {
      {"price_freebie", {0, "usd"}}, {"price_starter", {4900, "usd"}}, {"price_half", {19900, "usd"}}, {"price_full", {39900, "usd"}}};
  std::string tax_percent = "0";  ///< on top of every payment
};

/// Plays Stripe: Checkout Sessions with idempotency keys, a payment page for people and programs, signed webhooks, refunds, disputes,
/// subscriptions. Keeps everything in memory. Thread-safe.
///
/// The page: GET /pay/<session> shows a form; POST with `card` (form or JSON) pays. Test cards as Stripe's: 4242 4242 4242 4242 pays,
/// 4000 0000 0000 0002 is declined, 4000 0000 0000 0259 pays and is disputed; besides "bank_debit" is decided later
/// (POST /control/sessions/<id>/settle {"outcome": "succeeded" | "failed"}).
class StripeSandbox {
 public:
  explicit StripeSandbox(StripeOptions options = {});
  Response handle(const Request& request);
  Webhooks& webhooks() { return webhooks_; }

 private:
  using Form = std::map<std::string, std::string>;
  // api.cpp: what programs ask for, as Stripe documents it
  Response api(const Request& request);
  Response create_session(const Request& request, const Form& form);
  Response expire_session(const std::string& id);
  Response create_refund(const Form& form);
  Response once(const Request& request, const std::function<Response()>& work);
  // page.cpp: what people see
  Response page(const Request& request, const std::string& id);
  Response pay(const Request& request, const std::string& id);
  // control.cpp: what the world does
  Response control(const Request& request);
  Response settle_session(const std::string& id, const std::string& outcome);
  Response dispute(const std::string& intent);
  Response close_dispute(const std::string& id, const std::string& status);
  Response fail_refund(const std::string& id);
  Response change_subscription(const std::string& id, const std::string& status);

  /// The money of a session has come: its payment intent and charge (or its subscription) exist from now on.
  void complete(Node& session, bool paid);
  void begin_subscription(Node& session);
  Node* find(const char* kind, const std::string& id);
  Node& keep(const char* kind, Node object);
  std::string new_id(const char* prefix);
  void tell(const std::string& type, const Node& object);

  StripeOptions options_;
  std::mutex mutex_;
  std::map<std::string, Node> objects_;  ///< by kind/id
  struct Answered {
    std::string request;
    Response answer;
  };
  std::map<std::string, Answered> answered_;  ///< by idempotency key
  std::uint64_t number_ = 0;
  Webhooks webhooks_;
};

std::int64_t unix_now();
Node whole(std::int64_t number);
std::int64_t number_of(const Node& node);
Response answer(const Node& object, int status = 200);
Response refusal(int status, const std::string& type, const std::string& message, const std::string& param = {},
                 const std::string& code = {});

}  // namespace q2o::sandbox::stripe
