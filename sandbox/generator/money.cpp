#include "sandbox/generator/money.h"

#include "sandbox/generator/families.h"

namespace q2o::sandbox::generator {
namespace {

void append(Node& object, const Node& base) {
  for (const auto& member : base.members()) object.set(member.key, member.value);
}

void book_card_payment(Workshop& shop, const std::string& day, const char* card, const Decimal& amount) {
  const auto id = shop.transaction_id();
  auto object = Node::object(
      {{"CreditCardAccountRef", shop.account_ref(card)}, {"BankAccountRef", shop.account_ref("Checking")}, {"Amount", amount}});
  append(object, shop.begin(id, day));
  object.set("TxnDate", day).set("CurrencyRef", shop.currency()).set("ExchangeRate", 1).set("PrivateNote", "Monthly payment");
  shop.put("CreditCardPayment", std::move(object));
  shop.post({id, "Credit Card Payment", "CreditCardPayment", day}, {{"Checking", -amount, ""}, {card, amount, "Monthly payment"}});
}

}  // namespace

void book_transfer(Workshop& shop, const std::string& day, const std::string& from, const std::string& to, const Decimal& amount,
                   const std::string& note) {
  const auto id = shop.transaction_id();
  const auto currency = shop.account_currency(from).empty() ? shop.account_currency(to) : shop.account_currency(from);
  auto object = Node::object({{"FromAccountRef", shop.account_ref(from)}, {"ToAccountRef", shop.account_ref(to)}, {"Amount", amount}});
  append(object, shop.begin(id, day));
  object.set("TxnDate", day);
  shop.set_currency(object, currency, day);
  if (!note.empty()) object.set("PrivateNote", note);
  shop.put("Transfer", std::move(object));
  shop.post({.id = id, .type = "Transfer", .entity = "Transfer", .date = day, .currency = currency},
            {{from, -amount, note}, {to, amount, note}});
}

void plan_money(Workshop& shop) {
  int month = 0;
  for (const auto& day : monthly(shop, 24)) {
    ++month;
    if (month % 2 == 0)
      shop.agenda.at(
          day, [&shop](const std::string& today) { book_card_payment(shop, today, "Visa", Decimal(shop.random.between(15, 40) * 10)); });
    else
      shop.agenda.at(day, [&shop](const std::string& today) {
        book_card_payment(shop, today, "Fuel Card", Decimal(shop.random.between(5, 12) * 10));
      });
    if (month % 3 == 0)
      shop.agenda.at(day, [&shop](const std::string& today) { book_transfer(shop, today, "Checking", "Savings", Decimal(500), ""); });
    if (month % 5 == 1)
      shop.agenda.at(day, [&shop](const std::string& today) { book_transfer(shop, today, "Checking", "Petty Cash", Decimal(80), "Till"); });
  }
  shop.agenda.at("2025-10-31", [&shop](const std::string& today) {
    book_transfer(shop, today, "Old Checking", "Checking", Decimal(850), "Account closed");
  });
  shop.agenda.at("2025-11-14", [&shop](const std::string& today) {
    book_transfer(shop, today, "Checking", "Equipment Loan", Decimal(400), "Extra repayment");
  });
}

}  // namespace q2o::sandbox::generator
