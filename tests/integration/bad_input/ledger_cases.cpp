#include "accounting/general_ledger.h"
#include "tests/integration/bad_input/mapped_company.h"

/// A ledger that does not fit the documents, and ledger reports that cannot be read.
namespace q2o::bad_input {
namespace {

std::function<Seen()> booked(std::vector<accounting::Posting> postings) {
  return [=] { return MappedCompany().with("Invoice", "66", invoice_text()).post("66", postings).look_at("Invoice", "66"); };
}

std::function<Seen()> only_in_the_ledger(std::vector<accounting::Posting> postings) {
  return [=] { return MappedCompany().post("66", postings).look_at("LedgerTransaction", "66"); };
}

/// A report of the ledger as QuickBooks sends it, with one posting of account 35 on 2026-03-01.
std::string slice(const std::string& rows) {
  return R"({"Header":{"ReportName":"GeneralLedger","StartPeriod":"2026-03-01","EndPeriod":"2026-03-31","Currency":"USD"},"Columns":{"Column":[)"
         R"({"ColTitle":"Date","MetaData":[{"Name":"ColKey","Value":"tx_date"}]},{"ColTitle":"Type","MetaData":[{"Name":"ColKey","Value":"txn_type"}]},)"
         R"({"ColTitle":"Amount","MetaData":[{"Name":"ColKey","Value":"subt_nat_amount"}]}]},"Rows":)" +
         rows + "}";
}
std::string section(const std::string& account, const std::string& amount) {
  return R"({"Row":[{"Header":{"ColData":[{"value":"A","id":")" + account +
         R"("},{"value":""},{"value":""}]},"Rows":{"Row":[{"ColData":[{"value":"2026-03-01"},)"
         R"({"value":"Invoice","id":"9"},{"value":")" +
         amount + R"("}],"type":"Data"}]},"type":"Section"}]})";
}

std::function<Seen()> report(std::string body) {
  return [=] {
    const accounting::Classifications known{{"35", accounting::Classification::asset}};
    const auto read = accounting::read_general_ledger({body}, known);
    const auto good = accounting::read_general_ledger({slice(section("35", "5.00"))}, known);
    const std::string unharmed = good && good->size() == 1 ? "the other month" : good ? "nothing" : good.error().message;
    if (read) return Seen{"", "", "", unharmed};
    return Seen{read.error().reason, read.error().message, read.error().hint, unharmed};
  };
}

}  // namespace

std::vector<Case> ledger_cases() {
  const std::string all = "all others", month = "the other month";
  return {
      {"LedgerDoesNotBalance",
       "LEDGER_UNBALANCED",
       {"transaction 66 does not balance", "by 1"},
       {"general ledger again"},
       all,
       booked({posting("84", "100"), posting("79", "-99")})},
      {"LedgerHasNoSuchTransaction",
       "LEDGER_MISSING",
       {"no transaction 66", "Invoice"},
       {"run again"},
       all,
       [] { return MappedCompany().with("Invoice", "66", invoice_text()).look_at("Invoice", "66"); }},
      {"LedgerOfAnotherParty", "plain_entry", {"another name"}, {}, all, booked({posting("84", "100", "2"), posting("79", "-100")})},
      {"LedgerOfAnUnknownParty",
       "REFERENCE_MISSING",
       {"404", "neither a customer nor a vendor"},
       {"inactive"},
       all,
       booked({posting("84", "100", "404"), posting("79", "-100", "404")})},
      {"LedgerWithOtherAccounts",
       "ledger_lines",
       {"the ledger"},
       {},
       all,
       booked({posting("84", "100"), posting("79", "-60"), posting("7", "-40")})},
      {"LedgerOfAnUnknownAccount",
       "REFERENCE_MISSING",
       {"Account 404"},
       {"Account 404"},
       all,
       booked({posting("84", "100"), posting("404", "-100")})},
      {"LedgerPostingWithoutAccount",
       "LEDGER_ACCOUNT_MISSING",
       {"transaction 66", "without an account"},
       {"Transaction journal"},
       all,
       booked({posting("84", "100"), posting("", "-100")})},
      {"TransactionOnlyInTheLedgerDoesNotBalance",
       "LEDGER_UNBALANCED",
       {"transaction 66"},
       {"general ledger again"},
       all,
       only_in_the_ledger({posting("35", "100"), posting("7", "-99")})},
      {"LedgerReportIsNoJson", "JSON_SYNTAX", {"at byte 0"}, {}, month, report("<html>")},
      {"LedgerReportIsCut",
       "REPORT_TRUNCATED",
       {"Unable to display more data"},
       {},
       month,
       report(slice(R"({"Row":[{"ColData":[{"value":"Unable to display more data. Please reduce the date range."}]}]})"))},
      {"LedgerReportOfUnknownStructure", "REPORT_SHAPE", {"Mystery"}, {}, month, report(slice(R"({"Row":[{"Mystery":1}]})"))},
      {"LedgerReportOfAnUnknownAccount", "UNKNOWN_ACCOUNT", {"404"}, {}, month, report(slice(section("404", "5.00")))},
      {"LedgerReportWhoseAmountIsNoNumber", "REPORT_SHAPE", {"five"}, {}, month, report(slice(section("35", "five")))},
  };
}

}  // namespace q2o::bad_input
