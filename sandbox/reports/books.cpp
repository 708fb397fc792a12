#include "sandbox/reports/books.h"

#include <algorithm>
#include <array>

#include "sandbox/company/date.h"

namespace q2o::sandbox::reports {
namespace {

constexpr std::array<std::string_view, 15> kTypeOrder{"Bank",
                                                      "Accounts Receivable",
                                                      "Other Current Asset",
                                                      "Fixed Asset",
                                                      "Other Asset",
                                                      "Accounts Payable",
                                                      "Credit Card",
                                                      "Other Current Liability",
                                                      "Long Term Liability",
                                                      "Equity",
                                                      "Income",
                                                      "Cost of Goods Sold",
                                                      "Expense",
                                                      "Other Income",
                                                      "Other Expense"};
constexpr std::array<std::string_view, 5> kProfitAndLoss{"Income", "Cost of Goods Sold", "Expense", "Other Income", "Other Expense"};
constexpr std::array<std::string_view, 8> kDebit{
    "Bank", "Accounts Receivable", "Other Current Asset", "Fixed Asset", "Other Asset", "Cost of Goods Sold", "Expense", "Other Expense"};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

auto rank(std::string_view type) {
  return std::find(kTypeOrder.begin(), kTypeOrder.end(), type) - kTypeOrder.begin();
}

void add(Sums& sums, const Transaction& transaction) {
  for (const auto& line : transaction.lines) sums[line.account_id] += line.amount;
}

void add(Sums& sums, const Sums& more) {
  for (const auto& [account, amount] : more) sums[account] += amount;
}

}  // namespace

bool has_statement(const Account* account) {
  return account != nullptr && (account->type == "Bank" || account->type == "Credit Card");
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string money(const Decimal& amount, bool drop_zero) {
  auto text = amount.to_string(2);
  if (text == "-0.00") text = "0.00";
  if (!drop_zero) return text;
  if (text.starts_with("-0.")) return "-" + text.substr(2);
  return text.starts_with("0.") ? text.substr(1) : text;
}

Books::Books(const Company& company) : company_(company) {
  for (const auto& node : company.of("Account")) {
    const auto& id = node["Id"].text();
    accounts_[id] = {id, node["Name"].text(), node["FullyQualifiedName"].text(), node["AccountType"].text(),
                     node.at("ParentRef.value").text()};
    if (node["AccountSubType"].text() == "RetainedEarnings") retained_earnings_ = id;
  }
  // In the order of the listing, so that equal names keep it.
  for (const auto& node : company.of("Account")) {
    const auto& entry = accounts_.at(node["Id"].text());
    children_[entry.parent].push_back(&entry);
    ordered_.push_back(&entry);
  }
  for (auto& [parent, list] : children_)
    std::stable_sort(list.begin(), list.end(), [](const auto* a, const auto* b) { return lower(a->name) < lower(b->name); });
  std::stable_sort(ordered_.begin(), ordered_.end(), [](const auto* a, const auto* b) {
    return std::pair{rank(a->type), lower(a->full_name)} < std::pair{rank(b->type), lower(b->full_name)};
  });
  const auto& info = company.of("CompanyInfo");
  if (!info.empty()) first_month_ = date::month_number(info.front()["FiscalYearStartMonth"].text());
  order_ledger();
}

void Books::order_ledger() {
  for (const auto& transaction : company_.ledger) by_day_.push_back(&transaction);
  std::stable_sort(by_day_.begin(), by_day_.end(), [](const auto* a, const auto* b) { return a->date < b->date; });
  std::string last;
  for (const auto* transaction : by_day_) {
    if (months_.empty() || months_.back().last.compare(0, 7, transaction->date, 0, 7) != 0)
      months_.push_back({transaction->date, {}, {}, {}});
    months_.back().last = transaction->date;
    add(months_.back().sums, *transaction);
    if (std::ranges::any_of(transaction->lines, [&](const Posting& line) { return has_statement(account(line.account_id)); }))
      last = transaction->date;
  }
  reconciled_before_ = last.substr(0, 7) + "-01";
  Sums until;
  for (auto& month : months_) {
    add(until, month.sums);
    month.until_end = until;
  }
}

const Account* Books::account(const std::string& id) const {
  const auto it = accounts_.find(id);
  return it == accounts_.end() ? nullptr : &it->second;
}

const std::vector<const Account*>& Books::children(const std::string& parent) const {
  static const std::vector<const Account*> none;
  const auto it = children_.find(parent);
  return it == children_.end() ? none : it->second;
}

bool Books::is_profit_and_loss(const std::string& id) const {
  const auto* found = account(id);
  return found != nullptr && holds(kProfitAndLoss, found->type);
}

int Books::sign(const std::string& id) const {
  const auto* found = account(id);
  return found == nullptr || holds(kDebit, found->type) ? 1 : -1;
}

std::string Books::fiscal_year_start(std::string_view date) const {
  return date::fiscal_year_start(date, first_month_);
}
std::string Books::fiscal_year_end(std::string_view date) const {
  return date::fiscal_year_end(date, first_month_);
}

std::span<const Transaction* const> Books::between(const std::string& from, const std::string& to) const {
  const auto first = std::ranges::lower_bound(by_day_, from, {}, &Transaction::date);
  const auto last = std::ranges::upper_bound(first, by_day_.end(), to, {}, &Transaction::date);
  return {first, last};
}

Sums Books::sums(const std::optional<std::string>& from, const std::string& to) const {
  Sums out;
  auto month = months_.begin();
  if (!from) {
    month = std::ranges::upper_bound(months_, to, {}, &Month::last);
    if (month != months_.begin()) out = std::prev(month)->until_end;
  }
  const std::string since = from.value_or("");
  for (; month != months_.end() && month->first <= to; ++month) {
    if (month->last < since) continue;
    if (month->first >= since && month->last <= to)
      add(out, month->sums);
    else
      for (const auto* transaction : between(std::max(since, month->first), std::min(to, month->last))) add(out, *transaction);
  }
  return out;
}

Decimal Books::prior_profit(const std::string& date) const {
  Decimal out;
  for (const auto& [id, amount] : sums(std::nullopt, date::plus_days(fiscal_year_start(date), -1)))
    if (is_profit_and_loss(id)) out += amount;
  return out;
}

}  // namespace q2o::sandbox::reports
