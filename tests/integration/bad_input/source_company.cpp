#include "tests/integration/bad_input/source_company.h"

#include <fmt/format.h>

#include <cstdio>

namespace q2o::bad_input {

SourceCompany::SourceCompany() {
  auto& books = harness.source;
  harness.manifest.query.page_rows = 8;
  for (int i = 1; i <= 3; ++i) books.add("Account", std::to_string(i), fmt::format(R"(,"Name":"Account {}")", i));
  for (int i = 1; i <= 20; ++i) books.add("Invoice", std::to_string(i), R"(,"TxnDate":"2026-02-03","TotalAmt":12.10)");
  books.add("Payment", "90001", R"(,"TxnDate":"2026-03-09")");
  for (const auto* date : {"2026-01-15", "2026-02-03", "2026-03-09"}) books.add_posting(date);
}

void SourceCompany::spoil(const std::string& part, std::string body, int status, int times) {
  harness.source.disturb = [part, body = std::move(body), status,
                            times](const std::string& url) mutable -> std::optional<Result<http::Response>> {
    if (url.find(part) == std::string::npos || times == 0) return std::nullopt;
    if (times > 0) --times;
    return source::json_answer(status, body);
  };
}

void SourceCompany::spoil_invoice(int position, std::string body, int status) {
  harness.source.disturb = [position, body = std::move(body), status](const std::string& url) -> std::optional<Result<http::Response>> {
    const auto at = url.find("FROM Invoice ORDERBY Id STARTPOSITION ");
    int start = 0, rows = 0;
    if (at == std::string::npos ||
        std::sscanf(url.c_str() + at, "FROM Invoice ORDERBY Id STARTPOSITION %d MAXRESULTS %d", &start, &rows) != 2)
      return std::nullopt;
    if (position < start || start + rows <= position) return std::nullopt;
    return source::json_answer(status, body);
  };
}

Seen SourceCompany::run(const std::string& entity) {
  const auto step = harness.run();
  const auto reading = source::read(harness.log.messages);
  Seen seen;
  const auto count = [&](const char* name) { return reading.bodies.contains(name) ? reading.bodies.at(name).size() : 0; };
  seen.unharmed = fmt::format("{} accounts, {} invoices, {} payments", count("Account"), count("Invoice"), count("Payment"));
  if (step) {
    seen.message = reading.ends.contains(entity) ? reading.ends.at(entity).explanation() : "";
    seen.code = seen.message.empty() ? "" : "EXPLAINED";
    return seen;
  }
  seen.code = step.error().error.reason;
  seen.message = step.error().error.message;
  seen.hint = step.error().error.hint;
  return seen;
}

}  // namespace q2o::bad_input
