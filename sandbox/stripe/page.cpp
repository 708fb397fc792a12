#include <fmt/format.h>

#include <algorithm>

#include "sandbox/stripe/stripe.h"

namespace q2o::sandbox::stripe {
namespace {

Response html(int status, const std::string& body) {
  return {status,
          "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sandbox payment</title><body>" + body + "</body></html>",
          "text/html; charset=utf-8",
          {}};
}

std::string amount(const Node& session) {
  return fmt::format("{} {}", Decimal::of_unscaled(number_of(session["amount_total"]), 2).to_string(), session["currency"].text());
}

std::string digits_of(std::string card) {
  std::erase(card, ' ');
  return card;
}

}  // namespace

Response StripeSandbox::page(const Request&, const std::string& id) {
  const auto* session = find("session", id);
  if (session == nullptr) return html(404, "<h1>There is no such payment page</h1>");
  if ((*session)["status"].text() != "open") return html(410, fmt::format("<h1>This page is {}</h1>", (*session)["status"].text()));
  return html(200,
              fmt::format("<h1>Pay {}</h1><form method=\"post\"><label>Card <input name=\"card\" value=\"4242 4242 4242 4242\"></label> "
                          "<button>Pay</button></form><p>4000 0000 0000 0002 is declined, 4000 0000 0000 0259 is disputed, bank_debit is "
                          "decided later.</p>",
                          amount(*session)));
}

Response StripeSandbox::pay(const Request& request, const std::string& id) {
  auto* session = find("session", id);
  const bool json = request.header("content-type").starts_with("application/json");
  const auto no = [&](int status, const std::string& what) {
    return json ? refusal(status, "card_error", what) : html(status, "<h1>" + what + "</h1>");
  };
  if (session == nullptr) return no(404, "There is no such payment page");
  if ((*session)["status"].text() != "open") return no(409, "This page is not open any more");
  std::string card;
  if (json) {
    const auto body = Node::parse(request.body);
    if (!body) return no(400, "This is no JSON");
    card = (*body)["card"].text();
  } else {
    card = form_fields(request.body)["card"];
  }
  card = digits_of(card);
  if (card == "4000000000000002") return no(402, "Your card was declined.");
  if (card != "4242424242424242" && card != "4000000000000259" && card != "bank_debit") return no(402, "Your card number is incorrect.");
  complete(*session, card != "bank_debit");
  tell("checkout.session.completed", *session);
  if (card == "4000000000000259") static_cast<void>(dispute((*session)["payment_intent"].text()));
  if (json) return answer(*session);
  auto target = (*session)["success_url"].text();
  constexpr std::string_view placeholder = "{CHECKOUT_SESSION_ID}";
  if (const auto at = target.find(placeholder); at != std::string::npos) target.replace(at, placeholder.size(), id);
  Response out{303, "", "text/html", {}};
  out.headers.emplace_back("Location", target);
  return out;
}

}  // namespace q2o::sandbox::stripe
