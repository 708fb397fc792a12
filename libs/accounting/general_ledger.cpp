#include "accounting/general_ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <tuple>
#include <utility>

#include "common/calendar/calendar.h"

namespace q2o::accounting {

/// Where the columns stand in one slice.
struct LedgerColumns {
  std::optional<std::size_t> date, type, number, name, memo, amount, debit, credit;
  std::optional<std::size_t> home_amount, home_debit, home_credit, currency, cleared;
  bool has_home() const { return (home_debit && home_credit) || home_amount; }
  bool has_amount() const { return amount || (debit && credit) || has_home(); }
  bool amount_is_foreign() const { return currency && (home_amount || home_debit); }
};

namespace {

LedgerColumns find_columns(const Report& report) {
  LedgerColumns c;
  c.date = report.column("tx_date");
  c.type = report.column("txn_type");
  c.number = report.column("doc_num");
  c.name = report.column("name");
  c.memo = report.column("memo");
  c.amount = report.column("subt_nat_amount");
  c.debit = report.column("debt_amt");
  c.credit = report.column("credit_amt");
  c.home_amount = report.column("subt_nat_home_amount");
  c.home_debit = report.column("debt_home_amt");
  c.home_credit = report.column("credit_home_amt");
  c.currency = report.column("currency");
  c.cleared = report.column("is_cleared");
  return c;
}

tl::unexpected<Error> shape(std::string what) {
  return fail(Code::data_loss, "general ledger: " + what, "REPORT_SHAPE",
              "Nothing was taken from this report. Keep the answer and report it.");
}

/// The account a row belongs to. An account that posts itself beside sub-accounts has its rows in a nested section without header.
std::string account_of(const Report& report, std::size_t section) {
  std::optional<std::size_t> at = section;
  while (at && *at != 0 && !report.sections[*at].has_header) at = report.sections[*at].parent;
  return at ? report.sections[*at].header.id : std::string();
}

/// Debit minus credit of a pair of columns; nothing when both are empty.
Result<std::optional<Decimal>> debit_minus_credit(const Row& row, std::size_t debit, std::size_t credit) {
  const auto d = money(Report::cell(row, debit));
  if (!d) return fail(d.error());
  const auto c = money(Report::cell(row, credit));
  if (!c) return fail(c.error());
  if (!*d && !*c) return std::optional<Decimal>();
  return std::optional<Decimal>(d->value_or(Decimal()) - c->value_or(Decimal()));
}

Result<std::optional<Decimal>> natural(const Row& row, std::size_t column, std::optional<Classification> account, const std::string& id) {
  auto amount = money(Report::cell(row, column));
  if (!amount || !*amount || (*amount)->is_zero()) return amount;
  if (!account) {
    return fail(Code::failed_precondition, fmt::format("general ledger: account '{}' has no classification", id), "UNKNOWN_ACCOUNT",
                "Extract the entity Account first; without it the side of an amount is not known.");
  }
  return std::optional<Decimal>(natural_sign(*account) > 0 ? **amount : -**amount);
}

}  // namespace

std::optional<Classification> classification(std::string_view word) {
  if (word == "Asset") return Classification::asset;
  if (word == "Expense") return Classification::expense;
  if (word == "Liability") return Classification::liability;
  if (word == "Equity") return Classification::equity;
  if (word == "Revenue") return Classification::revenue;
  return std::nullopt;
}

std::optional<Classification> classify_account(std::string_view classification_word, std::string_view account_type) {
  if (auto known = classification(classification_word)) return known;
  static const std::map<std::string_view, Classification> types{
      {"Bank", Classification::asset},
      {"Accounts Receivable", Classification::asset},
      {"Other Current Asset", Classification::asset},
      {"Fixed Asset", Classification::asset},
      {"Other Asset", Classification::asset},
      {"Accounts Payable", Classification::liability},
      {"Credit Card", Classification::liability},
      {"Other Current Liability", Classification::liability},
      {"Long Term Liability", Classification::liability},
      {"Equity", Classification::equity},
      {"Income", Classification::revenue},
      {"Other Income", Classification::revenue},
      {"Cost of Goods Sold", Classification::expense},
      {"Expense", Classification::expense},
      {"Other Expense", Classification::expense},
  };
  const auto found = types.find(account_type);
  return found == types.end() ? std::nullopt : std::optional(found->second);
}

int natural_sign(Classification classification) {
  return classification == Classification::asset || classification == Classification::expense ? 1 : -1;
}

Status LedgerReader::check_ranges(const Report& report) {
  if (report.name.rfind("GeneralLedger", 0) != 0) return shape("the report is called '" + report.name + "'");
  for (const auto& [from, to] : ranges_) {
    if (report.start_date <= to && from <= report.end_date) {
      return fail(Code::data_loss,
                  fmt::format("the slices {}..{} and {}..{} hold the same days", from, to, report.start_date, report.end_date),
                  "LEDGER_OVERLAP", "Extract the general ledger again: its slices must not overlap.");
    }
  }
  ranges_.emplace_back(report.start_date, report.end_date);
  return {};
}

Status LedgerReader::add(std::string_view slice) {
  auto report = read_report(slice);
  if (!report) return fail(report.error());
  if (auto fine = check_ranges(*report); !fine) return fine;
  const auto columns = find_columns(*report);
  if (!columns.date || !columns.type || !columns.has_amount()) return shape("a needed column is missing (tx_date, txn_type, amount)");

  std::map<std::size_t, Decimal> totals;  // own rows and rows of the sections inside, in the report's own (natural) direction
  for (const auto& row : report->rows) {
    if (row.kind == Row::Kind::data) {
      Decimal natural_amount;
      if (auto done = add_row(*report, row, columns, natural_amount); !done) return done;
      for (std::optional<std::size_t> at = row.section; at; at = report->sections[*at].parent) totals[*at] += natural_amount;
    } else if (row.kind == Row::Kind::summary && columns.amount && !columns.currency && row.group != "GrandTotal") {
      const auto printed = money(Report::cell(row, *columns.amount));
      if (!printed) return fail(printed.error());
      if (*printed && **printed != totals[row.section]) {
        return fail(Code::data_loss,
                    fmt::format("general ledger {}..{}: '{}' says {}, its rows add up to {}", report->start_date, report->end_date,
                                Report::cell(row, 0).value, (*printed)->to_string(), totals[row.section].to_string()),
                    "LEDGER_TOTAL", "The answer is incomplete. Extract it again, in shorter ranges of dates.");
      }
    }
  }
  return {};
}

Status LedgerReader::add_row(const Report& report, const Row& row, const LedgerColumns& columns, Decimal& natural_amount) {
  const auto& type = Report::cell(row, *columns.type);
  const auto& date = Report::cell(row, *columns.date);
  if (columns.amount) {
    const auto printed = money(Report::cell(row, *columns.amount));
    if (!printed) return fail(printed.error());
    natural_amount = printed->value_or(Decimal());
  }
  if (type.id.empty() && type.value.empty()) {
    // "Beginning Balance": only the balance column is filled.
    if (!natural_amount.is_zero()) return shape(fmt::format("a row '{}' has an amount but no transaction", date.value));
    return {};
  }
  if (type.id.empty()) return shape(fmt::format("a row of {} ({}) names no transaction id", date.value, type.value));
  if (!calendar::read_day(date.value)) return shape(fmt::format("'{}' is not a date", date.value));

  auto posting = posting_of(report, row, columns);
  if (!posting) return fail(posting.error());
  if (posting->account_id.empty() && !posting->amount.is_zero())
    return shape(fmt::format("{} {} posts {} to no account", type.value, type.id, posting->amount.to_string()));
  const auto [at, is_new] = index_.try_emplace(type.id, taken_ + transactions_.size());
  if (is_new) {
    transactions_.push_back(
        {type.id, type.value, date.value, columns.number ? Report::cell(row, *columns.number).value : std::string(), {}});
  }
  if (at->second < taken_) return shape(fmt::format("transaction {} is in two slices", type.id));
  auto& transaction = transactions_[at->second - taken_];
  if (transaction.type != type.value || transaction.date != date.value) {
    return shape(
        fmt::format("transaction {} is '{}' of {} and '{}' of {}", type.id, transaction.type, transaction.date, type.value, date.value));
  }
  transaction.postings.push_back(std::move(*posting));
  return {};
}

Result<Posting> LedgerReader::posting_of(const Report& report, const Row& row, const LedgerColumns& columns) const {
  using Place = std::optional<std::size_t>;
  Posting posting;
  posting.account_id = account_of(report, row.section);
  const auto found = classifications_.find(posting.account_id);
  const auto account = found == classifications_.end() ? std::nullopt : std::optional(found->second);
  const auto read = [&](Place debit, Place credit, Place amount) -> Result<std::optional<Decimal>> {
    if (debit && credit) return debit_minus_credit(row, *debit, *credit);
    if (amount) return natural(row, *amount, account, posting.account_id);
    return std::optional<Decimal>();
  };
  const auto own = read(columns.debit, columns.credit, columns.amount);
  if (!own) return fail(own.error());
  const auto home = columns.has_home() ? read(columns.home_debit, columns.home_credit, columns.home_amount) : own;
  if (!home) return fail(home.error());
  posting.amount = home->value_or(Decimal());
  if (columns.currency) {
    const auto& currency = Report::cell(row, *columns.currency).value;
    if (currency != report.currency) posting.currency = currency;
    if (columns.amount_is_foreign() && !posting.currency.empty()) posting.amount_currency = *own;
  }
  if (columns.name) {
    posting.name_id = Report::cell(row, *columns.name).id;
    posting.name = Report::cell(row, *columns.name).value;
  }
  if (columns.memo) posting.memo = Report::cell(row, *columns.memo).value;
  if (columns.cleared) posting.cleared = Report::cell(row, *columns.cleared).value;
  return posting;
}

std::vector<LedgerTransaction> LedgerReader::take() {
  taken_ += transactions_.size();
  std::ranges::sort(transactions_, [](const auto& a, const auto& b) { return a.date != b.date ? a.date < b.date : id_less(a.id, b.id); });
  return std::exchange(transactions_, {});
}

std::vector<LedgerTransaction> LedgerReader::finish() {
  index_.clear();
  ranges_.clear();
  return take();
}

Result<std::vector<LedgerTransaction>> read_general_ledger(const std::vector<std::string>& slices, const Classifications& classifications) {
  LedgerReader reader(classifications);
  for (const auto& slice : slices) {
    if (auto done = reader.add(slice); !done) return fail(done.error());
  }
  return reader.finish();
}

Decimal imbalance(const LedgerTransaction& transaction) {
  Decimal sum;
  for (const auto& posting : transaction.postings) sum += posting.amount;
  return sum;
}

bool id_less(std::string_view a, std::string_view b) {
  const auto numeric = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
  };
  if (numeric(a) && numeric(b) && a.size() != b.size()) return a.size() < b.size();
  return a < b;
}

}  // namespace q2o::accounting
