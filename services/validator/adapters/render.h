#pragma once

#include <string>
#include <vector>

#include "q2o/validator/v1/report.pb.h"

namespace q2o::validator {

struct RenderedFile {
  std::string name, content;
};

/// One self-contained page for an accountant: printable, no scripts, no outside resources.
std::string render_html(const v1::Report& report);
/// One file per section. Text cells that a spreadsheet would take for a formula are quoted.
std::vector<RenderedFile> render_csv(const v1::Report& report);
std::string render_json(const v1::Report& report);

/// Rows of a table of differences on the page; the CSV has them all.
inline constexpr int kPageRowsMax = 500;
/// The parts of the above, for who writes them one by one.
std::string to_json(const google::protobuf::Message& message);
RenderedFile csv_summary(const v1::Report& report);
std::string csv_lines_head();
std::string csv_line(const v1::Line& line);
/// What comes after the sections.
std::vector<RenderedFile> csv_lists(const v1::Report& report);

}  // namespace q2o::validator
