#include "sandbox/odoo/rules/exchange.h"

#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/dates.h"
#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo {

namespace {

/// Home value of an amount at the item's own rate, and how far rounding of that amount could move it.
struct Worth {
  Decimal low, middle, high;
};

Worth worth_of(const Record& line, const Decimal& amount) {
  const Decimal balance = line.amount("balance").abs(), whole = line.amount("amount_currency").abs();
  if (balance.is_zero() || whole.is_zero()) return {};
  const Decimal half = Decimal::of_unscaled(5, currency_digits(line.ref("currency_id")) + 1);
  const int digits = currency_digits(line.env().company().ref("currency_id"));
  const auto at = [&](const Decimal& part) { return Decimal::divide(part * balance, whole, digits, Rounding::half_up); };
  return {at(amount - half), at(amount), at(amount + half)};
}

/// When Odoo dates what follows from a reconciliation: the end of a month that is over, else today at the earliest.
std::string accounting_date(Env& env, const std::string& date) {
  return date.substr(0, 7) < env.today.substr(0, 7) ? end_of_month(date) : std::max(date, env.today);
}

}  // namespace

ForeignMatch match_abroad(const Record& debit, const Record& credit) {
  const Decimal debit_open = debit.amount("amount_residual_currency"), credit_open = -credit.amount("amount_residual_currency");
  const Decimal debit_home = debit.amount("amount_residual"), credit_home = -credit.amount("amount_residual");
  ForeignMatch out;
  out.currency = std::min(debit_open, credit_open);
  const bool debit_done = debit_open <= credit_open, credit_done = credit_open <= debit_open;
  const Worth debit_worth = worth_of(debit, out.currency), credit_worth = worth_of(credit, out.currency);
  Decimal from_debit = std::min(debit_worth.middle, debit_home), from_credit = std::min(credit_worth.middle, credit_home);
  out.home = std::min(from_debit, from_credit);
  // Close enough to be a matter of rounding: no difference is booked.
  if (from_debit <= credit_worth.high && from_debit >= credit_worth.low && from_credit <= debit_worth.high &&
      from_credit >= debit_worth.low)
    out.home = from_debit = from_credit = debit_done ? debit_home : credit_home;
  out.debit_over = debit_done ? debit_home - out.home : std::max(Decimal{}, from_debit - out.home);
  out.credit_over = -(credit_done ? credit_home - out.home : std::max(Decimal{}, from_credit - out.home));
  return out;
}

void book_exchange_difference(Env& env, const std::vector<std::pair<Record, Decimal>>& over, const std::string& date) {
  const Record company = env.company();
  if (company.link("currency_exchange_journal_id") == 0)
    throw user_error(
        "You have to configure the 'Exchange Gain or Loss Journal' in your company settings, to manage automatically the booking of "
        "accounting entries related to differences between exchange rates.");
  List lines;
  for (const auto& [line, amount] : over) {
    const char* field = amount.sign() > 0 ? "expense_currency_exchange_account_id" : "income_currency_exchange_account_id";
    if (company.link(field) == 0)
      throw user_error(
          fmt::format("You should configure the '{} Exchange Rate Account' in your company settings, to manage automatically "
                      "the booking of accounting entries related to differences between exchange rates.",
                      amount.sign() > 0 ? "Loss" : "Gain"));
    for (const bool own : {true, false}) {
      Dict item;
      item["name"] = Any("Currency exchange rate difference");
      item["account_id"] = Any(own ? line.link("account_id") : company.link(field));
      item["balance"] = Any(own ? -amount : amount);
      item["amount_currency"] = Any(Decimal{});
      item["currency_id"] = Any(line.link("currency_id"));
      item["partner_id"] = Any(line.link("partner_id"));
      lines.emplace_back(List{Any(0), Any(0), Any(std::move(item))});
    }
  }
  Dict move;
  move["move_type"] = Any("entry");
  move["journal_id"] = Any(company.link("currency_exchange_journal_id"));
  move["date"] = Any(accounting_date(env, date));
  move["line_ids"] = Any(std::move(lines));
  const Id id = env.create_one("account.move", std::move(move));
  post_moves(env, {id});
  const auto items = env.record("account.move", id).many("line_ids");
  for (std::size_t i = 0; i < over.size(); ++i) {
    const auto& [line, amount] = over[i];
    const Record fix = items[2 * i];
    Dict values;
    values["debit_move_id"] = Any(amount.sign() > 0 ? line.id() : fix.id());
    values["credit_move_id"] = Any(amount.sign() > 0 ? fix.id() : line.id());
    values["amount"] = Any(amount.abs());
    values["debit_amount_currency"] = Any(Decimal{});
    values["credit_amount_currency"] = Any(Decimal{});
    env.create("account.partial.reconcile", List{Any(std::move(values))});
  }
}

}  // namespace q2o::sandbox::odoo
