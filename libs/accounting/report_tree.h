#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/decimal/decimal.h"
#include "common/result/result.h"

/// Any QuickBooks Online report as flat rows. The shape is recursive (sections with header, rows and summary); readers of a certain
/// report want rows with the section they stand in, keyed by ColKey, group and id, because labels are localized.
namespace q2o::accounting {

struct Cell {
  std::string value;
  std::string id;  ///< account, transaction or party; empty when the report gives none
};

struct Column {
  std::string key;  ///< ColKey; where the report has none, ColType when that is a key ("tx_date"), else empty
  std::string title;
};

/// A section of the tree. Section 0 is the report itself.
struct Section {
  std::optional<std::size_t> parent;
  std::string group;  ///< "Income", "AR" …; empty for sections of an account or a party
  bool has_header = false;
  Cell header;  ///< first cell of the header row
};

struct Row {
  enum class Kind { header, data, summary };
  Kind kind = Kind::data;
  std::size_t section = 0;  ///< the section whose header or summary this is, or in which the data row stands
  std::string group;        ///< of the row itself ("NetIncome")
  std::vector<Cell> cells;
};

struct Report {
  std::string name, basis, start_date, end_date, currency;
  bool no_data = false;  ///< the source says so itself (option NoReportData)
  std::vector<Column> columns;
  std::vector<Section> sections;
  std::vector<Row> rows;  ///< in the order of the report

  std::optional<std::size_t> column(std::string_view key) const;
  /// The cell of a row under a column; an empty one where the row is shorter.
  static const Cell& cell(const Row& row, std::size_t column);
  /// True when the section or one around it has this group.
  bool inside(std::size_t section, std::string_view group) const;
};

/// Reads a whole answer. Errors: JSON_SYNTAX; REPORT_SHAPE (something that this reader does not know: never skipped, a skipped row is a
/// wrong sum); REPORT_TRUNCATED ("Unable to display more data": ask for a shorter range).
Result<Report> read_report(std::string_view body);

/// Money of a cell: empty = nothing said. Thousands separators of localized companies are understood.
Result<std::optional<Decimal>> money(const Cell& cell);

}  // namespace q2o::accounting
