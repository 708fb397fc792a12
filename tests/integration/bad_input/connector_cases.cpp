#include <fmt/format.h>

#include "services/connector/domain/reports.h"
#include "tests/integration/bad_input/source_company.h"

/// Bad answers of QuickBooks: pages, counts, reports.
namespace q2o::bad_input {
namespace {

using namespace std::string_literals;

const char* const kAllThere = "3 accounts, 20 invoices, 1 payments";
const char* const kOneMissing = "3 accounts, 19 invoices, 1 payments";
const char* const kHalted = "3 accounts, 0 invoices, 0 payments";
const char* const kHtml = "<!DOCTYPE html><html><body>Bad gateway</body></html>";

std::function<Seen()> invoice(std::string body, int status = 200) {
  return [body = std::move(body), status] {
    SourceCompany company;
    company.spoil_invoice(13, body, status);
    return company.run();
  };
}

std::function<Seen()> answer(std::string part, std::string body, int status = 200, int times = -1, std::string entity = "Invoice") {
  return [=] {
    SourceCompany company;
    company.spoil(part, body, status, times);
    return company.run(entity);
  };
}

Seen repeated_ids() {
  SourceCompany company;
  company.harness.source.rows["Invoice"][6] = R"({"Id":"6","TxnDate":"2026-02-03"})";
  return company.run();
}

Seen record_without_id() {
  SourceCompany company;
  company.harness.source.rows["Invoice"][6] = R"({"TxnDate":"2026-02-03"})";
  return company.run();
}

Seen huge_record() {
  SourceCompany company;
  company.harness.source.rows["Invoice"][6] = fmt::format(R"({{"Id":"7","PrivateNote":"{}"}})", std::string((16U << 20U) + 1, 'x'));
  return company.run();
}

Seen endless_ledger() {
  SourceCompany company;
  company.harness.source.report_rows_max = 0;
  return company.run();
}

Seen one_day_too_big() {
  SourceCompany company;
  company.harness.source.postings = {"2026-02-03", "2026-02-03"};
  company.harness.source.report_rows_max = 1;
  return company.run();
}

}  // namespace

std::vector<Case> connector_cases() {
  const std::string count = "SELECT COUNT(*) FROM Invoice", report = "/reports/GeneralLedger";
  return {
      {"PageOfBrokenJson",
       "EXPLAINED",
       {"position 13 cannot be read", "broken"},
       {},
       kOneMissing,
       invoice(R"({"QueryResponse":{"Invoice":[{"Id":"13",]}})")},
      {"TruncatedPage",
       "EXPLAINED",
       {"position 13 cannot be read", "broken"},
       {},
       kOneMissing,
       invoice(R"({"QueryResponse":{"Invoice":[{"Id":"13)")},
      {"PagesTruncatedForEver",
       "BAD_JSON",
       {"Invoice", "broken"},
       {"support"},
       kHalted,
       answer("SELECT * FROM Invoice", R"({"QueryResponse":{"Inv)")},
      {"PageTruncatedOnce", "", {}, {}, kAllThere, answer("SELECT * FROM Invoice", R"({"QueryResponse":{"Inv)", 200, 1)},
      {"PageWithNul",
       "EXPLAINED",
       {"position 13 cannot be read"},
       {},
       kOneMissing,
       invoice("{\"QueryResponse\":{\"Invoice\":[{\"Id\":\"13\",\"X\":\"a\0b\"}]}}"s)},
      {"PageWithInvalidUtf8",
       "EXPLAINED",
       {"position 13 cannot be read", "UTF-8"},
       {},
       kOneMissing,
       invoice("{\"QueryResponse\":{\"Invoice\":[{\"Id\":\"13\",\"X\":\"\xC3\x28\"}]}}")},
      {"PageThatIsNoList",
       "EXPLAINED",
       {"position 13 cannot be read", "'Invoice' that is no list"},
       {},
       kOneMissing,
       invoice(R"({"QueryResponse":{"Invoice":{"Id":"13"}}})")},
      {"PageOfAnotherShape", "EXPLAINED", {"position 13 cannot be read", "no QueryResponse"}, {}, kOneMissing, invoice(R"({"Answer":[]})")},
      {"RecordThatTheSourceCannotRead",
       "EXPLAINED",
       {"position 13 cannot be read", "code 4002"},
       {},
       kOneMissing,
       invoice(source::fault("4002", "QueryProcessingError"), 400)},
      {"HtmlInsteadOfJsonOnce", "", {}, {}, kAllThere, answer("SELECT * FROM Invoice", kHtml, 200, 2)},
      {"HtmlInsteadOfJsonForEver",
       "NOT_JSON",
       {"Invoice", "no JSON", "<!DOCTYPE html>"},
       {"proxy"},
       kHalted,
       answer("SELECT * FROM Invoice", kHtml)},
      {"XmlInsteadOfJson",
       "NOT_JSON",
       {"Invoice", "no JSON", "<?xml"},
       {"proxy"},
       kHalted,
       answer("SELECT * FROM Invoice", "<?xml version=\"1.0\"?><IntuitResponse/>")},
      {"EmptyAnswer", "NOT_JSON", {"Invoice", "no JSON", "empty"}, {"proxy"}, kHalted, answer("SELECT * FROM Invoice", "")},
      {"FaultInHttp200",
       "SOURCE_REFUSED",
       {"Invoice", "HTTP 200", "code 9999", "Something else"},
       {"source's words"},
       kHalted,
       answer("SELECT * FROM Invoice", source::fault("9999", "Something else"))},
      {"IdsTwiceInAPage", "EXPLAINED", {"counts 20 but lists 19"}, {}, kOneMissing, repeated_ids},
      {"RecordWithoutId", "EXPLAINED", {"position 7 has no id"}, {}, kOneMissing, record_without_id},
      {"RecordLargerThanAMessage", "EXPLAINED", {"Record 7 (167", "larger than a message", "left out"}, {}, kOneMissing, huge_record},
      {"CountIsNoNumber",
       "BAD_ANSWER",
       {"Invoice", "no number at QueryResponse.totalCount"},
       {"support"},
       kHalted,
       answer(count, R"({"QueryResponse":{"totalCount":"many"}})")},
      {"CountIsNegative",
       "BAD_ANSWER",
       {"Invoice", "no number"},
       {"support"},
       kHalted,
       answer(count, R"({"QueryResponse":{"totalCount":-1}})")},
      {"CountIsAFraction",
       "BAD_ANSWER",
       {"Invoice", "no number"},
       {"support"},
       kHalted,
       answer(count, R"({"QueryResponse":{"totalCount":1.5}})")},
      {"CountIsMissing", "BAD_ANSWER", {"Invoice", "no number"}, {"support"}, kHalted, answer(count, R"({"QueryResponse":{}})")},
      {"LedgerThatIsNeverComplete",
       "LEDGER_DAY_TOO_BIG",
       {"GeneralLedger", "alone is too big for one answer"},
       {"support"},
       kHalted,
       one_day_too_big},
      {"LedgerTooBigOutsideOfTheDocuments", "TRUNCATED", {"GeneralLedger", "too big for one answer"}, {"support"}, kHalted, endless_ledger},
      {"LedgerWithUnknownColumns",
       "BAD_REPORT",
       {"GeneralLedger", "no column 'tx_date'"},
       {"shape of its reports"},
       kHalted,
       answer(report, R"({"Columns":{"Column":[{"ColTitle":"Datum"}]},"Rows":{"Row":[{"ColData":[{"value":"x"}]}]}})")},
      {"LedgerOfAnotherShape",
       "BAD_REPORT",
       {"GeneralLedger", "no Columns"},
       {"shape of its reports"},
       kHalted,
       answer(report, R"({"Report":"none"})")},
  };
}

}  // namespace q2o::bad_input
