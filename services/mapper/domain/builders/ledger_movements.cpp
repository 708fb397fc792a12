#include <fmt/format.h>

#include "services/mapper/domain/builders/families.h"
#include "services/mapper/domain/builders/line_detail.h"
#include "services/mapper/domain/builders/links.h"
#include "services/mapper/domain/builders/notes.h"

/// Transactions that are nothing but their ledger items: expenses, checks, deposits, transfers, journal entries, …
namespace q2o::mapper::builders {
namespace {

/// "75 (Check)", "(Deposit)": number and the source's own wording.
std::string movement_number(const Scope& scope, const accounting::LedgerTransaction& ledger) {
  std::string document_number = scope.text_at("DocNumber");
  if (document_number.empty()) document_number = ledger.document_number;
  return fmt::format("{}{}({})", document_number, document_number.empty() ? "" : " ", ledger.type);
}

/// The memo of the bank's row, else the note, else the kind of transaction.
std::string movement_label(const Scope& scope, const accounting::LedgerTransaction& ledger, const std::vector<Item>& items,
                           const std::string& primary) {
  for (const auto& item : items) {
    if ((primary.empty() ? scope.is_bank(item.account) : item.account == primary) && !item.name.empty()) return item.name;
  }
  const std::string note = scope.text_at("PrivateNote");
  return note.empty() ? ledger.type : note;
}

bool amounts_are_zero(const Scope& scope) {
  const auto whole = scope.amount_at("TotalAmt"), transferred = scope.amount_at("Amount");
  if ((whole && !whole->is_zero()) || (transferred && !transferred->is_zero())) return false;
  for (const auto& line : scope.at("Line").items()) {
    const auto amount = Scope::amount_of(line["Amount"], "Line.Amount");
    if (amount && !amount->is_zero()) return false;
  }
  return true;
}

struct Shape {
  std::string primary_path;  ///< where the object names the bank whose statement line comes first
  std::string journal = "ledger";
};

/// The items of the ledger, with the object's details; std::nullopt = nothing was posted.
std::optional<Movement> movement_of(const Scope& scope, const Shape& shape) {
  const auto* ledger = own_ledger(scope);
  if (ledger == nullptr) {
    if (!amounts_are_zero(scope)) refuse_missing_ledger(scope);
    return std::nullopt;
  }
  Movement movement;
  movement.base = scope.own();
  movement.date = scope.at("TxnDate").is_null() ? ledger->date : scope.date_at("TxnDate");
  movement.items = ledger_items(scope, *ledger, movement.date);
  if (movement.items.empty()) return std::nullopt;
  movement.primary_account = shape.primary_path.empty() ? std::string() : scope.text_at(shape.primary_path);
  movement.journal = scope.parameter_or("journal", shape.journal);
  movement.caption = {movement_label(scope, *ledger, movement.items, movement.primary_account), movement_number(scope, *ledger)};
  add_line_details(scope, movement.items);
  return movement;
}

/// What the object says about its bank, where the ledger says otherwise: its items were taken.
std::optional<Fallback> other_amount(const Scope& scope, const Movement& movement) {
  const auto total = scope.amount_at("TotalAmt"), transferred = scope.amount_at("Amount");
  const Decimal said = total ? *total : transferred.value_or(Decimal{});
  if (movement.primary_account.empty() || said.is_zero()) return std::nullopt;
  Decimal posted;
  for (const auto& item : movement.items) {
    if (item.account == movement.primary_account) posted += item.amount_currency;
  }
  if (posted.abs() == said.abs()) return std::nullopt;
  const auto* account = scope.lookups.find("Account", movement.primary_account);
  return Fallback{"ledger_lines", fmt::format("It says {} on {}, QuickBooks posted {}. It was booked as it was posted.", said.to_string(2),
                                              account == nullptr ? std::string_view(movement.primary_account) : (*account)["Name"].text(),
                                              posted.to_string(2))};
}

Outcome finish(const Scope& scope, const std::optional<Movement>& movement) {
  Outcome outcome;
  outcome.posting = true;
  if (!movement) {
    outcome.merged = "All amounts are 0.00: there is nothing to post";
    return outcome;
  }
  outcome.targets = move_money(scope, *movement);
  outcome.fallback = other_amount(scope, *movement);
  add_note(scope, outcome.targets);
  return outcome;
}

Outcome simple(const Scope& scope, const Shape& shape) {
  return finish(scope, movement_of(scope, shape));
}

/// The item of the deposit that takes a linked payment out of Undeposited Funds.
struct Taken {
  std::string account;
  Party partner;
  Decimal home, currency;  ///< of the linked payment, debit positive
};

std::optional<Taken> taken_by(const Scope& scope, const Link& link, const std::vector<Item>& deposit_items) {
  const auto* linked = scope.ledger(link.id);
  if (linked == nullptr) return std::nullopt;
  for (const auto& item : ledger_items(scope, *linked, {})) {
    if (scope.is_bank(item.account) || scope.is_open_item(item.account) || !scope.is_undeposited(item.account)) continue;
    const auto opposite = std::find_if(deposit_items.begin(), deposit_items.end(), [&](const Item& own) {
      return own.account == item.account && own.balance.sign() == -item.balance.sign();
    });
    if (opposite != deposit_items.end()) return Taken{item.account, item.partner, item.balance, item.amount_currency};
  }
  return std::nullopt;  // went straight to the bank: there is nothing undeposited
}

void name_partner(std::vector<Item>& items, const Taken& taken) {
  for (auto& item : items) {
    if (item.account != taken.account || item.partner || item.balance != -taken.home) continue;
    item.partner = taken.partner;
    return;
  }
}

/// The deposit's item that takes it: of the same amount and partner, else of the same amount, else any that could.
std::size_t position_of(const std::vector<Item>& items, const Taken& taken, std::vector<bool>& used) {
  std::size_t best = items.size();
  int best_rank = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].account != taken.account || items[i].balance.sign() != -taken.home.sign()) continue;
    const bool amount = items[i].balance == -taken.home && !used[i];
    const int rank = !amount ? 1 : items[i].partner == taken.partner ? 3 : 2;
    if (rank > best_rank) best = i, best_rank = rank;
  }
  if (best < used.size()) used[best] = true;
  return best;
}

void remember_deposited(const Scope& scope, const Link& link, const std::string& bank) {
  if (bank.empty() || !scope.is_bank(bank)) return;
  json::Writer value;
  value.begin_object().field("account", bank).end_object();
  scope.lookups.put("deposited", fmt::format("{}/{}", linked_entity(link.type), link.id), value.take());
}

}  // namespace

Outcome purchase(const Scope& scope) {
  auto movement = movement_of(scope, {"AccountRef.value", "ledger"});
  if (movement && !scope.text_at("EntityRef.value").empty()) movement->partner = scope.party(scope.text_at("EntityRef.value"));
  return finish(scope, movement);
}

Outcome deposit(const Scope& scope) {
  auto movement = movement_of(scope, {"DepositToAccountRef.value", "ledger"});
  if (!movement) return finish(scope, movement);
  std::vector<std::pair<Link, Taken>> taken;
  for (const auto& link : line_links(scope)) {
    remember_deposited(scope, link, movement->primary_account);
    const auto found = taken_by(scope, link, movement->items);
    if (!found) continue;
    name_partner(movement->items, *found);
    taken.emplace_back(link, *found);
  }
  Outcome outcome = finish(scope, movement);
  std::vector<bool> used(movement->items.size());
  std::size_t count = 0;
  for (const auto& [link, item] : taken) {
    const std::string other = holding_record(scope, link.type, link.id, item.account);
    const std::size_t position = position_of(movement->items, item, used);
    const std::string own = holding_record(scope, *movement, position);
    const bool incoming = item.home.sign() > 0;
    const Item& mine = movement->items[position];
    Match matched{scope.own(fmt::format("match{}", ++count)),
                  incoming ? other : own,
                  incoming ? own : other,
                  item.account,
                  std::min(item.home.abs(), mine.balance.abs()),
                  std::min(item.currency.abs(), mine.amount_currency.abs()),
                  {},
                  {}};
    (incoming ? matched.credit_partner : matched.debit_partner) = item.partner;
    outcome.targets.push_back(match(scope, matched));
  }
  return outcome;
}

Outcome transfer(const Scope& scope) {
  return simple(scope, {"FromAccountRef.value", "ledger"});
}
Outcome card_payment(const Scope& scope) {
  return simple(scope, {"BankAccountRef.value", "ledger"});
}
Outcome journal_entry(const Scope& scope) {
  return simple(scope, {{}, "journal"});
}
Outcome inventory_adjustment(const Scope& scope) {
  return simple(scope, {{}, "ledger"});
}

Outcome ledger_transaction(const Scope& scope) {
  if (own_ledger(scope) == nullptr) refuse_missing_ledger(scope);
  const auto movement = movement_of(scope, {{}, "ledger"});
  Outcome outcome = finish(scope, movement);
  if (!movement) return outcome;
  std::size_t matches = 0;
  for (std::size_t i = 0; i < movement->items.size(); ++i) {
    const Item& item = movement->items[i];
    if (!item.amount_currency.is_zero() || !scope.is_open_item(item.account)) continue;
    for (auto& target : settle_rests(scope, item, holding_record(scope, *movement, i), matches + 1)) {
      outcome.targets.push_back(std::move(target));
      ++matches;
    }
  }
  return outcome;
}

}  // namespace q2o::mapper::builders
