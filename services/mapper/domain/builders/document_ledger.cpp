#include <fmt/format.h>

#include "services/mapper/domain/builders/document.h"

/// The ledger decides: which accounts a document's lines stand on, and whether they say what the ledger says.
namespace q2o::mapper::builders {
namespace {

using Kind = DocumentLine::Kind;
using Sums = std::map<std::string, Net>;

bool amounts(const DocumentLine& line) {
  return line.kind == Kind::product || line.kind == Kind::tax;
}
bool is_control(const Scope& scope, const Document& document, const std::string& account) {
  return document.sales ? scope.is_receivable(account) : scope.is_payable(account);
}
bool is_money(const Scope& scope, const std::string& account) {
  return scope.is_bank(account) || scope.is_undeposited(account);
}

/// Items of the ledger, which outlives them.
using ItemViews = std::vector<const Item*>;

/// Which of the ledger's items are the money of the document: the one of the amount that the object says, else all on that account that
/// no line stands for.
std::vector<bool> money_items(const Document& document, const std::vector<Item>& ledger) {
  std::vector<bool> money(ledger.size());
  if (document.liquidity.empty()) return money;
  std::multiset<Decimal> lines;
  for (const auto& line : document.lines) {
    if (amounts(line) && line.account_certain && line.account == document.liquidity) lines.insert(document.turned(line.amount));
  }
  const Decimal said = -document.turned(document.said_paid);
  for (std::size_t i = 0; i < ledger.size(); ++i) {
    if (ledger[i].account != document.liquidity || ledger[i].amount_currency != said) continue;
    money[i] = true;
    return money;
  }
  for (std::size_t i = 0; i < ledger.size(); ++i) {
    if (ledger[i].account != document.liquidity) continue;
    const auto line = lines.find(ledger[i].amount_currency);
    money[i] = line == lines.end();
    if (!money[i]) lines.erase(line);
  }
  return money;
}

/// The ledger's side of the lines: everything but the open item and the money.
ItemViews line_items(const Scope& scope, const Document& document, const std::vector<Item>& ledger) {
  ItemViews items;
  items.reserve(ledger.size());
  const auto money = money_items(document, ledger);
  for (std::size_t i = 0; i < ledger.size(); ++i) {
    if (money[i] || ledger[i].account == document.control) continue;
    if (document.control.empty() && is_control(scope, document, ledger[i].account)) continue;
    items.push_back(&ledger[i]);
  }
  return items;
}

void add(Sums& sums, const Item& item) {
  auto& sum = sums[item.account];
  sum.home += item.balance;
  sum.currency += item.amount_currency;
}

Sums sums_of(const ItemViews& items) {
  Sums sums;
  for (const auto* item : items) add(sums, *item);
  return sums;
}

void assign_control(const Scope& scope, Document& document, const std::vector<Item>& ledger) {
  document.control.clear();
  for (const auto& item : ledger) {
    if (document.control.empty() && is_control(scope, document, item.account)) document.control = item.account;
  }
  const char* type = document.sales ? "Accounts Receivable" : "Accounts Payable";
  if (document.control.empty()) document.control = scope.first_account(type, document.currency);
  if (document.control.empty()) document.control = scope.first_account(type);
  if (document.control.empty()) {
    refuse("ARAccountRef", "", "REFERENCE_MISSING", fmt::format("The company has no account of type {}", type),
           "Extract all accounts, inactive ones too, and run again.");
  }
}

/// Where the money went and how much of it: as said, if the ledger agrees, else what the ledger has.
void assign_liquidity(const Scope& scope, Document& document, const std::vector<Item>& ledger) {
  document.paid = document.paid_home = Decimal{};
  document.liquidity.clear();
  if (document.said_paid.is_zero()) return;
  document.liquidity = document.said_liquidity;
  const auto posted = [&](auto fits) { return std::find_if(ledger.begin(), ledger.end(), fits); };
  if (posted([&](const Item& item) { return item.account == document.liquidity; }) == ledger.end()) {
    const auto other = posted([&](const Item& item) { return is_money(scope, item.account); });
    document.liquidity = other == ledger.end() ? std::string() : other->account;
  }
  const auto money = money_items(document, ledger);
  for (std::size_t i = 0; i < ledger.size(); ++i) {
    if (!money[i]) continue;
    document.paid -= document.turned(ledger[i].amount_currency);
    document.paid_home -= document.turned(ledger[i].balance);
  }
}

/// What the ledger has on each account that no line stands for yet, in the direction and currency of the object's amounts.
class Leftover {
 public:
  Leftover(const Document& document, const ItemViews& items) {
    for (const auto* item : items) rest_[item->account] += document.turned(item->amount_currency);
  }
  void take(const std::string& account, const Decimal& amount) { rest_[account] -= amount; }
  bool has(const std::string& account) const { return rest_.contains(account); }
  /// The account with exactly this left, preferring those that `prefer` likes; empty when there is none.
  template <class Prefer>
  std::string exactly(const Decimal& amount, Prefer prefer) const {
    std::string found;
    for (const auto& [account, rest] : rest_) {
      if (rest != amount || amount.is_zero()) continue;
      if (prefer(account)) return account;
      if (found.empty()) found = account;
    }
    return found;
  }
  template <class Prefer>
  std::string any(Prefer prefer) const {
    for (const auto& [account, rest] : rest_) {
      if (!rest.is_zero() && prefer(account)) return account;
    }
    return {};
  }

 private:
  std::map<std::string, Decimal> rest_;
};

/// Reverse charge: the same amount on both sides of one account leaves nothing over, but each has a row of its own.
std::string row_with(const ItemViews& items, std::vector<bool>& used, const Decimal& amount, const auto& liability) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (used[i] || items[i]->amount_currency != amount || !liability(items[i]->account)) continue;
    used[i] = true;
    return items[i]->account;
  }
  return {};
}

void assign_tax_accounts(const Scope& scope, Document& document, const ItemViews& items, Leftover& leftover) {
  std::vector<bool> used(items.size(), false);
  const auto liability = [&](const std::string& account) { return scope.account_type(account).ends_with("Liability"); };
  Decimal together;
  for (const auto& line : document.lines) {
    if (line.kind == Kind::tax) together += line.amount;
  }
  const std::string shared = leftover.exactly(together, liability);
  for (auto& line : document.lines) {
    if (line.kind != Kind::tax || line.amount.is_zero()) continue;
    line.account = leftover.exactly(line.amount, liability);
    if (line.account.empty()) line.account = row_with(items, used, document.turned(line.amount), liability);
    if (line.account.empty()) line.account = shared;
    if (line.account.empty()) line.account = leftover.any(liability);
    if (!line.account.empty()) leftover.take(line.account, line.amount);
  }
}

void assign_line_accounts(const Scope& scope, Document& document, const ItemViews& items, Leftover& leftover, bool doubt_items) {
  const auto certain = [&](const DocumentLine& line) {
    return line.account_certain || (!doubt_items && !line.account.empty() && leftover.has(line.account));
  };
  for (const auto& line : document.lines) {
    if (line.kind == Kind::product && certain(line)) leftover.take(line.account, line.amount);
  }
  assign_tax_accounts(scope, document, items, leftover);
  const auto profit_and_loss = [&](const std::string& account) { return !is_money(scope, account) && !scope.is_cost_of_goods(account); };
  for (auto& line : document.lines) {
    if (line.kind != Kind::product || certain(line) || line.amount.is_zero()) continue;
    std::string found =
        leftover.exactly(line.amount, [&](const std::string& account) { return account == line.account || profit_and_loss(account); });
    if (found.empty()) found = line.account.empty() ? leftover.any(profit_and_loss) : line.account;
    line.account = found;
    if (!found.empty()) leftover.take(found, line.amount);
  }
}

/// Home amounts of a foreign document: from the ledger item of the same account and foreign amount; the rest of an account on its last
/// line.
void assign_foreign_balances(Document& document, ItemViews items) {
  Sums rest = sums_of(items);
  std::map<std::string, DocumentLine*> last;
  for (auto& line : document.lines) {
    if (!amounts(line)) continue;
    const Decimal in_currency = document.turned(line.amount);
    const auto same = std::find_if(items.begin(), items.end(),
                                   [&](const Item* item) { return item->account == line.account && item->amount_currency == in_currency; });
    if (same != items.end()) {
      line.balance = (*same)->balance;
      items.erase(same);
    } else {
      line.balance = (in_currency * document.rate).rounded(2, Rounding::half_up);
    }
    rest[line.account].home -= line.balance;
    rest[line.account].currency -= in_currency;
    last[line.account] = &line;
  }
  for (auto& [account, line] : last) {
    if (rest[account].currency.is_zero()) line->balance += rest[account].home;
  }
}

std::string account_name(const Scope& scope, const std::string& account) {
  const auto* found = scope.lookups.find("Account", account);
  return found == nullptr
             ? account
             : std::string((*found)["FullyQualifiedName"].text().empty() ? (*found)["Name"].text() : (*found)["FullyQualifiedName"].text());
}

/// Ledger less lines, per account; zero differences are left out.
Sums differences(const Document& document, const ItemViews& items) {
  Sums rest = sums_of(items);
  for (const auto& line : document.lines) {
    if (!amounts(line) || line.amount.is_zero()) continue;
    rest[line.account].home -= line.balance;
    rest[line.account].currency -= document.turned(line.amount);
  }
  std::erase_if(rest, [](const auto& entry) { return entry.second.home.is_zero() && entry.second.currency.is_zero(); });
  return rest;
}

std::string explain(const Scope& scope, const Sums& rest) {
  const auto& [account, net] = *rest.begin();
  if (account.empty()) return "a line of the document has no account, and the ledger does not tell it apart";
  return fmt::format("the ledger has {} more on {} than the document's lines", net.home.to_string(2), account_name(scope, account));
}

}  // namespace

void assign_accounts(const Scope& scope, Document& document, const std::vector<Item>& ledger, bool doubt_items) {
  for (auto& line : document.lines) line.account = line.said_account;
  assign_control(scope, document, ledger);
  assign_liquidity(scope, document, ledger);
  const auto items = line_items(scope, document, ledger);
  Leftover leftover(document, items);
  assign_line_accounts(scope, document, items, leftover, doubt_items);
  if (document.foreign(scope)) return assign_foreign_balances(document, items);
  for (auto& line : document.lines) {
    if (amounts(line)) line.balance = document.turned(line.amount);
  }
}

std::set<std::string> cost_accounts(const Scope& scope, const Document& document, const std::vector<Item>& ledger) {
  std::set<std::string> accounts;
  if (!document.sales) return accounts;
  for (const auto& item : ledger) {
    if (scope.is_cost_of_goods(item.account)) accounts.insert(item.account);
  }
  for (const auto& line : document.lines) {
    const auto* sold = line.item.empty() ? nullptr : scope.lookups.find("Item", line.item);
    if (sold == nullptr || (*sold)["Type"].text() != "Inventory") continue;
    accounts.emplace((*sold)["AssetAccountRef"]["value"].text());
    accounts.emplace((*sold)["ExpenseAccountRef"]["value"].text());
  }
  return accounts;
}

Verdict compare(const Scope& scope, const Document& document, const std::vector<Item>& ledger) {
  Verdict verdict;
  for (const auto& item : ledger) {
    if (item.account != document.control || item.partner == document.partner) continue;
    verdict.reason = fmt::format("the ledger books {} for another name than the document's", account_name(scope, item.account));
    return verdict;
  }
  const auto items = line_items(scope, document, ledger);
  Sums rest = differences(document, items);
  if (!rest.empty()) {
    const auto costs = cost_accounts(scope, document, ledger);
    Decimal sum;
    bool only_costs = true;
    for (const auto& [account, net] : rest) {
      only_costs = only_costs && costs.contains(account);
      sum += net.home;
    }
    if (!only_costs || !sum.is_zero()) {
      verdict.reason = explain(scope, rest);
      return verdict;
    }
    for (const auto* item : items) {
      if (rest.contains(item->account)) verdict.cost_of_goods.push_back(*item);
    }
    // Where a line stands on such an account too, its item belongs to the document.
    Sums taken;
    for (const auto& item : verdict.cost_of_goods) add(taken, item);
    for (const auto& [account, net] : rest) {
      if (taken[account] == net) continue;
      verdict.cost_of_goods.clear();
      verdict.reason = explain(scope, rest);
      return verdict;
    }
  }
  verdict.accepted = true;
  return verdict;
}

void choose_kind(Document& document) {
  static const std::map<std::string, std::string> kOpposite{{"out_invoice", "out_refund"}, {"out_refund", "out_invoice"},
                                                            {"out_receipt", "out_refund"}, {"in_invoice", "in_refund"},
                                                            {"in_refund", "in_invoice"},   {"in_receipt", "in_refund"}};
  Decimal total;
  for (const auto& line : document.lines) {
    if (amounts(line)) total += line.amount;
  }
  if (total.sign() >= 0) return;
  document.move_type = kOpposite.at(document.move_type);
  document.type_sign = -document.sign;
}

bool take_ledger_lines(const Scope& scope, Document& document, const std::vector<Item>& ledger) {
  if (document.settled && document.liquidity.empty()) return false;
  for (const auto& item : ledger) {
    if (is_control(scope, document, item.account) && (item.account != document.control || item.partner != document.partner)) return false;
  }
  const auto costs = cost_accounts(scope, document, ledger);
  std::vector<DocumentLine> taxes, products;
  std::vector<std::string> rates;
  Decimal base, untaxed;
  auto items = line_items(scope, document, ledger);
  // Tax lines stay where the ledger has their amount on their account.
  for (auto& line : document.lines) {
    if (line.kind != Kind::tax || line.rate.empty() || line.amount.is_zero()) continue;
    const auto same = std::find_if(items.begin(), items.end(), [&](const Item* item) {
      return item->account == line.account && item->amount_currency == document.turned(line.amount);
    });
    if (same == items.end()) continue;
    line.balance = (*same)->balance;
    items.erase(same);
    taxes.push_back(line);
    rates.push_back(line.rate);
    base = std::max(base, line.base);
  }
  for (const auto* item : items) {
    if (costs.contains(item->account)) continue;
    DocumentLine line;
    line.account = item->account;
    line.account_certain = true;
    line.amount = document.turned(item->amount_currency);
    line.balance = item->balance;
    line.name = item->name.empty() ? account_name(scope, item->account) : item->name;
    untaxed += line.amount;
    products.push_back(std::move(line));
  }
  if (base == untaxed) {
    for (auto& line : products) line.tax_rates = rates;
  }
  document.lines = std::move(products);
  document.lines.insert(document.lines.end(), taxes.begin(), taxes.end());
  return !document.lines.empty();
}

}  // namespace q2o::mapper::builders
