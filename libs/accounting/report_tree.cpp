#include "accounting/report_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "common/json/json.h"

namespace q2o::accounting {
namespace {

tl::unexpected<Error> unknown_shape(std::string what) {
  return fail(Code::data_loss, "the report has a shape that is not known: " + what, "REPORT_SHAPE",
              "Nothing was read from it. Keep the answer and report it: the reader must learn this form first.");
}

std::string text_of(const json::Value& value) {
  return std::string(value.text());
}

/// Older answers carry the key in ColType ("tx_date"), newer ones in MetaData; "Money" or "Account" are types, not keys.
std::string key_of(const json::Value& column) {
  for (const auto& entry : column["MetaData"].items()) {
    if (entry["Name"].text() == "ColKey") return text_of(entry["Value"]);
  }
  const auto type = column["ColType"].text();
  const bool is_key = !type.empty() && std::ranges::all_of(type, [](unsigned char c) { return std::islower(c) || c == '_'; });
  return is_key ? std::string(type) : std::string();
}

class TreeReader {
 public:
  explicit TreeReader(Report& report) : report_(report) {}

  Status rows(const json::Value& rows, std::size_t section) {
    if (rows.is_null()) return {};
    if (!rows.is_object()) return unknown_shape("Rows is not an object");
    const auto& list = rows["Row"];
    if (list.is_null() && rows.members().empty()) return {};
    if (!list.is_array()) return unknown_shape("Rows has no array Row");
    for (const auto& row : list.items()) {
      if (auto done = one(row, section); !done) return done;
    }
    return {};
  }

 private:
  Status one(const json::Value& row, std::size_t section) {
    if (!row.is_object()) return unknown_shape("a row is not an object");
    for (const auto& member : row.members()) {
      static constexpr std::string_view known[] = {"ColData", "Header", "Rows", "Summary", "type", "group", "parentId"};
      if (std::ranges::find(known, member.key) == std::end(known)) return unknown_shape(fmt::format("row with member '{}'", member.key));
    }
    const auto group = text_of(row["group"]);
    if (row.has("ColData")) {
      if (row.has("Rows") || row.has("Header")) return unknown_shape("a row is a leaf and a section at once");
      return add(Row::Kind::data, row["ColData"], section, group);
    }
    if (!row.has("Rows") && !row.has("Summary") && !row.has("Header")) return unknown_shape("a row without content");
    return section_of(row, section, group);
  }

  Status section_of(const json::Value& row, std::size_t parent, const std::string& group) {
    const auto index = report_.sections.size();
    report_.sections.push_back({parent, group, row.has("Header"), {}});
    if (row.has("Header")) {
      if (auto done = add(Row::Kind::header, row["Header"]["ColData"], index, group); !done) return done;
      const auto& cells = report_.rows.back().cells;
      if (!cells.empty()) report_.sections[index].header = cells.front();
    }
    if (auto done = rows(row["Rows"], index); !done) return done;
    if (row.has("Summary")) return add(Row::Kind::summary, row["Summary"]["ColData"], index, group);
    return {};
  }

  Status add(Row::Kind kind, const json::Value& cells, std::size_t section, std::string group) {
    if (!cells.is_array()) return unknown_shape("ColData is not an array");
    Row row{kind, section, std::move(group), {}};
    for (const auto& cell : cells.items()) {
      if (!cell.is_object()) return unknown_shape("a cell is not an object");
      row.cells.push_back({text_of(cell["value"]), text_of(cell["id"])});
      if (row.cells.back().value.find("Unable to display more data") != std::string::npos) {
        return fail(Code::resource_exhausted, "the source cut the report: " + row.cells.back().value, "REPORT_TRUNCATED",
                    "Ask for the report in shorter ranges of dates.");
      }
    }
    report_.rows.push_back(std::move(row));
    return {};
  }

  Report& report_;
};

void read_header(const json::Value& header, Report& report) {
  report.name = text_of(header["ReportName"]);
  report.basis = text_of(header["ReportBasis"]);
  report.start_date = text_of(header["StartPeriod"]);
  report.end_date = text_of(header["EndPeriod"]);
  report.currency = text_of(header["Currency"]);
  for (const auto& option : header["Option"].items()) {
    if (option["Name"].text() == "NoReportData") report.no_data = option["Value"].text() == "true";
    if (option["Name"].text() == "report_date" && report.end_date.empty()) report.end_date = text_of(option["Value"]);
  }
}

}  // namespace

std::optional<std::size_t> Report::column(std::string_view key) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].key == key) return i;
  }
  return std::nullopt;
}

const Cell& Report::cell(const Row& row, std::size_t column) {
  static const Cell nothing;
  return column < row.cells.size() ? row.cells[column] : nothing;
}

bool Report::inside(std::size_t section, std::string_view group) const {
  for (std::optional<std::size_t> at = section; at; at = sections[*at].parent) {
    if (sections[*at].group == group) return true;
  }
  return false;
}

Result<Report> read_report(std::string_view body) {
  auto document = json::Document::parse(std::string(body));
  if (!document) return fail(document.error());
  const auto& root = document->root();
  if (root.has("Fault")) return unknown_shape("it is a fault: " + text_of(root.at("Fault.Error.0.Message")));
  if (!root["Header"].is_object() || !root["Columns"].is_object()) return unknown_shape("no Header or no Columns");
  Report report;
  read_header(root["Header"], report);
  if (report.name.empty()) return unknown_shape("Header has no ReportName");
  for (const auto& column : root["Columns"]["Column"].items()) {
    report.columns.push_back({key_of(column), text_of(column["ColTitle"])});
  }
  report.sections.push_back({});
  TreeReader reader(report);
  if (auto done = reader.rows(root["Rows"], 0); !done) return fail(done.error());
  return report;
}

Result<std::optional<Decimal>> money(const Cell& cell) {
  if (cell.value.empty()) return std::optional<Decimal>();
  std::string digits;
  std::ranges::copy_if(cell.value, std::back_inserter(digits), [](char c) { return c != ','; });
  // GeneralLedger writes ".00" and "-.50": not a JSON number, but plainly meant.
  const auto first = digits.find_first_not_of('-');
  if (first != std::string::npos && digits[first] == '.') digits.insert(first, "0");
  auto value = Decimal::parse(digits);
  if (!value) return unknown_shape(fmt::format("'{}' is not an amount", cell.value));
  return std::optional<Decimal>(*value);
}

}  // namespace q2o::accounting
