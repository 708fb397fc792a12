#include <fmt/format.h>

#include <algorithm>

#include "services/mapper/domain/builders/money.h"

namespace q2o::mapper::builders {
namespace {

/// The bank that an undeposited payment was deposited to later (deposits come earlier in the stream), else the first bank.
std::string undeposited_bank(const Scope& scope, const std::string& deposit_key) {
  if (const auto* found = scope.lookups.find("deposited", deposit_key)) return std::string((*found)["account"].text());
  std::string bank = scope.first_account("Bank", scope.run.home_currency);
  return bank.empty() ? scope.first_account("Bank") : bank;
}

Expression manual_method(const Scope& scope, const std::string& journal, std::string_view bank, bool inbound) {
  std::vector<Condition> domain{{"journal_id", "=", record_ref(journal)}, {"payment_type", "=", text(inbound ? "inbound" : "outbound")}};
  if (scope.run.money_mode == MoneyMode::native && !scope.first_account({}, {}, "UndepositedFunds").empty()) {
    domain.push_back({"id", "!=", record_ref(scope.id("Account", bank, inbound ? "undepositedinbound" : "undepositedoutbound"))});
  }
  return find("account.payment.method.line", domain, "sequence,id");
}

Item liquidity_item(const Settlement& settlement, std::string_view account_key, const std::string& label) {
  Item item;
  item.account = account_key;
  item.balance = settlement.inbound ? settlement.home_amount : -settlement.home_amount;
  item.amount_currency = settlement.inbound ? settlement.amount : -settlement.amount;
  item.currency = settlement.currency;
  item.partner = settlement.partner;
  item.name = label;
  return item;
}

Item reversed(Item item, std::string_view account_key) {
  item.account = account_key;
  item.balance = -item.balance;
  item.amount_currency = -item.amount_currency;
  return item;
}

Target payment_target(const Scope& scope, const Settlement& settlement, const std::string& bank, Expression method,
                      std::string_view liquidity) {
  const std::string journal = scope.id("Account", bank, "journal");
  Fields values;
  values.set("payment_type", text(settlement.inbound ? "inbound" : "outbound"))
      .set("partner_type", text(settlement.customer ? "customer" : "supplier"))
      .set("partner_id", scope.partner(settlement.partner))
      .set("amount", number(settlement.amount))
      .set("date", text(settlement.date))
      .set("currency_id", scope.currency(settlement.currency))
      .set("journal_id", record_ref(journal))
      .set("memo", text_or_none(settlement.caption.label))
      .set("payment_reference", text_or_none(settlement.caption.number))
      .set("payment_method_line_id", std::move(method));
  // Else Odoo takes the partner's default, which another chart or a second receivable account makes another one.
  const auto& counter = settlement.counter_items;
  const auto control = std::find_if(counter.begin(), counter.end(), [&](const Item& item) { return scope.is_open_item(item.account); });
  if (control != counter.end()) set_account(scope, values, "destination_account_id", control->account);
  if (settlement.exact) {
    std::vector<Item> items{liquidity_item(settlement, liquidity, settlement.caption.label)};
    for (Item item : settlement.counter_items) {
      if (item.name.empty()) item.name = settlement.caption.label;
      items.push_back(std::move(item));
    }
    values.set("line_ids", item_lines(scope, items));
  }
  return create(settlement.payment, "account.payment", "payments", values, {.post = true, .sudo = false, .exact_items = false, .then = {}});
}

Target bank_line(const Scope& scope, const Settlement& settlement, std::string_view outstanding, const std::string& label) {
  const Item bank = liquidity_item(settlement, settlement.liquidity, label);
  const bool home_bank = scope.account_currency(settlement.liquidity) == scope.run.home_currency;
  Fields values;
  values.set("journal_id", record_ref(scope.id("Account", settlement.liquidity, "journal")))
      .set("date", text(settlement.date))
      .set("payment_ref", text(label))
      .set("ref", text_or_none(settlement.caption.number))
      .set("partner_id", scope.partner(settlement.partner))
      .set("amount", number(home_bank ? bank.balance : bank.amount_currency))
      .set("line_ids", item_lines(scope, {bank, reversed(bank, outstanding)}));
  return create(settlement.base + "_line", "account.bank.statement.line", "statement_lines", values,
                {.post = false, .sudo = true, .exact_items = false, .then = {}});
}

/// The payment as nothing but its items.
std::vector<Target> as_movement(const Scope& scope, const Settlement& settlement, const std::string& base) {
  const std::string label =
      settlement.caption.label.empty() && scope.has_statement(settlement.liquidity) ? std::string("Payment") : settlement.caption.label;
  std::vector<Item> items{liquidity_item(settlement, settlement.liquidity, label)};
  items.insert(items.end(), settlement.counter_items.begin(), settlement.counter_items.end());
  return move_money(scope,
                    {base, settlement.date, {label, settlement.caption.number}, settlement.partner, items, settlement.liquidity, "ledger"});
}

}  // namespace

std::string settling_record(const Scope& scope, const Settlement& settlement) {
  const bool line = scope.run.money_mode == MoneyMode::statement && scope.has_statement(settlement.liquidity);
  return line ? settlement.base + "_line" : settlement.payment;
}

std::vector<Target> settle(const Scope& scope, const Settlement& settlement, bool& plain_entry) {
  plain_entry = false;
  if (scope.run.money_mode != MoneyMode::native && scope.has_journal(settlement.liquidity)) {
    if (scope.run.money_mode == MoneyMode::statement) return as_movement(scope, settlement, settlement.base);
    auto method = manual_method(scope, scope.id("Account", settlement.liquidity, "journal"), settlement.liquidity, settlement.inbound);
    return {payment_target(scope, settlement, settlement.liquidity, std::move(method), settlement.liquidity)};
  }
  const std::string_view outstanding = settlement.inbound ? kOutstandingReceipts : kOutstandingPayments;
  if (scope.is_bank(settlement.liquidity)) {
    const std::string label = settlement.caption.label.empty() ? std::string("Payment") : settlement.caption.label;
    const std::string line = settlement.base + "_line";
    auto method = manual_method(scope, scope.id("Account", settlement.liquidity, "journal"), settlement.liquidity, settlement.inbound);
    return {payment_target(scope, settlement, settlement.liquidity, std::move(method), outstanding),
            bank_line(scope, settlement, outstanding, label),
            match(scope, {line + "_match1",
                          settlement.inbound ? settlement.payment : line,
                          settlement.inbound ? line : settlement.payment,
                          std::string(outstanding),
                          settlement.home_amount,
                          settlement.amount,
                          {},
                          {}})};
  }
  const std::string bank = undeposited_bank(scope, settlement.deposit_key);
  if (scope.is_undeposited(settlement.liquidity) && !bank.empty()) {
    Expression method = record_ref(scope.id("Account", bank, settlement.inbound ? "undepositedinbound" : "undepositedoutbound"));
    return {payment_target(scope, settlement, bank, std::move(method), settlement.liquidity)};
  }
  // Neither a bank nor Undeposited Funds: Odoo has no payment journal for such an account.
  plain_entry = true;
  return as_movement(scope, settlement, settlement.payment);
}

}  // namespace q2o::mapper::builders
