#include "accounting/statements.h"

#include <fmt/format.h>

#include <array>

#include "common/calendar/calendar.h"

namespace q2o::accounting {
namespace {

tl::unexpected<Error> shape(const Report& report, std::string what) {
  return fail(Code::data_loss, fmt::format("{} {}: {}", report.name, report.end_date, what), "REPORT_SHAPE",
              "Nothing was taken from this report. Keep the answer and report it.");
}

tl::unexpected<Error> wrong_total(const Report& report, const Decimal& printed, const Decimal& sum) {
  return fail(
      Code::data_loss,
      fmt::format("{} {}: the total says {}, the rows add up to {}", report.name, report.end_date, printed.to_string(), sum.to_string()),
      "LEDGER_TOTAL", "The answer is incomplete. Extract it again.");
}

/// Days are computed with later: a report says of which days it is, or is none.
Status dated(const Report& report) {
  for (const auto& day : {report.start_date, report.end_date})
    if (!calendar::read_day(day)) return shape(report, fmt::format("'{}' is not a date", day));
  return {};
}

Result<Decimal> amount_at(const Row& row, std::size_t column) {
  const auto value = money(Report::cell(row, column));
  if (!value) return fail(value.error());
  return value->value_or(Decimal());
}

/// +1 where the section prints debit balances as positive.
int printed_sign(const Report& report, std::size_t section) {
  static constexpr std::array<std::string_view, 4> debit{"TotalAssets", "COGS", "Expenses", "OtherExpenses"};
  static constexpr std::array<std::string_view, 3> credit{"TotalLiabilitiesAndEquity", "Income", "OtherIncome"};
  for (const auto group : debit) {
    if (report.inside(section, group)) return 1;
  }
  for (const auto group : credit) {
    if (report.inside(section, group)) return -1;
  }
  return 0;
}

}  // namespace

Result<TrialBalance> read_trial_balance(std::string_view body) {
  const auto report = read_report(body);
  if (!report) return fail(report.error());
  if (report->name.rfind("TrialBalance", 0) != 0) return shape(*report, "it is not a trial balance");
  if (const auto days = dated(*report); !days) return fail(days.error());
  TrialBalance out{report->end_date, report->start_date, report->currency, {}};
  Decimal debits, credits;
  for (const auto& row : report->rows) {
    const auto debit = amount_at(row, 1), credit = amount_at(row, 2);
    if (!debit) return fail(debit.error());
    if (!credit) return fail(credit.error());
    if (row.kind == Row::Kind::summary) {
      if (*debit != *credit) return wrong_total(*report, *debit, *credit);
      if (*debit != debits) return wrong_total(*report, *debit, debits);
      continue;
    }
    const auto& account = Report::cell(row, 0);
    if (account.id.empty() && (!debit->is_zero() || !credit->is_zero()))
      return shape(*report, fmt::format("'{}' has no account id", account.value));
    debits += *debit;
    credits += *credit;
    out.accounts.push_back({account.id, account.value, *debit - *credit});
  }
  if (debits != credits) return wrong_total(*report, debits, credits);
  return out;
}

Result<Statement> read_statement(std::string_view body) {
  const auto report = read_report(body);
  if (!report) return fail(report.error());
  if (report->name != "BalanceSheet" && report->name != "ProfitAndLoss")
    return shape(*report, "it is neither balance sheet nor profit and loss");
  if (const auto days = dated(*report); !days) return fail(days.error());
  Statement out;
  out.name = report->name;
  out.start_date = report->start_date;
  out.end_date = report->end_date;
  out.currency = report->currency;
  const auto column = report->column("total").value_or(1);
  for (const auto& row : report->rows) {
    const auto amount = amount_at(row, column);
    if (!amount) return fail(amount.error());
    const auto& group = report->sections[row.section].group;
    if (row.group == "NetIncome") {
      out.net_income = *amount;
      out.has_net_income = true;
    } else if (row.kind == Row::Kind::summary) {
      if (group == "TotalAssets") out.total_assets = *amount;
      if (group == "TotalLiabilitiesAndEquity") out.total_liabilities_and_equity = *amount;
    } else if (const auto& account = Report::cell(row, 0); !account.id.empty()) {
      const int sign = printed_sign(*report, row.section);
      if (sign == 0) return shape(*report, fmt::format("'{}' stands in a section of unknown kind", account.value));
      if (!Report::cell(row, column).value.empty()) out.accounts.push_back({account.id, account.value, sign > 0 ? *amount : -*amount});
    } else if (row.kind == Row::Kind::data && !amount->is_zero()) {
      return shape(*report, fmt::format("'{}' has an amount and no account id", account.value));
    }
  }
  return out;
}

Result<AgedReport> read_aged(std::string_view body) {
  const auto report = read_report(body);
  if (!report) return fail(report.error());
  if (report->name != "AgedReceivables" && report->name != "AgedPayables") return shape(*report, "it is not an aging report");
  AgedReport out{report->end_date, report->currency, {}, {}, {}};
  if (report->columns.size() < 3) return shape(*report, "it has no columns");
  const auto last = report->columns.size() - 1;
  for (std::size_t i = 1; i < last; ++i) out.bucket_titles.push_back(report->columns[i].title);
  Decimal sum;
  for (const auto& row : report->rows) {
    const auto total = amount_at(row, last);
    if (!total) return fail(total.error());
    if (row.kind == Row::Kind::summary) {
      if (row.group == "GrandTotal") out.total = *total;
      continue;
    }
    const auto& party = Report::cell(row, 0);
    AgedParty aged{party.id, party.value, {}, *total};
    for (std::size_t i = 1; i < last; ++i) {
      const auto amount = amount_at(row, i);
      if (!amount) return fail(amount.error());
      aged.buckets.push_back(*amount);
    }
    if (party.id.empty() && !total->is_zero()) return shape(*report, fmt::format("'{}' has no id", party.value));
    sum += *total;
    if (!party.id.empty()) out.parties.push_back(std::move(aged));
  }
  if (sum != out.total) return wrong_total(*report, out.total, sum);
  return out;
}

}  // namespace q2o::accounting
