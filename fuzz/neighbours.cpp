#include "common/calendar/calendar.h"
#include "common/http/http.h"
#include "common/rpc/page.h"
#include "fuzz/targets.h"
#include "services/connector/domain/calendar.h"
#include "services/connector/domain/fault.h"
#include "services/connector/domain/query.h"
#include "services/connector/domain/reports.h"
#include "services/connector/tests/shipped.h"

/// Descriptions of platforms, what the source answers to questions, and dates and places in lists as strangers write them.
namespace q2o::fuzz {

void platform(std::string_view bytes) {
  const auto manifest = connector::parse_manifest(std::string(bytes));
  if (!manifest) return expect(!manifest.error().message.empty(), "a refusal says why");
  expect(!manifest->platform.empty() && !manifest->entities.empty(), "a platform has a name and entities");
}

/// The first line: the entity that was asked for, or anything else for a report. A fault is judged whatever it says.
void source_answer(std::string_view bytes) {
  static const auto kShipped = connector::testing::shipped();
  const auto line = bytes.find('\n');
  if (line == std::string_view::npos) return;
  const auto document = json::Document::parse(std::string(bytes.substr(line + 1)));
  if (!document) return;
  const auto& answer = document->root();
  const auto trouble = connector::judge(kShipped, 400, connector::find_fault(kShipped, answer));
  expect(!trouble.error.message.empty(), "trouble with the source says something");
  if (const auto* entity = kShipped.find(bytes.substr(0, line))) {
    static_cast<void>(connector::count_in(kShipped, answer));
    if (const auto rows = connector::rows_in(kShipped, *entity, answer))
      for (const auto& row : *rows) expect(json::Document::parse(row.body).has_value(), "a row is JSON");
  } else if (const auto dates = connector::dates_in(answer, "tx_date"); dates && *dates) {
    expect((*dates)->first <= (*dates)->last, "a ledger ends after it has begun");
  }
}

/// A day that was read is written as it was; how long a neighbour wants us to wait is never negative.
void date(std::string_view bytes) {
  if (const auto day = calendar::read_day(bytes)) expect(calendar::to_text(*day) == bytes, "a day is written as it was read");
  static_cast<void>(connector::parse_day(bytes));
  static_cast<void>(calendar::month_number(bytes));
  const http::Response answer{429, {{"Retry-After", std::string(bytes)}}, {}};
  expect(answer.retry_after().count() >= 0, "nobody waits for the past");
  if (const auto place = rpc::place_of(bytes)) expect(*place >= 0, "a place in a list");
}

}  // namespace q2o::fuzz
