#include <fmt/format.h>

#include <functional>

#include "services/validator/domain/calendar.h"
#include "services/validator/domain/checks.h"

/// Sums per account: trial balances, balance sheets, profit and loss.
namespace q2o::validator {
namespace {

constexpr std::string_view kRetainedNote =
    "Retained Earnings = own postings + profit of all earlier fiscal years; neither ledger books a year-end entry.";

/// Odoo's side of one day, in the source's style.
class Day {
 public:
  Day(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, std::string date)
      : source_(source),
        target_(target),
        bridge_(bridge),
        date_(std::move(date)),
        year_start_(fiscal_year_start(date_, source.fiscal_year_first_month)),
        year_before_(day_before(year_start_)) {}

  const std::string& before_year() const { return year_before_; }

  /// Since the beginning; of profit and loss accounts only the activity of the fiscal year.
  Decimal balance(std::int64_t account) const {
    const auto known = target_.accounts.find(account);
    const bool year_only = known != target_.accounts.end() && known->second.is_profit_and_loss();
    return target_.balance(date_, account) - (year_only ? target_.balance(year_before_, account) : Decimal());
  }
  Decimal earlier_profit_and_loss() const {
    return profit_and_loss([&](std::int64_t id) { return target_.balance(year_before_, id); });
  }
  Decimal year_profit_and_loss() const {
    return profit_and_loss([&](std::int64_t id) { return balance(id); });
  }

  /// Accounts of the target that have a balance and no counterpart in the source.
  std::vector<std::pair<std::int64_t, Decimal>> strangers() const {
    std::vector<std::pair<std::int64_t, Decimal>> out;
    const auto day = target_.balances.find(date_);
    if (day == target_.balances.end()) return out;
    for (const auto& [id, amount] : day->second) {
      if (bridge_.source_account(id) == nullptr && !balance(id).is_zero()) out.emplace_back(id, balance(id));
    }
    return out;
  }
  bool read() const { return target_.balances.contains(date_) && target_.balances.contains(year_before_); }

  /// What missing records would have posted.
  Decimal missing(const Missing& missing, const SourceAccount& account) const {
    if (account.is_profit_and_loss()) return missing.on_account(account.id, year_before_, date_);
    auto sum = missing.on_account(account.id, "", date_);
    if (account.sub_type == "RetainedEarnings") sum += missing_profit(missing, "", year_before_);
    return sum;
  }
  Decimal missing_profit(const Missing& missing, const std::string& after, const std::string& to) const {
    Decimal sum;
    for (const auto& [id, account] : source_.accounts) {
      if (account.is_profit_and_loss()) sum += missing.on_account(id, after, to);
    }
    return sum;
  }

 private:
  Decimal profit_and_loss(const std::function<Decimal(std::int64_t)>& amount) const {
    Decimal sum;
    for (const auto& [id, account] : target_.accounts) {
      if (account.is_profit_and_loss()) sum += amount(id);
    }
    return sum;
  }
  const SourceBooks& source_;
  const TargetBooks& target_;
  const Bridge& bridge_;
  std::string date_, year_start_, year_before_;
};

Line account_line(const std::string& name, const std::string& period, const std::string& account_id) {
  Line line;
  line.subject = name;
  line.period = period;
  line.entity = "Account";
  line.source_id = account_id;
  return line;
}

std::string stranger_name(const TargetBooks& target, std::int64_t id) {
  const auto found = target.accounts.find(id);
  return found == target.accounts.end() ? fmt::format("Odoo account {}", id)
                                        : found->second.code + " " + found->second.name + " (Odoo only)";
}

std::set<std::string> profit_and_loss_accounts(const SourceBooks& source) {
  std::set<std::string> out;
  for (const auto& [id, account] : source.accounts) {
    if (account.is_profit_and_loss()) out.insert(id);
  }
  return out;
}

/// Every account of the report, then every account that only Odoo has a balance on.
void compare_day(CheckBuilder& check, const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing,
                 const Causes& causes, const std::vector<accounting::AccountAmount>& printed, const std::string& date,
                 bool with_profit_and_loss) {
  const Day day(source, target, bridge, date);
  if (!day.read()) return check.not_checked(fmt::format("Odoo's balances of {} were not read.", date));
  std::map<std::string, Decimal> expected;
  for (const auto& account : printed) expected[account.account_id] += account.amount;
  for (const auto& [id, account] : source.accounts) {
    if (account.is_profit_and_loss() && !with_profit_and_loss) continue;
    const auto counterpart = bridge.account(id);
    auto there = counterpart == 0 ? Decimal() : day.balance(counterpart);
    const bool retained = account.sub_type == "RetainedEarnings";
    if (retained) there += day.earlier_profit_and_loss();
    const auto found = expected.find(id);
    if (found == expected.end() && there.is_zero()) continue;
    const auto amount = found == expected.end() ? Decimal() : found->second;
    auto line = account_line(account.name, date, id);
    if (retained) line.note = kRetainedNote;
    if (amount != there) {
      auto cause = causes.of({id}, date);
      if (cause.empty() && retained) cause = causes.of(profit_and_loss_accounts(source), day.before_year());
      if (!cause.empty()) line.note = std::move(cause);
    }
    check.amount(std::move(line), amount, there, day.missing(missing, account));
    if (found != expected.end()) expected.erase(found);
  }
  for (const auto& [id, amount] : expected) {
    auto line = account_line(source.account_name(id), date, id);
    line.note = "the account is not among the extracted accounts";
    check.amount(std::move(line), amount, Decimal());
  }
  for (const auto& [id, amount] : day.strangers()) {
    const auto known = target.accounts.find(id);
    if (!with_profit_and_loss && known != target.accounts.end() && known->second.is_profit_and_loss()) continue;
    check.amount(account_line(stranger_name(target, id), date, ""), Decimal(), amount);
  }
}

void complain(CheckBuilder& check, const SourceBooks& source, const std::string& report) {
  for (const auto& [name, why] : source.unreadable) {
    if (name.rfind(report, 0) == 0) check.not_checked(fmt::format("{}: {}.", name, why));
  }
}

/// What every party owes or is owed, per control account, of items until the date.
void compare_parties(CheckBuilder& check, const SourceBooks& source, const TargetBooks& target, const Bridge& bridge) {
  std::map<std::pair<std::string, std::string>, Decimal> found;
  for (const auto& item : target.all_items()) {
    const auto* account = bridge.source_account(item.account_id);
    if (account == nullptr || !item.posted || item.date > source.cut_over->date) continue;
    if (account->is_receivable() || account->is_payable()) found[{account->id, bridge.party(item.partner_id)}] += item.balance;
  }
  const auto compare = [&](const std::pair<std::string, std::string>& at, const Decimal& here, const Decimal& there) {
    check.amount(account_line(source.account_name(at.first) + " · " + source.party_name(at.second), source.cut_over->date, at.first), here,
                 there);
  };
  for (const auto& [at, amount] : source.cut_over->parties) {
    const auto node = found.extract(at);
    compare(at, amount, node.empty() ? Decimal() : node.mapped());
  }
  for (const auto& [at, amount] : found) {
    if (!amount.is_zero()) compare(at, Decimal(), amount);
  }
}

}  // namespace

Check check_cut_over(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing,
                     const Causes& causes) {
  const auto& cut = *source.cut_over;
  CheckBuilder check(
      "cut_over", "Balances at the cut-over date",
      "Per account, the source's general ledger up to that day against Odoo's posted journal items up to that day (income and "
      "expense of the fiscal year, earlier profit in Retained Earnings); the same per customer and vendor on receivables and payables.");
  check.remark(fmt::format("{} before {}: {} of them came as what was open of them, all else in the opening balances of {}.",
                           counted(cut.transactions, "transaction lies", "transactions lie"), cut.first_day, with_thousands(cut.open),
                           cut.date));
  std::vector<accounting::AccountAmount> printed;
  for (const auto& [account, amount] : cut.balances) {
    auto& one = printed.emplace_back();
    one.account_id = account;
    one.amount = amount;
  }
  compare_day(check, source, target, bridge, missing, causes, printed, cut.date, true);
  compare_parties(check, source, target, bridge);
  return check.finish();
}

Check check_trial_balances(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing,
                           const Causes& causes) {
  CheckBuilder check(
      "trial_balance", "Trial balance of every month end",
      "The source's TrialBalance against the sums of Odoo's posted journal items: balance sheet accounts since the beginning, "
      "income and expense of the fiscal year, earlier profit in Retained Earnings.");
  complain(check, source, "TrialBalance");
  std::set<std::string> days;
  for (const auto& report : source.trial_balances) {
    days.insert(report.date);
    compare_day(check, source, target, bridge, missing, causes, report.accounts, report.date, true);
  }
  if (const auto last = source.last_day(); !last.empty()) {
    const auto first = source.cut_over ? source.cut_over->first_day : source.first_day();
    for (const auto& day : month_ends(std::min(first, last), last)) {
      if (!days.contains(day) && !(day > last && days.lower_bound(last) != days.end())) {
        check.not_checked(fmt::format("No trial balance of {} was recorded.", day));
      }
    }
  }
  return check.finish();
}

Check check_balance_sheets(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing,
                           const Causes& causes) {
  CheckBuilder check(
      "balance_sheet", "Balance sheet of every fiscal year",
      "Own amounts of each account and the net income of the source's BalanceSheet against Odoo's balances of the same day.");
  complain(check, source, "BalanceSheet");
  if (source.balance_sheets.empty() && !source.transactions().empty()) check.not_checked("No balance sheet was recorded.");
  for (const auto& report : source.balance_sheets) {
    compare_day(check, source, target, bridge, missing, causes, report.accounts, report.end_date, false);
    const Day day(source, target, bridge, report.end_date);
    if (!day.read() || !report.has_net_income) continue;
    check.amount(account_line("Net income", report.end_date, ""), report.net_income, -day.year_profit_and_loss(),
                 -day.missing_profit(missing, day.before_year(), report.end_date));
  }
  return check.finish();
}

Check check_profit_and_loss(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing,
                            const Causes& causes) {
  CheckBuilder check(
      "profit_and_loss", "Profit and loss of every fiscal year",
      "Own amounts of each account and the net income of the source's ProfitAndLoss against Odoo's journal items of the same days.");
  complain(check, source, "ProfitAndLoss");
  if (source.profit_and_losses.empty() && !source.transactions().empty()) check.not_checked("No profit and loss was recorded.");
  for (const auto& report : source.profit_and_losses) {
    const auto before = day_before(report.start_date);
    if (!target.balances.contains(before) || !target.balances.contains(report.end_date)) {
      check.not_checked(fmt::format("Odoo's balances of {} or {} were not read.", before, report.end_date));
      continue;
    }
    std::map<std::string, Decimal> expected;
    for (const auto& account : report.accounts) expected[account.account_id] += account.amount;
    const auto period = report.start_date + " – " + report.end_date;
    Decimal profit, missing_profit;
    for (const auto& [id, account] : target.accounts) {
      if (!account.is_profit_and_loss()) continue;
      const auto amount = target.balance(report.end_date, id) - target.balance(before, id);
      profit -= amount;
      if (bridge.source_account(id) == nullptr && !amount.is_zero())
        check.amount(account_line(stranger_name(target, id), period, ""), Decimal(), amount);
    }
    for (const auto& [id, account] : source.accounts) {
      if (!account.is_profit_and_loss()) continue;
      const auto explained = missing.on_account(id, before, report.end_date);
      missing_profit -= explained;
      const auto counterpart = bridge.account(id);
      const auto there = counterpart == 0 ? Decimal() : target.balance(report.end_date, counterpart) - target.balance(before, counterpart);
      const auto found = expected.find(id);
      if (found == expected.end() && there.is_zero()) continue;
      const auto amount = found == expected.end() ? Decimal() : found->second;
      auto line = account_line(account.name, period, id);
      if (amount != there) line.note = causes.of({id}, report.end_date);
      check.amount(std::move(line), amount, there, explained);
      if (found != expected.end()) expected.erase(found);
    }
    for (const auto& [id, amount] : expected) check.amount(account_line(source.account_name(id), period, id), amount, Decimal());
    if (report.has_net_income) check.amount(account_line("Net income", period, ""), report.net_income, profit, missing_profit);
  }
  return check.finish();
}

}  // namespace q2o::validator
