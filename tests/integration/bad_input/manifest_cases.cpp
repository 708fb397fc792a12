#include <stdexcept>

#include "tests/integration/bad_input/source_company.h"

/// Mistakes in the description of the source platform.
namespace q2o::bad_input {
namespace {

std::function<Seen()> manifest(std::string what, std::string with) {
  return [=] {
    std::string text = source::shipped_text();
    const auto at = text.find(what);
    if (at == std::string::npos) throw std::logic_error("the shipped manifest has no " + what);
    text.replace(at, what.size(), with);
    const auto read = connector::parse_manifest(std::move(text));
    const std::string other = connector::parse_manifest(source::shipped_text()) ? "the shipped one" : "";
    return read ? Seen{"", "", "", other} : Seen{read.error().reason, read.error().message, read.error().hint, other};
  };
}

}  // namespace

std::vector<Case> manifest_cases() {
  const char* const kCode = "BAD_MANIFEST";
  return {
      {"ManifestIsNoJson", kCode, {"manifest", "at byte"}, {"Correct the platform manifest"}, "the shipped one", manifest("{", "{{")},
      {"ManifestWithoutBudget",
       kCode,
       {"budget.per_second: is missing"},
       {"Correct the platform manifest"},
       "the shipped one",
       manifest(R"("per_second": 10, )", "")},
      {"ManifestWithPagesOfNothing",
       kCode,
       {"page_rows", "whole number from 1"},
       {"Correct the platform manifest"},
       "the shipped one",
       manifest(R"("page_rows": 1000)", R"("page_rows": 0)")},
      {"ManifestWithUnknownWords",
       kCode,
       {"CompanyInfo", "'sometimes'"},
       {"Correct the platform manifest"},
       "the shipped one",
       manifest(R"("listing": "once")", R"("listing": "sometimes")")},
      {"ManifestWithUnknownStage",
       kCode,
       {"stage 'settngs'"},
       {"Correct the platform manifest"},
       "the shipped one",
       manifest(R"("stage": "settings")", R"("stage": "settngs")")},
  };
}

}  // namespace q2o::bad_input
