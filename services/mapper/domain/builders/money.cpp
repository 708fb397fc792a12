#include "services/mapper/domain/builders/money.h"

#include <fmt/format.h>

namespace q2o::mapper::builders {
namespace {

RecordOf bank_journal(const Scope& scope, std::string_view bank) {
  return scope.ref("Account", bank, "journal");
}

/// The amount of a statement line is in its journal's currency.
Decimal statement_amount(const Scope& scope, const std::string& bank, const std::vector<Item>& bank_items) {
  const auto currency = scope.account_currency(bank);
  Decimal sum;
  for (const auto& item : bank_items) sum += currency == scope.run.home_currency ? item.balance : item.amount_currency;
  return sum;
}

Target statement_line(const Scope& scope, std::string external_id, const std::string& bank, const Decimal& amount, const std::string& date,
                      const Caption& caption, const Party& partner, const std::vector<Item>& items) {
  Fields values;
  values.set("journal_id", bank_journal(scope, bank))
      .set("date", text(date))
      .set("payment_ref", text_or_none(caption.label))
      .set("ref", text_or_none(caption.number))
      .set("partner_id", scope.partner(partner))
      .set("amount", number(amount))
      .set("line_ids", item_lines(scope, items));
  // Odoo must not reckon the taxes of items anew.
  const bool taxed = std::any_of(items.begin(), items.end(), [](const Item& item) { return item.taxed; });
  // Posted by its creation; the right to create statement lines is one that even administrators lack.
  return create(std::move(external_id), "account.bank.statement.line", "statement_lines", values,
                {.post = false, .sudo = true, .exact_items = taxed, .then = {}});
}

/// In mode payment the journal of the bank or card that moves: there is no statement line to tell.
Expression entry_journal(const Scope& scope, const Movement& movement) {
  const Item* money = nullptr;
  for (const auto& item : movement.items) {
    if (scope.run.money_mode != MoneyMode::payment || !scope.has_journal(item.account)) continue;
    if (money == nullptr || item.account == movement.primary_account) money = &item;
  }
  if (money == nullptr) return scope.journal(movement.journal);
  return bank_journal(scope, money->account);
}

Target entry(const Scope& scope, const Movement& movement, const std::vector<Item>& items) {
  Lines rows;
  for (const auto& item : items) {
    Fields row = item_fields(scope, item);
    if (!item.taxed) row.set("tax_ids", no_refs());
    rows.add(row);
  }
  Fields values;
  values.set("move_type", text("entry"))
      .set("journal_id", entry_journal(scope, movement))
      .set("date", text(movement.date))
      .set("ref", text_or_none(movement.caption.number))
      .set("partner_id", scope.partner(movement.partner))
      .set("line_ids", rows);
  return create(movement.base, "account.move", "entries", values, {.post = true, .sudo = false, .exact_items = true, .then = {}});
}

/// What becomes one statement line.
struct BankPart {
  std::string bank;
  std::vector<std::size_t> positions;  ///< among the movement's items
  std::vector<Item> items;
  Decimal home;
};

bool holds(const BankPart& part, std::size_t position) {
  return std::find(part.positions.begin(), part.positions.end(), position) != part.positions.end();
}

/// Whether it is one movement of the bank's statement: items that cancel out, stand in several currencies or have no amount in the bank's
/// own (a revaluation) are none.
bool moves(const Scope& scope, const BankPart& part) {
  const auto own = scope.account_currency(part.bank);
  for (const auto& item : part.items) {
    if (item.currency != part.items.front().currency || (own != scope.run.home_currency && item.currency != own)) return false;
  }
  return !part.home.is_zero() && !statement_amount(scope, part.bank, part.items).is_zero();
}

/// Banks and cards that move, the primary one first, then in the order of the postings; everything else goes to `others`. Where Undeposited
/// Funds has statement lines too, each of its items is a part: it is settled by a payment of its own.
std::vector<BankPart> split_banks(const Scope& scope, const Movement& movement, std::vector<Item>& others) {
  std::vector<BankPart> parts;
  for (std::size_t i = 0; i < movement.items.size(); ++i) {
    const Item& item = movement.items[i];
    if (!scope.has_statement(item.account)) continue;
    auto found = std::find_if(parts.begin(), parts.end(),
                              [&](const BankPart& part) { return part.bank == item.account && scope.is_bank(item.account); });
    if (found == parts.end()) found = parts.insert(parts.end(), BankPart{item.account, {}, {}, {}});
    found->positions.push_back(i);
    found->items.push_back(item);
    found->home += item.balance;
  }
  std::erase_if(parts, [&](const BankPart& part) { return !moves(scope, part); });
  std::stable_partition(parts.begin(), parts.end(), [&](const BankPart& part) { return part.bank == movement.primary_account; });
  for (std::size_t i = 0; i < movement.items.size(); ++i) {
    if (std::none_of(parts.begin(), parts.end(), [&](const BankPart& part) { return holds(part, i); })) others.push_back(movement.items[i]);
  }
  return parts;
}

std::string line_record(const std::string& base, std::size_t part) {
  return part == 0 ? base + "_line" : fmt::format("{}_line{}", base, part + 1);
}

Item named(Item item, const std::string& label) {
  if (item.name.empty()) item.name = label;
  return item;
}

/// The bank's items as one, because a statement line has one bank item.
Item merged(const BankPart& part, const std::string& label) {
  Item sum = part.items.front();
  for (std::size_t i = 1; i < part.items.size(); ++i) {
    sum.balance += part.items[i].balance;
    sum.amount_currency += part.items[i].amount_currency;
  }
  return named(std::move(sum), label);
}

Item transfer_item(const Scope& scope, const Decimal& home, const std::string& label) {
  Item item;
  item.account = kTransfer;
  item.balance = item.amount_currency = home;  // the tie between two banks is in home currency: one exact match
  item.currency = scope.run.home_currency;
  item.name = label;
  return item;
}

}  // namespace

Target match(const Scope& scope, const Match& match) {
  Fields values;
  values.set("debit", text(match.debit)).set("credit", text(match.credit));
  set_account(scope, values, "account", match.account);
  values.set("amount", number(match.amount)).set("amount_currency", number(match.amount_currency));
  if (match.debit_partner) values.set("debit_partner", scope.partner(match.debit_partner));
  if (match.credit_partner) values.set("credit_partner", scope.partner(match.credit_partner));
  Target target = operation(match.external_id, kMatchModel, "match", "matches", values);
  target.references.push_back(match.debit);
  target.references.push_back(match.credit);
  return target;
}

Caption payment_caption(const Scope& scope, const std::string& document_number) {
  const std::string method = scope.text_at("PaymentMethodRef.value");
  std::string method_name = scope.text_at("PaymentMethodRef.name");
  if (!method.empty() && method_name.empty()) {
    if (const auto* found = scope.referred("PaymentMethod", method, "PaymentMethodRef.value")) method_name = (*found)["Name"].text();
  }
  std::string label = document_number;
  if (!method_name.empty()) label += fmt::format("{}({})", label.empty() ? "" : " ", method_name);
  return {label, document_number};
}

std::string holding_record(const Scope& scope, const Movement& movement, std::size_t position) {
  std::vector<Item> others;
  const auto parts = split_banks(scope, movement, others);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (holds(parts[i], position)) return line_record(movement.base, i);
  }
  return parts.empty() ? movement.base : line_record(movement.base, 0);
}

std::vector<Target> move_money(const Scope& scope, const Movement& movement) {
  std::vector<Item> others;
  const auto banks = split_banks(scope, movement, others);
  if (banks.empty()) return {entry(scope, movement, movement.items)};
  std::vector<Target> targets, matches;
  std::vector<Item> items{merged(banks.front(), movement.caption.label)};
  for (auto& item : others) items.push_back(named(std::move(item), movement.caption.label));
  for (std::size_t i = 1; i < banks.size(); ++i)
    items.push_back(transfer_item(scope, banks[i].home, merged(banks[i], movement.caption.label).name));
  const std::string first = line_record(movement.base, 0);
  targets.push_back(statement_line(scope, first, banks.front().bank, statement_amount(scope, banks.front().bank, banks.front().items),
                                   movement.date, movement.caption, movement.partner, items));
  for (std::size_t i = 1; i < banks.size(); ++i) {
    const Item own = merged(banks[i], movement.caption.label);
    const std::string record = line_record(movement.base, i);
    const Party& partner = scope.is_bank(banks[i].bank) || movement.partner ? movement.partner : own.partner;
    targets.push_back(statement_line(scope, record, banks[i].bank, statement_amount(scope, banks[i].bank, banks[i].items), movement.date,
                                     {own.name, movement.caption.number}, partner, {own, transfer_item(scope, -banks[i].home, own.name)}));
    const bool first_debits = banks[i].home.sign() > 0;
    const Decimal amount = banks[i].home.abs();
    matches.push_back(match(scope, {record + "_match1",
                                    first_debits ? first : record,
                                    first_debits ? record : first,
                                    std::string(kTransfer),
                                    amount,
                                    amount,
                                    {},
                                    {}}));
  }
  targets.insert(targets.end(), matches.begin(), matches.end());
  return targets;
}

}  // namespace q2o::mapper::builders
