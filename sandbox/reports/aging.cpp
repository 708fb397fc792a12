#include <algorithm>
#include <array>
#include <set>

#include "sandbox/company/date.h"
#include "sandbox/reports/reports.h"
#include "sandbox/reports/shape.h"

namespace q2o::sandbox::reports {
namespace {

struct Words {
  std::string document, payment, credit, party_ref, party, report;
};

Words words_of(Side side) {
  return side == Side::receivable ? Words{"Invoice", "Payment", "CreditMemo", "CustomerRef", "Customer", "AgedReceivables"}
                                  : Words{"Bill", "BillPayment", "VendorCredit", "VendorRef", "Vendor", "AgedPayables"};
}

using Buckets = std::array<Decimal, 5>;

Decimal sum(const Buckets& buckets) {
  Decimal out;
  for (const auto& amount : buckets) out += amount;
  return out;
}

void append(std::vector<Node>& out, const Buckets& buckets, bool blank_zero) {
  for (const auto& amount : buckets) out.push_back(cell(blank_zero && amount.is_zero() ? "" : money(amount)));
  out.push_back(cell(money(sum(buckets))));
}

Node amounts_row(Node first, const Buckets& buckets, bool blank_zero) {
  std::vector<Node> line{std::move(first)};
  append(line, buckets, blank_zero);
  return cells(std::move(line));
}

/// Name of the entity behind LinkedTxn.TxnType.
std::string linked_entity(const std::string& type) {
  if (type == "Expense" || type == "Check" || type == "CreditCardCredit") return "Purchase";
  if (type == "StatementCharge") return "";  // only the ledger knows it
  return type;
}

/// Receivable or payable postings of transactions that are neither documents nor payments: journal entries, checks, deposits.
template <class Open>
void open_other_postings(const Company& company, Side side, const std::string& date, const Open& open) {
  const auto words = words_of(side);
  const auto* type = side == Side::receivable ? "Accounts Receivable" : "Accounts Payable";
  std::set<std::string> accounts;
  for (const auto& account : company.of("Account"))
    if (account["AccountType"].text() == type) accounts.insert(account["Id"].text());
  for (const auto& transaction : company.ledger) {
    if (transaction.date > date) continue;
    if (transaction.entity == words.document || transaction.entity == words.payment || transaction.entity == words.credit) continue;
    for (const auto& line : transaction.lines)
      if (accounts.contains(line.account_id) && !line.amount.is_zero()) open(transaction, line, side == Side::receivable ? 1 : -1);
  }
}

class Aging {
 public:
  Aging(const Books& books, Side side, const std::string& date) : words_(words_of(side)), date_(date) {
    for (const auto& item : open_items(books.company(), side, date)) {
      const int late = date::days_between(item.due, date);
      const auto bucket = static_cast<std::size_t>(late <= 0 ? 0 : std::min(4, (late - 1) / 30 + 1));
      open_[item.party][bucket] += item.home;
    }
    for (const auto& party : books.company().of(words_.party)) children_[party.at("ParentRef.value").text()].push_back(&party);
    for (auto& [parent, list] : children_)
      std::stable_sort(list.begin(), list.end(),
                       [](const Node* a, const Node* b) { return lower((*a)["DisplayName"].text()) < lower((*b)["DisplayName"].text()); });
  }

  std::vector<Node> list() {
    std::vector<Node> out;
    Buckets grand{};
    for (const auto* party : children_[""]) append_branch(*party, 0, out, grand);
    auto total = Node::object({{"Summary", amounts_row(cell("TOTAL"), grand, false)}});
    out.push_back(total.set("type", "Section").set("group", "GrandTotal"));
    return out;
  }

 private:
  void append_branch(const Node& party, int depth, std::vector<Node>& out, Buckets& total_above) {
    const auto& id = party["Id"].text();
    const auto& name = party["DisplayName"].text();
    const auto own = open_.find(id);
    Buckets total = own == open_.end() ? Buckets{} : own->second;
    std::vector<Node> below;
    if (const auto children = children_.find(id); children != children_.end())
      for (const auto* child : children->second) append_branch(*child, depth + 1, below, total);
    if (own == open_.end() && below.empty()) return;
    for (std::size_t i = 0; i < total.size(); ++i) total_above[i] += total[i];
    auto first = amounts_row(cell(name, id), own == open_.end() ? Buckets{} : own->second, true);
    if (below.empty()) {
      if (depth > 0) first.set("type", "Data");
      out.push_back(std::move(first));
      return;
    }
    out.push_back(Node::object({{"Header", std::move(first)},
                                {"Rows", rows(std::move(below))},
                                {"Summary", amounts_row(cell("Total " + name), total, false)},
                                {"type", "Section"}}));
  }

  Words words_;
  std::string date_;
  std::map<std::string, Buckets> open_;
  std::map<std::string, std::vector<const Node*>> children_;
};

}  // namespace

namespace {

/// An open item while payments take from it.
struct Taken {
  Decimal whole, whole_home, rate;
};

/// Untouched it is worth what the ledger says, then what its own rate leaves, and nothing when it is closed.
Decimal home_of(const OpenItem& item, const Taken& taken) {
  if (item.amount == taken.whole) return taken.whole_home;
  return (item.amount * taken.rate).rounded(2, Rounding::half_up);
}

Decimal rate_of(const Node& object) {
  return object.has("ExchangeRate") ? object["ExchangeRate"].decimal() : Decimal(1);
}

}  // namespace

std::vector<OpenItem> open_items(const Company& company, Side side, const std::string& date) {
  const auto words = words_of(side);
  std::vector<OpenItem> items;
  std::vector<Taken> taken;
  std::map<std::pair<std::string, std::string>, std::size_t> index;
  const auto add = [&](OpenItem item, const Decimal& home, const Decimal& rate) {
    index[{item.entity, item.id}] = items.size();
    taken.push_back({item.amount, home, rate});
    items.push_back(std::move(item));
  };
  const auto open = [&](const std::string& entity, const Node& object, const std::string& due, const Decimal& amount, int sign) {
    const auto deposit = object["Deposit"].decimal(), rate = rate_of(object);
    const auto home = object.has("HomeTotalAmt") ? object["HomeTotalAmt"].decimal() - (deposit * rate).rounded(2, Rounding::half_up)
                                                 : (amount.abs() * rate).rounded(2, Rounding::half_up);
    // A negative document without a home total keeps its sign.
    const auto signed_home = object.has("HomeTotalAmt") ? (sign > 0 ? home : -home) : amount.sign() < 0 ? -home : home;
    add({entity, object["Id"].text(), object.at(words.party_ref + ".value").text(), due, amount, {}}, signed_home, rate);
  };
  for (const auto& object : company.of(words.document))
    if (object["TxnDate"].text() <= date)
      open(words.document, object, object.has("DueDate") ? object["DueDate"].text() : object["TxnDate"].text(),
           object["TotalAmt"].decimal() - object["Deposit"].decimal(), 1);
  for (const auto& object : company.of(words.credit))
    if (object["TxnDate"].text() <= date) open(words.credit, object, object["TxnDate"].text(), -object["TotalAmt"].decimal(), -1);
  open_other_postings(company, side, date, [&](const Transaction& transaction, const Posting& line, int sign) {
    const auto signed_by = [sign](const Decimal& amount) { return sign > 0 ? amount : -amount; };
    const auto rate = transaction.rate.empty() ? Decimal(1) : Decimal::of(transaction.rate);
    add({transaction.entity, transaction.txn_id, line.name_id, transaction.date, signed_by(line.own_amount()), {}}, signed_by(line.amount),
        rate);
  });
  std::set<std::size_t> credits;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (items[i].amount.sign() < 0) credits.insert(i);
  for (const auto& payment : company.of(words.payment)) {
    if (payment["TxnDate"].text() > date) continue;
    auto rest = payment["TotalAmt"].decimal();
    for (const auto& line : payment["Line"].items()) {
      for (const auto& link : line["LinkedTxn"].items()) {
        const auto found = index.find({linked_entity(link["TxnType"].text()), link["TxnId"].text()});
        if (found == index.end()) continue;
        auto& item = items[found->second];
        const bool credit = credits.contains(found->second);
        const auto amount = credit ? line["Amount"].decimal() : -line["Amount"].decimal();
        item.amount += amount;
        rest += amount;
      }
    }
    if (!rest.is_zero()) open(words.payment, payment, payment["TxnDate"].text(), -rest, -1);
  }
  for (std::size_t i = 0; i < items.size(); ++i) items[i].home = home_of(items[i], taken[i]);
  std::erase_if(items, [](const OpenItem& item) { return item.amount.is_zero() && item.home.is_zero(); });
  return items;
}

Node aged(const Books& books, Side side, const std::string& date) {
  const auto words = words_of(side);
  const HeaderText text{.name = words.report, .start = date, .end = date, .by_total = false, .basis = false};
  std::vector<Node> titles{column("", words.party)};
  for (const auto* title : {"Current", "1 - 30", "31 - 60", "61 - 90", "91 and over", "Total"}) titles.push_back(column(title, "Money"));
  return Node::object({{"Header", header(books, text, {{"report_date", date}, {"NoReportData", "false"}})},
                       {"Columns", columns(std::move(titles))},
                       {"Rows", rows(Aging(books, side, date).list())}});
}

}  // namespace q2o::sandbox::reports
