#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "q2o/validator/v1/report.pb.h"

/// What the parts of the HTML page share.
namespace q2o::validator {

std::string escaped(std::string_view text);
/// "-1,234.50" with a real minus sign; anything that is no amount as it is (escaped).
std::string figure(const std::string& text);
std::string small(const std::string& text);
/// "2026-05-04 09:00 UTC"
std::string moment(const std::string& rfc3339);

class Page {
 public:
  void raw(std::string_view html) { out_ += html; }
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// Fallbacks, losses, rejects, unreadable records and what was not migrated, each grouped by cause.
void lists(Page& page, const v1::Report& report);
/// What a run that asked for changes found in books that the source has closed.
void closed_changes(Page& page, const v1::Report& report);
void settings(Page& page, const v1::Report& report);
/// Bank and card items that the source had not cleared.
void uncleared(Page& page, const v1::Report& report);
void accounts(Page& page, const v1::Report& report);

}  // namespace q2o::validator
