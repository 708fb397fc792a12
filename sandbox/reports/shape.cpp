#include "sandbox/reports/shape.h"

namespace q2o::sandbox::reports {
namespace {

struct Branch {
  Node row;
  Decimal total;
};

std::optional<Branch> branch(const Books& books, const Account& account, const Sums& values, int sign) {
  std::vector<Node> below;
  Decimal total;
  for (const auto* child : books.children(account.id)) {
    if (auto node = branch(books, *child, values, sign)) {
      below.push_back(std::move(node->row));
      total += node->total;
    }
  }
  const auto own = values.find(account.id);
  if (own == values.end() && below.empty()) return std::nullopt;
  const Decimal amount = own == values.end() ? Decimal{} : sign > 0 ? own->second : -own->second;
  if (below.empty()) {
    auto row = cells({cell(account.name, account.id), cell(money(amount))});
    return Branch{row.set("type", "Data"), amount};
  }
  auto row = Node::object({{"Header", cells({cell(account.name, account.id), cell(own == values.end() ? "" : money(amount))})},
                           {"Rows", rows(std::move(below))},
                           {"Summary", cells({cell("Total " + account.name), cell(money(total + amount))})},
                           {"type", "Section"}});
  return Branch{std::move(row), total + amount};
}

}  // namespace

Node cell(std::string value) {
  return Node::object({{"value", std::move(value)}});
}
Node cell(std::string value, std::string id) {
  return Node::object({{"value", std::move(value)}, {"id", std::move(id)}});
}
Node cells(std::vector<Node> list) {
  return Node::object({{"ColData", Node::array(std::move(list))}});
}
Node rows(std::vector<Node> list) {
  return Node::object({{"Row", Node::array(std::move(list))}});
}

Node header(const Books& books, const HeaderText& text, std::vector<std::pair<std::string, std::string>> options) {
  auto out = Node::object({{"Time", text.end + "T23:59:59-07:00"}, {"ReportName", text.name}});
  if (text.basis) out.set("ReportBasis", "Accrual");
  out.set("StartPeriod", text.start).set("EndPeriod", text.end);
  if (text.by_total) out.set("SummarizeColumnsBy", "Total");
  const auto& preferences = books.company().of("Preferences");
  const auto currency = preferences.empty() ? std::string{} : preferences.front().at("CurrencyPrefs.HomeCurrency.value").text();
  out.set("Currency", currency.empty() ? "USD" : currency);
  auto list = Node::array();
  for (auto& [name, value] : options) list.push(Node::object({{"Name", std::move(name)}, {"Value", std::move(value)}}));
  return out.set("Option", std::move(list));
}

Node column(const std::string& title, const std::string& type, const std::string& key) {
  auto out = Node::object({{"ColTitle", title}, {"ColType", type}});
  if (!key.empty()) out.set("MetaData", Node::array({Node::object({{"Name", "ColKey"}, {"Value", key}})}));
  return out;
}

Node columns(std::vector<Node> list) {
  return Node::object({{"Column", Node::array(std::move(list))}});
}

Node section(const std::string& title, std::vector<Node> list, const Decimal& total, const std::string& group,
             const std::string& total_title) {
  auto out = Node::object({{"Header", cells({cell(title), cell("")})}});
  if (!list.empty()) out.set("Rows", rows(std::move(list)));
  out.set("Summary", cells({cell(total_title.empty() ? "Total " + title : total_title), cell(money(total))}));
  return out.set("type", "Section").set("group", group);
}

Tree tree(const Books& books, const std::string& type, const Sums& values, int sign) {
  Tree out;
  for (const auto* account : books.children("")) {
    if (account->type != type) continue;
    if (auto node = branch(books, *account, values, sign)) {
      out.rows.push_back(std::move(node->row));
      out.total += node->total;
    }
  }
  return out;
}

Node statement(const Books& books, const std::string& name, const std::string& start, const std::string& end, std::vector<Node> list) {
  return Node::object({{"Header", header(books, {name, start, end}, {{"AccountingStandard", "GAAP"}, {"NoReportData", "false"}})},
                       {"Columns", columns({column("", "Account", "account"), column("Total", "Money", "total")})},
                       {"Rows", rows(std::move(list))}});
}

}  // namespace q2o::sandbox::reports
