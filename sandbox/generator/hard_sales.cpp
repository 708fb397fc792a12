#include <array>

#include <fmt/format.h>

#include "sandbox/company/date.h"
#include "sandbox/generator/families.h"
#include "sandbox/generator/payment.h"
#include "sandbox/generator/sale.h"

/// Sales forms and payments of every shape that breaks readers of accounts. Each round has each of them.
namespace q2o::sandbox::generator {
namespace {

constexpr std::array kRounds{"2025-02-05", "2025-05-06", "2025-08-07"};
constexpr std::array kDateLike{"2025-001", "19-001", "INV/2020/07/0001"};

/// Dates of a round go on from day to day; customers change with it.
class Round {
 public:
  Round(Workshop& shop, std::string day, int turn) : shop_(shop), day_(std::move(day)), turn_(turn) {}
  void lines();
  void numbers();
  void taxes();
  void states();
  void credits();
  void payments();

 private:
  std::string customer(int shift) const {
    return std::to_string(std::array{2, 5, 9, 12, 14, 16, 18, 20}[static_cast<std::size_t>(turn_ * 3 + shift) % 8]);
  }
  std::string book(Sale sale) {
    day_ = date::plus_days(day_, 1);
    sale.date = day_;
    if (sale.customer.empty()) sale.customer = customer(0);
    if (sale.entity == "Invoice" && sale.term.empty()) sale.term = "3";
    return book_sale(shop_, sale);
  }
  std::string bill(const std::string& who, int hours) {
    return book({.customer = who, .lines = {{.item = "Maintenance", .quantity = Decimal(hours)}}, .tax_code = "2"});
  }
  Decimal open(const std::string& invoice) { return open_balance(shop_, "Invoice", invoice); }
  void pay(const std::string& who, std::vector<Applied> applied, const Decimal& unapplied = Decimal(0)) {
    day_ = date::plus_days(day_, 1);
    book_payment(shop_, {.date = day_,
                         .customer = who,
                         .applied = std::move(applied),
                         .unapplied = unapplied,
                         .money_account = turn_ % 2 == 0 ? kUndeposited : "Checking",
                         .reference = fmt::format("{}", 8000 + turn_)});
  }

  Workshop& shop_;
  std::string day_;
  int turn_;
};

void Round::lines() {
  // Amounts that quantity times price does not give; prices of seven decimals; lines that take something off; lines of text.
  book({.lines = {{.item = "Installation", .quantity = Decimal(3), .price = Decimal::of("33.33"), .off = Decimal::of("0.01")},
                  {.item = "Design", .quantity = Decimal::of("2.5"), .price = Decimal::of("19.99"), .off = Decimal::of("-0.01")}}});
  book({.lines = {{.item = "Mulch, yard", .quantity = Decimal(450), .price = Decimal::of("0.9090889")},
                  {.item = "PVC Pipe 10 ft", .quantity = Decimal(12), .price = Decimal::of("1.2345678")}},
        .tax_code = "2"});
  book({.lines = {{.item = "Installation", .quantity = Decimal(4)},
                  {.item = "Goodwill Credit", .quantity = Decimal(1), .price = Decimal::of("-25.50"), .description = "For the broken gate"},
                  {.description = "Two visits.\nKeys are with the neighbour."}},
        .tax_code = "1"});
  book({.customer = turn_ == 0   ? "74"
                    : turn_ == 1 ? "75"
                                 : "77",
        .lines = {{.item = "Maintenance", .quantity = Decimal(2)}},
        .tax_code = "1"});
  book({.customer = std::to_string(78 + turn_), .lines = {{.item = "Drip Garden Package"}}, .tax_code = "2", .department = "3"});
  book({.lines = {{.item = "Installation", .quantity = Decimal(6), .class_id = "3"}},
        .tax_code = "2",
        .deposit = Decimal(120),
        .money_account = turn_ == 1 ? "Checking" : kUndeposited});
}

void Round::numbers() {
  for (const auto* number : {"", "7777", "7777"}) book({.lines = {{.item = "Maintenance"}}, .number = number});
  book({.lines = {{.item = "Maintenance"}}, .number = kDateLike[static_cast<std::size_t>(turn_)]});
}

void Round::taxes() {
  const std::vector<SaleLine> mixed{{.item = "Mulch, yard", .quantity = Decimal(5)}, {.item = "Design", .quantity = Decimal(2)}};
  book({.lines = mixed, .tax_code = "2", .discount_percent = Decimal(10), .tax_after_discount = true});
  book({.lines = mixed, .tax_code = "2", .discount_percent = Decimal(15), .tax_after_discount = false, .shipping = Decimal::of("18.40")});
  book({.lines = {{.item = "Live Oak 15 gal"}}, .tax_code = "2", .tax_override = Decimal::of(turn_ == 1 ? "-0.02" : "0.01")});
  if (shop_.profile.tax_model == TaxModel::states) return;
  std::vector<SaleLine> every;
  for (const auto& code : shop_.profile.codes)
    if (code.active) every.push_back({.item = "Design", .price = Decimal::of("41.35"), .tax_code = code.id});
  book({.lines = every, .tax_code = "2"});
  book({.lines = {{.item = "Mulch, yard", .quantity = Decimal(3), .price = Decimal::of("10.00")},
                  {.item = "PVC Pipe 10 ft", .quantity = Decimal(7), .price = Decimal::of("9.99")},
                  {.item = "Design", .price = Decimal::of("60.00"), .tax_code = shop_.profile.plain}},
        .tax_code = "2",
        .tax_inclusive = true});
  book({.entity = "SalesReceipt",
        .lines = {{.item = "Maintenance", .quantity = Decimal(2), .price = Decimal::of("29.95"), .tax_code = shop_.profile.usual}},
        .tax_code = "2",
        .money_account = "Checking",
        .method = "1",
        .tax_inclusive = true});
}

void Round::states() {
  book({.lines = {{.item = "Maintenance", .quantity = Decimal(1), .price = Decimal(60)},
                  {.item = "Goodwill Credit", .quantity = Decimal(-1), .price = Decimal(60)}},
        .note = "Nothing to pay"});
  book({.lines = {{.item = "Installation"}}, .note = "entered twice", .voided = true});
  book({.entity = "RefundReceipt",
        .lines = {{.item = "Maintenance"}},
        .tax_code = "2",
        .money_account = turn_ == 1 ? "Petty Cash" : "Checking"});
}

void Round::credits() {
  const auto credit = [&](const std::string& who, int hours) {
    return book({.entity = "CreditMemo", .customer = who, .lines = {{.item = "Maintenance", .quantity = Decimal(hours)}}, .tax_code = "2"});
  };
  const auto who = customer(1);
  credit(who, 1);  // stays open
  const auto owed = bill(who, 8);
  const auto partly = credit(who, 3), fully = credit(who, 2);
  const auto whole = open_balance(shop_, "CreditMemo", fully);
  pay(who, {{"Invoice", owed, whole + Decimal(20)}, {"CreditMemo", fully, whole}, {"CreditMemo", partly, Decimal(20)}});
}

void Round::payments() {
  const auto who = customer(2);
  const auto first = bill(who, 3), second = bill(who, 5), third = bill(who, 7);
  pay(who, {{"Invoice", first, open(first)}, {"Invoice", second, open(second)}, {"Invoice", third, Decimal(50)}});
  pay(who, {{"Invoice", third, Decimal(40)}});
  pay(who, {{"Invoice", third, open(third)}}, Decimal::of("33.10"));
}

/// Charged without an invoice: the API has no object for it. Some are paid.
void statement_charge(Workshop& shop, const std::string& day, int turn) {
  const auto who = std::to_string(turn * 2 + 14);
  const auto id = shop.transaction_id();
  const Decimal amount(45 + turn * 10);
  shop.post({.id = id, .type = "Charge", .entity = "", .date = day, .party = shop.party("Customer", who)},
            {{kReceivable, amount, "Service call"}, {"Services", -amount, "Service call"}});
  if (turn == 1) return;
  shop.agenda.at(date::plus_days(day, 9), [&shop, who, id, amount](const std::string& today) {
    book_payment(
        shop, {.date = today, .customer = who, .applied = {{"StatementCharge", id, amount}}, .money_account = "Checking", .method = "4"});
  });
}

/// Entered now for a day that has not come.
void ahead(Workshop& shop, const std::string& today) {
  for (int i = 0; i < 3; ++i)
    book_sale(shop, {.date = date::plus_days(today, 40 + i * 3),
                     .customer = std::to_string(10 + i),
                     .lines = {{.item = "Maintenance", .quantity = Decimal(2 + i)}},
                     .tax_code = "2",
                     .term = "3",
                     .typed_on = today});
}

}  // namespace

void plan_hard_sales(Workshop& shop) {
  for (int turn = 0; turn < static_cast<int>(kRounds.size()); ++turn) {
    const std::string day = kRounds[static_cast<std::size_t>(turn)];
    const auto on = [&](int later, void (Round::*part)()) {
      shop.agenda.at(date::plus_days(day, later), [&shop, turn, part](const std::string& today) {
        Round round(shop, today, turn);
        (round.*part)();
      });
    };
    on(0, &Round::lines);
    on(2, &Round::numbers);
    on(4, &Round::taxes);
    on(9, &Round::states);
    on(13, &Round::credits);
    on(17, &Round::payments);
    shop.agenda.at(date::plus_days(day, 21), [&shop, turn](const std::string& today) { statement_charge(shop, today, turn); });
  }
  shop.agenda.at(kLastDay, [&shop](const std::string& today) { ahead(shop, today); });
}

}  // namespace q2o::sandbox::generator
