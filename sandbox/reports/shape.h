#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "sandbox/json/node.h"
#include "sandbox/reports/books.h"

/// The JSON shapes that all reports share.
namespace q2o::sandbox::reports {

Node cell(std::string value);
Node cell(std::string value, std::string id);
Node cells(std::vector<Node> list);  ///< {"ColData":[...]}
Node rows(std::vector<Node> list);   ///< {"Row":[...]}

struct HeaderText {
  std::string name;
  std::string start;
  std::string end;
  bool by_total = true;  ///< SummarizeColumnsBy
  bool basis = true;     ///< ReportBasis
};
Node header(const Books& books, const HeaderText& text, std::vector<std::pair<std::string, std::string>> options);
/// {"ColTitle","ColType","MetaData":[{"Name":"ColKey","Value":key}]?}
Node column(const std::string& title, const std::string& type, const std::string& key = {});
Node columns(std::vector<Node> list);

/// A titled section of BalanceSheet and ProfitAndLoss.
Node section(const std::string& title, std::vector<Node> list, const Decimal& total, const std::string& group,
             const std::string& total_title = {});

struct Tree {
  std::vector<Node> rows;
  Decimal total;
};
/// Nested rows of the accounts of `type`; a parent is a section whose header carries its id and its own amount.
Tree tree(const Books& books, const std::string& type, const Sums& values, int sign);
/// Columns and options of BalanceSheet and ProfitAndLoss.
Node statement(const Books& books, const std::string& name, const std::string& start, const std::string& end, std::vector<Node> list);

}  // namespace q2o::sandbox::reports
