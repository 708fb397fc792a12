#include <algorithm>
#include <functional>

#include "sandbox/company/date.h"
#include "sandbox/reports/reports.h"
#include "sandbox/reports/shape.h"

namespace q2o::sandbox::reports {
namespace {

/// One row as the columns see it. `natural` = amount in the account's own direction.
struct Row {
  const Transaction& transaction;
  const Posting& posting;
  const Account* account;
  Decimal natural;  ///< in home currency
  std::string balance;
  bool in_own_currency;     ///< the home amount has a column of its own
  Decimal natural_foreign;  ///< in the line's currency
  const std::string& home;
  const std::string& reconciled_before;  ///< day
};

struct Column {
  const char* title;
  const char* type;
  const char* key;
  bool standard;
  std::function<Node(const Row&)> value;
};

Node side(const Row& row, int sign) {
  const bool mine = row.posting.amount.sign() == sign;
  return cell(row.posting.blank || !mine ? "" : money(row.posting.amount.abs(), true));
}

Node clearing(const Row& row) {
  return cell(!has_statement(row.account) ? "" : row.transaction.date < row.reconciled_before ? "R" : "U");
}

/// In the order in which QuickBooks prints them, whatever the order of the wish.
const std::vector<Column>& known_columns() {
  static const std::vector<Column> list{
      {"Date", "Date", "tx_date", true, [](const Row& r) { return cell(r.transaction.date); }},
      {"Transaction Type", "String", "txn_type", true, [](const Row& r) { return cell(r.transaction.txn_type, r.transaction.txn_id); }},
      {"Num", "String", "doc_num", true, [](const Row& r) { return cell(r.transaction.doc_number); }},
      {"Name", "String", "name", true, [](const Row& r) { return cell(r.posting.name, r.posting.name_id); }},
      {"Memo/Description", "String", "memo", true, [](const Row& r) { return cell(r.posting.memo); }},
      {"Account", "String", "account_name", false,
       [](const Row& r) { return r.account == nullptr ? cell("") : cell(r.account->full_name, r.account->id); }},
      {"Clr", "String", "is_cleared", false, clearing},
      {"Split", "String", "split_acc", true, [](const Row& r) { return cell(r.posting.split_name, r.posting.split_id); }},
      {"Debit", "Money", "debt_amt", false, [](const Row& r) { return side(r, 1); }},
      {"Credit", "Money", "credit_amt", false, [](const Row& r) { return side(r, -1); }},
      {"Currency", "String", "currency", false,
       [](const Row& r) { return cell(r.posting.currency.empty() ? r.home : r.posting.currency); }},
      {"Exchange Rate", "String", "exch_rate", false,
       [](const Row& r) { return cell(r.transaction.rate.empty() || r.posting.currency.empty() ? "1" : r.transaction.rate); }},
      {"Amount", "Money", "subt_nat_amount", true,
       [](const Row& r) { return cell(r.posting.blank ? "" : money(r.in_own_currency ? r.natural_foreign : r.natural, true)); }},
      {"Balance", "Money", "rbal_nat_amount", true, [](const Row& r) { return cell(r.balance); }},
      {"Amount (home)", "Money", "subt_nat_home_amount", false,
       [](const Row& r) { return cell(r.posting.blank ? "" : money(r.natural, true)); }},
      {"Balance (home)", "Money", "rbal_nat_home_amount", false, [](const Row& r) { return cell(r.balance); }},
  };
  return list;
}

class Ledger {
 public:
  Ledger(const Books& books, const std::string& start, const std::string& end, const LedgerOptions& options);
  Node report(const std::string& start, const std::string& end);

 private:
  struct Entry {
    const Transaction* transaction;
    const Posting* posting;
  };
  struct Part {
    std::vector<Node> list;
    Decimal total;
  };
  struct Branch {
    Node row;
    Decimal total;
  };
  Part data(const std::string& account);
  std::optional<Branch> branch(const Account& account);
  Node summary(const std::string& label, const Decimal& total) const;
  Node headline(Node first) const;

  const Books& books_;
  std::vector<const Column*> columns_;
  std::map<std::string, std::vector<Entry>> entries_;
  Sums opening_;
  std::string home_, reconciled_before_;
  bool home_columns_ = false;
  std::string_view total_key_ = "subt_nat_amount";
};

Ledger::Ledger(const Books& books, const std::string& start, const std::string& end, const LedgerOptions& options) : books_(books) {
  home_ = books.company().home_currency();
  home_columns_ = std::find(options.keys.begin(), options.keys.end(), "subt_nat_home_amount") != options.keys.end();
  if (home_columns_) total_key_ = "subt_nat_home_amount";
  for (const auto& known : known_columns()) {
    const bool wished = std::find(options.keys.begin(), options.keys.end(), known.key) != options.keys.end();
    if (options.keys.empty() ? known.standard : wished) columns_.push_back(&known);
  }
  for (const auto* transaction : books.between(start, end))
    for (const auto& posting : transaction->lines) entries_[posting.account_id].push_back({transaction, &posting});
  opening_ = books.sums(std::nullopt, date::plus_days(start, -1));
  std::erase_if(opening_, [&](const auto& sum) { return sum.first.empty() || books.is_profit_and_loss(sum.first); });
  reconciled_before_ = books.reconciled_before();
  for (auto& [account, list] : entries_)
    std::stable_sort(list.begin(), list.end(), [](const Entry& a, const Entry& b) {
      return std::pair{a.transaction->date, a.posting->seq} < std::pair{b.transaction->date, b.posting->seq};
    });
}

Ledger::Part Ledger::data(const std::string& account) {
  Part out;
  const auto sign = books_.sign(account);
  const auto natural = [sign](const Decimal& amount) { return sign > 0 ? amount : -amount; };
  const auto opening = opening_.find(account);
  auto balance = opening == opening_.end() ? Decimal{} : natural(opening->second);
  bool seen = !balance.is_zero();
  if (seen) {
    std::vector<Node> line{cell("Beginning Balance")};
    while (line.size() + 1 < columns_.size()) line.push_back(cell(""));
    line.push_back(cell(money(balance, true)));
    auto row = cells(std::move(line));
    out.list.push_back(row.set("type", "Data"));
  }
  const auto entries = entries_.find(account);
  if (entries == entries_.end()) return out;
  for (const auto& [transaction, posting] : entries->second) {
    const auto amount = natural(posting->amount);
    seen = seen || !posting->blank;
    out.total += amount;
    balance += amount;
    const Row row{*transaction,
                  *posting,
                  books_.account(account),
                  amount,
                  seen ? money(balance, true) : "",
                  home_columns_,
                  natural(posting->own_amount()),
                  home_,
                  reconciled_before_};
    std::vector<Node> line;
    for (const auto* known : columns_) line.push_back(known->value(row));
    auto node = cells(std::move(line));
    out.list.push_back(node.set("type", "Data"));
  }
  return out;
}

Node Ledger::headline(Node first) const {
  std::vector<Node> line{std::move(first)};
  while (line.size() < columns_.size()) line.push_back(cell(""));
  return cells(std::move(line));
}

Node Ledger::summary(const std::string& label, const Decimal& total) const {
  std::vector<Node> line{cell(label)};
  for (std::size_t i = 1; i < columns_.size(); ++i)
    line.push_back(cell(std::string_view(columns_[i]->key) == total_key_ ? money(total, true) : ""));
  return cells(std::move(line));
}

std::optional<Ledger::Branch> Ledger::branch(const Account& account) {
  std::vector<Node> below;
  Decimal below_total;
  for (const auto* child : books_.children(account.id)) {
    if (auto node = branch(*child)) {
      below.push_back(std::move(node->row));
      below_total += node->total;
    }
  }
  auto own = data(account.id);
  if (own.list.empty() && below.empty()) return std::nullopt;
  const auto make = [](Node head, std::vector<Node> list, Node total) {
    return Node::object({{"Header", std::move(head)}, {"Rows", rows(std::move(list))}, {"Summary", std::move(total)}, {"type", "Section"}});
  };
  const auto label = "Total for " + account.name;
  if (below.empty())
    return Branch{make(headline(cell(account.name, account.id)), std::move(own.list), summary(label, own.total)), own.total};
  if (own.list.empty()) return Branch{make(headline(cell(account.name)), std::move(below), summary(label, below_total)), below_total};
  // Own postings of a parent stand in a first section without header.
  std::vector<Node> list{Node::object({{"Rows", rows(std::move(own.list))}, {"Summary", summary(label, own.total)}, {"type", "Section"}})};
  std::move(below.begin(), below.end(), std::back_inserter(list));
  const auto total = own.total + below_total;
  return Branch{make(headline(cell(account.name, account.id)), std::move(list), summary(label + " with sub-accounts", total)), total};
}

Node Ledger::report(const std::string& start, const std::string& end) {
  std::vector<Node> list;
  for (const auto* account : books_.ordered())
    if (account->parent.empty())
      if (auto node = branch(*account)) list.push_back(std::move(node->row));
  if (entries_.contains("")) {
    auto part = data("");
    list.push_back(Node::object({{"Header", headline(cell("Not Specified"))},
                                 {"Rows", rows(std::move(part.list))},
                                 {"Summary", summary("Total for Not Specified", part.total)},
                                 {"type", "Section"}}));
  }
  std::vector<Node> titles;
  for (const auto* known : columns_) titles.push_back(column(known->title, known->type, known->key));
  const auto empty = list.empty() ? "true" : "false";
  return Node::object(
      {{"Header", header(books_, {.name = "GeneralLedger", .start = start, .end = end, .by_total = false}, {{"NoReportData", empty}})},
       {"Columns", columns(std::move(titles))},
       {"Rows", list.empty() ? Node::object() : rows(std::move(list))}});
}

std::size_t size_of(const Books& books, const std::string& start, const std::string& end, std::size_t width) {
  std::size_t lines = 0;
  for (const auto* transaction : books.between(start, end)) lines += transaction->lines.size();
  return lines * width;
}

}  // namespace

Node general_ledger(const Books& books, const std::string& start, const std::string& end, const LedgerOptions& options) {
  const std::size_t width = options.keys.empty() ? 8 : options.keys.size();
  if (size_of(books, start, end, width) > options.cells_max) {
    auto row = cells({cell("Unable to display more data. Please reduce the date range.")});
    return Node::object(
        {{"Header", header(books, {.name = "GeneralLedger", .start = start, .end = end, .by_total = false}, {{"NoReportData", "false"}})},
         {"Columns", columns({column("Date", "Date", "tx_date")})},
         {"Rows", rows({row.set("type", "Data")})}});
  }
  return Ledger(books, start, end, options).report(start, end);
}

}  // namespace q2o::sandbox::reports
