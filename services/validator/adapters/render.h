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

}  // namespace q2o::validator
