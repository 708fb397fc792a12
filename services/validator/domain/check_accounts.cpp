#include <fmt/format.h>

#include <algorithm>

#include "services/validator/domain/calendar.h"
#include "services/validator/domain/checks.h"

/// Single accounts that people look at first: money, tax, currencies, and the target's own clearing accounts.
namespace q2o::validator {
namespace {

Line account_line(const SourceAccount& account, std::string what, std::string period) {
  Line line;
  line.subject = account.name + (what.empty() ? "" : " · " + what);
  line.period = std::move(period);
  line.entity = "Account";
  line.source_id = account.id;
  return line;
}

/// The ledger's sums of some accounts per day, from one walk over it.
class LedgerSums {
 public:
  LedgerSums(const SourceBooks& source, bool (SourceAccount::*wanted)() const) {
    for (const auto& transaction : source.transactions()) {
      for (const auto& posting : transaction.postings) {
        const auto account = source.accounts.find(posting.account_id);
        if (account != source.accounts.end() && (account->second.*wanted)()) add(account->second, transaction.date, posting);
      }
    }
  }
  /// Over days (after exclusive, to inclusive).
  Decimal of(const std::string& account, const std::string& after, const std::string& to) const {
    Decimal sum;
    const auto found = days_.find(account);
    if (found == days_.end()) return sum;
    const auto& days = found->second;
    for (auto day = after.empty() ? days.begin() : days.upper_bound(after); day != days.end() && day->first <= to; ++day)
      sum += day->second;
    return sum;
  }
  /// In the account's own currency, where it has a foreign one; nothing when the ledger does not tell.
  std::optional<Decimal> in_currency(const std::string& account) const {
    if (silent_.contains(account)) return std::nullopt;
    const auto found = in_currency_.find(account);
    return found == in_currency_.end() ? Decimal() : found->second;
  }

 private:
  void add(const SourceAccount& account, const std::string& date, const accounting::Posting& posting) {
    days_[account.id][date] += posting.amount;
    if (posting.currency == account.currency && posting.amount_currency)
      in_currency_[account.id] += *posting.amount_currency;
    else if (!posting.amount.is_zero())
      silent_.insert(account.id);
  }
  std::map<std::string, std::map<std::string, Decimal>> days_;  // account -> day
  std::map<std::string, Decimal> in_currency_;
  std::set<std::string> silent_;
};

/// Whether the migration keeps bank statements; money may also have been booked by payments and entries alone.
bool has_statement_lines(const TargetBooks& target, const Bridge& bridge) {
  for (const auto& record : target.all_records()) {
    if (record.model == "account.bank.statement.line") return true;
  }
  return std::any_of(target.statement_lines.begin(), target.statement_lines.end(),
                     [&](const auto& line) { return bridge.is_own_move(line.move_id); });
}

}  // namespace

Check check_money(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing) {
  CheckBuilder check(
      "money", "Bank, card and undeposited balances",
      "Ledger balance of each account on the last day against Odoo's balance, and against the sum of the statement lines of its "
      "journal (what the journal card shows, in the journal's currency).");
  const auto last = source.last_day();
  if (last.empty()) return check.finish();
  const LedgerSums sums(source, &SourceAccount::is_money);
  const bool statements = has_statement_lines(target, bridge);
  if (!statements)
    check.remark(
        "The migration made no statement lines (money mode payment): only the balances of the accounts are compared, journal cards are "
        "not.");
  for (const auto& [id, account] : source.accounts) {
    if (!account.is_money()) continue;
    const auto expected = sums.of(id, "", last);
    const auto counterpart = bridge.account(id);
    const auto explained = missing.on_account(id, "", "");
    check.amount(account_line(account, "ledger", last), expected, target.balance(last, counterpart), explained);
    if (!statements) continue;
    Decimal lines;
    bool has_journal = false;
    for (const auto& [journal_id, journal] : target.journals) has_journal |= counterpart != 0 && journal.default_account_id == counterpart;
    // Undeposited Funds has statement lines where it has a journal.
    if (!account.has_statement() && !has_journal) continue;
    for (const auto& line : target.statement_lines) {
      const auto journal = target.journals.find(line.journal_id);
      if (journal == target.journals.end() || journal->second.default_account_id != counterpart || counterpart == 0) continue;
      if (const auto move = target.move(line.move_id); move && move->state == "posted") lines += line.amount;
    }
    if (!has_journal && expected.is_zero()) continue;
    const bool foreign = !account.currency.empty() && account.currency != source.home_currency;
    const auto in_currency = foreign ? sums.in_currency(id) : std::optional<Decimal>(expected);
    if (!in_currency) {
      check.not_checked(fmt::format("{}: the recorded ledger has no amounts in {}.", account.name, account.currency));
      continue;
    }
    auto line = account_line(account, "statement lines", last);
    line.currency = foreign ? account.currency : "";
    check.amount(std::move(line), *in_currency, lines, foreign ? missing.in_currency(id, account.currency) : explained);
  }
  return check.finish();
}

Check check_tax(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing) {
  CheckBuilder check(
      "tax", "Tax per liability account",
      "Movement of each tax liability account in every fiscal year, and its balance on the last day. The source does not say "
      "which agency an account belongs to; agencies that share one are not told apart.");
  const auto last = source.last_day();
  const LedgerSums sums(source, &SourceAccount::is_tax);
  std::set<std::string> starts;
  for (const auto& transaction : source.transactions()) starts.insert(fiscal_year_start(transaction.date, source.fiscal_year_first_month));
  bool any = false;
  for (const auto& [id, account] : source.accounts) {
    if (!account.is_tax()) continue;
    any = true;
    const auto counterpart = bridge.account(id);
    for (auto start = starts.begin(); start != starts.end(); ++start) {
      const auto after = day_before(*start);
      const auto to = std::next(start) == starts.end() ? last : day_before(*std::next(start));
      check.amount(account_line(account, "movement", *start + " – " + to), sums.of(id, after, to),
                   target.balance(to, counterpart) - target.balance(after, counterpart), missing.on_account(id, after, to));
    }
    if (!last.empty()) {
      check.amount(account_line(account, "balance", last), sums.of(id, "", last), target.balance(last, counterpart),
                   missing.on_account(id, "", last));
    }
  }
  if (!any) check.remark("The source has no tax liability accounts.");
  return check.finish();
}

Check check_currencies(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing) {
  CheckBuilder check(
      "currencies", "Amounts in foreign currency",
      "Per account and currency: the sum of the ledger's foreign amounts against the foreign amounts of Odoo's journal items; "
      "items in home currency must carry their balance as currency amount.");
  std::map<std::pair<std::string, std::string>, Decimal> expected, found;  // (account, currency)
  bool silent = false;
  for (const auto& transaction : source.transactions()) {
    for (const auto& posting : transaction.postings) {
      if (posting.currency.empty() || posting.currency == source.home_currency) continue;
      if (posting.amount_currency)
        expected[{posting.account_id, posting.currency}] += *posting.amount_currency;
      else
        silent = true;
    }
  }
  for (const auto& [id, account] : source.accounts) {
    silent |= !account.currency.empty() && account.currency != source.home_currency && expected.empty() && !source.transactions().empty();
  }
  std::map<std::string, Decimal> home, home_currency;
  for (const auto& item : target.all_items()) {
    const auto* account = bridge.source_account(item.account_id);
    if (!item.posted || account == nullptr || !bridge.is_own_move(item.move_id)) continue;
    if (item.currency == source.home_currency || item.currency.empty()) {
      home[account->id] += item.balance;
      home_currency[account->id] += item.amount_currency;
    } else {
      found[{account->id, item.currency}] += item.amount_currency;
    }
  }
  for (const auto& [key, amount] : expected) {
    const auto node = found.extract(key);
    auto line = account_line(source.accounts.at(key.first), "", source.last_day());
    line.currency = key.second;
    const auto there = node.empty() ? Decimal() : node.mapped();
    check.amount(std::move(line), amount, there, missing.in_currency(key.first, key.second));
  }
  if (silent) {
    check.not_checked("The company has more than one currency and the recorded ledger has no columns for them.");
  } else {
    for (const auto& [key, amount] : found) {
      if (amount.is_zero()) continue;
      auto line = account_line(source.accounts.at(key.first), "", source.last_day());
      line.currency = key.second;
      check.amount(std::move(line), Decimal(), amount);
    }
  }
  for (const auto& [id, balance] : home) {
    auto line = account_line(source.accounts.at(id), "home currency items", source.last_day());
    line.currency = source.home_currency;
    line.note = "balance against currency amount, both in Odoo";
    check.amount(std::move(line), balance, home_currency[id]);
  }
  return check.finish();
}

Check check_own_accounts(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge) {
  CheckBuilder check(
      "clearing_accounts", "Clearing accounts of Odoo",
      "Accounts that only Odoo has (outstanding receipts and payments, liquidity transfer) must end at 0.00 with nothing open.");
  std::map<std::int64_t, std::pair<Decimal, Decimal>> sums;  // balance, open
  for (const auto& item : target.all_items()) {
    if (!item.posted || bridge.source_account(item.account_id) != nullptr) continue;
    auto& [balance, open] = sums[item.account_id];
    balance += item.balance;
    open += item.residual.abs();
  }
  for (const auto& [id, sum] : sums) {
    const auto known = target.accounts.find(id);
    const auto name = known == target.accounts.end() ? fmt::format("Odoo account {}", id) : known->second.code + " " + known->second.name;
    for (const auto& [what, amount] : {std::pair{"balance", sum.first}, std::pair{"open items", sum.second}}) {
      Line line;
      line.subject = name + " · " + what;
      line.period = source.last_day();
      check.amount(std::move(line), Decimal(), amount);
    }
  }
  return check.finish();
}

Check check_leftovers(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge) {
  CheckBuilder check("leftovers", "Leftovers",
                     "No record of the migration in Odoo is a draft, belongs to nothing in the source, or has lost its entry.");
  const auto trouble = [&](const OwnRecord& record, std::string what) {
    Line line;
    line.subject = fmt::format("{} ({} {})", record.name, record.model, record.id);
    line.target = std::move(what);
    if (const auto name = bridge.parse(record.name)) {
      line.entity = name->entity;
      line.source_id = name->id;
    }
    check.fact(std::move(line), false);
  };
  for (const auto& record : bridge.unreadable()) trouble(record, "its external id names no entity of the source");
  for (const auto& record : bridge.orphans()) trouble(record, "its source record was not extracted");
  for (const auto& record : bridge.vanished()) trouble(record, "its entry is gone from Odoo");
  std::size_t sound = 0;
  std::map<std::int64_t, std::int64_t> move_of_line;
  for (const auto& line : target.statement_lines) move_of_line[line.id] = line.move_id;
  const auto state_of_move = [&](std::int64_t id) {
    const auto found = target.move(id);
    return found ? found->state : std::string();
  };
  for (const auto& record : target.all_records()) {
    const auto state = [&]() -> std::string {
      if (record.model == "account.move") return state_of_move(record.id);
      if (record.model == "account.bank.statement.line") return state_of_move(move_of_line[record.id]);
      if (record.model == "account.payment" && target.state_of_payment.contains(record.id)) return target.state_of_payment.at(record.id);
      return {};
    }();
    if (state == "draft")
      trouble(record, "still a draft");
    else
      ++sound;
  }
  std::size_t foreign = 0;
  target.each_move([&](const TargetMove& move) { foreign += move.state == "posted" && !bridge.is_own_move(move.id) ? 1 : 0; });
  if (foreign > 0)
    check.remark(fmt::format("Odoo has {} that this migration did not make.", counted(foreign, "posted entry", "posted entries")));
  Line line;
  line.subject = counted(target.all_records().size(), "record", "records") + " of the migration looked at";
  line.source = line.target = std::to_string(sound);
  check.fact(std::move(line), true);
  static_cast<void>(source);
  return check.finish();
}

}  // namespace q2o::validator
