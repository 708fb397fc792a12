#include "sandbox/reports/reports.h"
#include "sandbox/reports/shape.h"

namespace q2o::sandbox::reports {
namespace {

struct Group {
  std::string title;
  std::string type;
  std::string key;
};

/// Appends the sections of `groups` that have rows; returns their total.
Decimal append_groups(const Books& books, const std::vector<Group>& groups, const Sums& balances, int sign, std::vector<Node>& out) {
  Decimal total;
  for (const auto& group : groups) {
    auto part = tree(books, group.type, balances, sign);
    total += part.total;
    if (!part.rows.empty()) out.push_back(section(group.title, std::move(part.rows), part.total, group.key));
  }
  return total;
}

Node line(const std::string& title, const Decimal& amount, const std::string& group) {
  return Node::object({{"Summary", cells({cell(title), cell(money(amount))})}, {"type", "Section"}, {"group", group}});
}

/// The rows of a trial balance: balance sheet accounts at `end`, profit and loss since the fiscal year began, retained earnings computed.
std::vector<std::pair<const Account*, Decimal>> trial_rows(const Books& books, const std::string& end) {
  const auto balance = books.sums(std::nullopt, end);
  const auto year = books.sums(books.fiscal_year_start(end), end);
  std::vector<std::pair<const Account*, Decimal>> out;
  for (const auto* account : books.ordered()) {
    const auto& source = books.is_profit_and_loss(account->id) ? year : balance;
    const auto found = source.find(account->id);
    if (account->id == books.retained_earnings()) {
      const auto value = (found == source.end() ? Decimal{} : found->second) + books.prior_profit(end);
      if (!value.is_zero()) out.emplace_back(account, value);
    } else if (found != source.end()) {
      out.emplace_back(account, found->second);
    }
  }
  return out;
}

}  // namespace

Node trial_balance(const Books& books, const std::string& start, const std::string& end) {
  std::vector<Node> list;
  Decimal debits, credits;
  for (const auto& [account, value] : trial_rows(books, end)) {
    const bool debit = value.sign() > 0 || (value.is_zero() && books.sign(account->id) > 0);
    (debit ? debits : credits) += debit ? value : -value;
    list.push_back(cells({cell(account->full_name, account->id), cell(debit ? money(value) : ""), cell(debit ? "" : money(-value))}));
  }
  auto total = Node::object({{"Summary", cells({cell("TOTAL"), cell(money(debits)), cell(money(credits))})}});
  list.push_back(total.set("type", "Section").set("group", "GrandTotal"));
  return Node::object({{"Header", header(books, {"TrialBalance", start, end}, {{"NoReportData", "false"}})},
                       {"Columns", columns({column("", "Account"), column("Debit", "Money"), column("Credit", "Money")})},
                       {"Rows", rows(std::move(list))}});
}

Node balance_sheet(const Books& books, const std::string& start, const std::string& end) {
  Sums balances;
  for (const auto& [id, amount] : books.sums(std::nullopt, end))
    if (!id.empty() && !books.is_profit_and_loss(id)) balances[id] = amount;
  const auto retained = balances[books.retained_earnings()] + books.prior_profit(end);
  balances[books.retained_earnings()] = retained;
  if (retained.is_zero()) balances.erase(books.retained_earnings());
  Decimal net_income;
  for (const auto& [id, amount] : books.sums(books.fiscal_year_start(end), end))
    if (books.is_profit_and_loss(id)) net_income -= amount;

  std::vector<Node> current, assets;
  auto assets_total = append_groups(books,
                                    {{"Bank Accounts", "Bank", "BankAccounts"},
                                     {"Accounts Receivable", "Accounts Receivable", "AR"},
                                     {"Other Current Assets", "Other Current Asset", "OtherCurrentAssets"}},
                                    balances, 1, current);
  if (!current.empty()) assets.push_back(section("Current Assets", std::move(current), assets_total, "CurrentAssets"));
  assets_total += append_groups(books, {{"Fixed Assets", "Fixed Asset", "FixedAssets"}, {"Other Assets", "Other Asset", "OtherAssets"}},
                                balances, 1, assets);

  std::vector<Node> current_liabilities, liabilities, right;
  auto debts = append_groups(books,
                             {{"Accounts Payable", "Accounts Payable", "AP"},
                              {"Credit Cards", "Credit Card", "CreditCards"},
                              {"Other Current Liabilities", "Other Current Liability", "OtherCurrentLiabilities"}},
                             balances, -1, current_liabilities);
  if (!current_liabilities.empty())
    liabilities.push_back(section("Current Liabilities", std::move(current_liabilities), debts, "CurrentLiabilities"));
  debts += append_groups(books, {{"Long-Term Liabilities", "Long Term Liability", "LongTermLiabilities"}}, balances, -1, liabilities);
  if (!liabilities.empty()) right.push_back(section("Liabilities", std::move(liabilities), debts, "Liabilities"));
  auto equity = tree(books, "Equity", balances, -1);
  auto income = cells({cell("Net Income"), cell(money(net_income))});
  equity.rows.push_back(income.set("type", "Data").set("group", "NetIncome"));
  equity.total += net_income;
  right.push_back(section("Equity", std::move(equity.rows), equity.total, "Equity"));

  return statement(books, "BalanceSheet", start, end,
                   {section("ASSETS", std::move(assets), assets_total, "TotalAssets", "TOTAL ASSETS"),
                    section("LIABILITIES AND EQUITY", std::move(right), debts + equity.total, "TotalLiabilitiesAndEquity",
                            "TOTAL LIABILITIES AND EQUITY")});
}

Node profit_and_loss(const Books& books, const std::string& start, const std::string& end) {
  Sums values;
  for (const auto& [id, amount] : books.sums(start, end))
    if (books.is_profit_and_loss(id)) values[id] = amount;
  auto income = tree(books, "Income", values, -1);
  auto goods = tree(books, "Cost of Goods Sold", values, 1);
  auto expenses = tree(books, "Expense", values, 1);
  auto other_income = tree(books, "Other Income", values, -1);
  auto other_expenses = tree(books, "Other Expense", values, 1);
  const bool has_other = !other_income.rows.empty() || !other_expenses.rows.empty();
  const auto gross = income.total - goods.total;
  const auto operating = gross - expenses.total;
  const auto other = other_income.total - other_expenses.total;

  std::vector<Node> list{section("Income", std::move(income.rows), income.total, "Income")};
  if (!goods.rows.empty()) list.push_back(section("Cost of Goods Sold", std::move(goods.rows), goods.total, "COGS"));
  list.push_back(line("Gross Profit", gross, "GrossProfit"));
  list.push_back(section("Expenses", std::move(expenses.rows), expenses.total, "Expenses"));
  list.push_back(line("Net Operating Income", operating, "NetOperatingIncome"));
  if (!other_income.rows.empty()) list.push_back(section("Other Income", std::move(other_income.rows), other_income.total, "OtherIncome"));
  if (!other_expenses.rows.empty())
    list.push_back(section("Other Expenses", std::move(other_expenses.rows), other_expenses.total, "OtherExpenses"));
  if (has_other) list.push_back(line("Net Other Income", other, "NetOtherIncome"));
  list.push_back(line("Net Income", operating + other, "NetIncome"));
  return statement(books, "ProfitAndLoss", start, end, std::move(list));
}

}  // namespace q2o::sandbox::reports
