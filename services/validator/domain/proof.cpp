#include "services/validator/domain/proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/decimal/digits.h"
#include "services/validator/domain/calendar.h"
#include "services/validator/domain/checks.h"

namespace q2o::validator {

CheckBuilder::CheckBuilder(std::string name, std::string title, std::string method) {
  check_.name = std::move(name);
  check_.title = std::move(title);
  check_.method = std::move(method);
}

Line& CheckBuilder::keep(Line line) {
  if (!line.differs && ++equal_lines_ > kEqualLinesMax) {
    dropped_ = std::move(line);
    return dropped_;
  }
  return check_.lines.emplace_back(std::move(line));
}

namespace {

/// Two digits; all of them where an amount has more (a currency with three).
std::string written(const Decimal& amount) {
  const auto usual = amount.rounded(2, Rounding::half_up);
  return usual == amount ? usual.to_string() : amount.to_string();
}

}  // namespace

Line& CheckBuilder::amount(Line line, const Decimal& source, const Decimal& target, const Decimal& explained) {
  const auto difference = source - target;
  line.source = written(source);
  line.target = written(target);
  line.difference = written(difference);
  ++check_.compared;
  ++check_.amounts;
  if (!difference.is_zero()) {
    line.differs = true;
    check_.difference += difference.abs();
    line.explained = !explained.is_zero() && difference == explained;
    ++(line.explained ? check_.explained : check_.different);
    if (line.explained && line.note.empty()) line.note = "explained by records that were rejected or left out";
  }
  return keep(std::move(line));
}

Line& CheckBuilder::fact(Line line, bool same) {
  ++check_.compared;
  if (!same) {
    line.differs = true;
    ++(line.explained ? check_.explained : check_.different);
  }
  return keep(std::move(line));
}

void CheckBuilder::not_checked(std::string why) {
  incomplete_ = true;
  remark(std::move(why));
}

void CheckBuilder::remark(std::string note) {
  if (!check_.note.empty()) check_.note += " ";
  check_.note += note;
}

Check CheckBuilder::finish() {
  if (equal_lines_ > kEqualLinesMax)
    remark(counted(equal_lines_ - kEqualLinesMax, "further equal comparison is", "further equal comparisons are") + " not listed.");
  if (check_.different > 0)
    check_.outcome = Outcome::different;
  else if (incomplete_)
    check_.outcome = Outcome::not_checked;
  else
    check_.outcome = check_.explained > 0 ? Outcome::different : Outcome::equal;
  return std::move(check_);
}

std::string with_thousands(std::uint64_t number) {
  return q2o::with_thousands(std::to_string(number));
}

namespace {

struct Tally {
  std::uint64_t compared = 0, different = 0, explained = 0, not_checked = 0;
};

struct Exceptions {
  std::uint64_t left_out = 0;  ///< posting records rejected or left out
  std::uint64_t in_part = 0;   ///< posting records of which a part was rejected
  std::uint64_t unread = 0;    ///< records that the source has and nobody could read
  std::uint64_t files = 0;     ///< in the target, but not what the source has
};

/// "1 posting record that was not taken over and 2 records of the source that could not be read"
std::string in_words(const Exceptions& exceptions) {
  std::vector<std::string> parts;
  const auto add = [&](std::uint64_t number, std::string_view one, std::string_view many) {
    if (number > 0) parts.push_back(counted(number, one, many));
  };
  add(exceptions.left_out, "posting record that was not taken over", "posting records that were not taken over");
  add(exceptions.in_part, "posting record that was taken over in part", "posting records that were taken over in part");
  add(exceptions.unread, "record of the source that could not be read", "records of the source that could not be read");
  add(exceptions.files, "file that is not what the source has", "files that are not what the source has");
  if (parts.empty()) return "what is listed as explained";
  std::string out = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) out += (i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return out;
}

std::string sentence(const Proof& proof, const Tally& tally, const Exceptions& exceptions) {
  const auto compared = fmt::format("{}, {} compared", counted(proof.transactions, "transaction", "transactions"),
                                    counted(proof.amounts_compared, "amount", "amounts"));
  if (proof.verdict == kMatched) return fmt::format("The books match: {}, difference {}.", compared, with_thousands(proof.difference));
  if (proof.verdict == kMatchedWithExceptions)
    return fmt::format("The books match except for {}: {}, no other difference.", in_words(exceptions), compared);
  if (tally.different == 0) {
    return fmt::format("The books are not proven: {} of {} checks could not be made completely ({}).", tally.not_checked,
                       proof.checks.size(), compared);
  }
  return fmt::format("The books differ in {} of {}: {}, sum of the differences in all sections {}.", with_thousands(tally.different),
                     counted(tally.compared, "comparison", "comparisons"), counted(proof.transactions, "transaction", "transactions"),
                     with_thousands(proof.difference));
}

/// Each transaction that the ledger has without a record by name, then what the ledger knows nothing of.
std::vector<UnreadRecord> list_unread(const SourceBooks& source, const Bridge& bridge, const std::vector<Unread>& all) {
  std::vector<UnreadRecord> out;
  const auto transactions = source.transactions();
  for (const auto& unread : all) {
    for (const auto place : unread.transactions) {
      const auto transaction = transactions.at(place);
      const bool there = !bridge.moves(transaction.id).empty();
      out.push_back({unread.entity, transaction.id, ledger_label(transaction), unread.explanation,
                     bridge.from_earlier_run(transaction.id) ? "in Odoo as an earlier run read it"
                     : there                                 ? "booked in Odoo with the ledger's amounts"
                                                             : "not in Odoo"});
    }
    for (auto known = unread.transactions.size(); known < unread.records(); ++known)
      out.push_back({unread.entity, "", "", unread.explanation, unread.posts ? "the ledger has no transaction of it" : "it posts nothing"});
  }
  return out;
}

std::string extent_in_words(const CutOver& cut) {
  return fmt::format("full history from {}, before it opening balances and open items at {}{}", cut.first_day, cut.date,
                     cut.archive ? ", settled documents as cancelled ones" : "");
}

std::vector<AccountCode> account_codes(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge) {
  std::vector<AccountCode> out;
  for (const auto& [id, account] : source.accounts) {
    if (id == kOpeningClearing) continue;  // the target's own
    AccountCode code{id, account.name, account.type, account.number, "", "", ""};
    const auto found = target.accounts.find(bridge.account(id));
    if (found != target.accounts.end()) {
      code.code = found->second.code;
      code.target_name = found->second.name;
      code.target_type = found->second.type;
    }
    out.push_back(std::move(code));
  }
  std::ranges::stable_sort(out, {}, &AccountCode::code);
  return out;
}

}  // namespace

std::string with_thousands(const Decimal& amount) {
  return q2o::with_thousands(amount.to_string(2));
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", with_thousands(number), number == 1 ? one : many);
}

Proof prove(SourceBooks source, const TargetBooks& target, RunNotes notes, const TakeLines& take) {
  tie_ledger_to_records(source, notes);
  Proof proof;
  proof.company_name = source.company_name;
  proof.home_currency = source.home_currency;
  proof.transactions = source.transactions().size();
  if (source.cut_over) proof.extent = extent_in_words(*source.cut_over);
  proof.notes = std::move(notes);

  const auto unread = unread_records(source, proof.notes);
  const Bridge bridge(source, target, unread);
  const Missing missing(source, bridge, proof.notes, unread);
  proof.unread = list_unread(source, bridge, unread);
  proof.accounts = account_codes(source, target, bridge);
  proof.clearing = clearing_of(source);
  Causes causes;
  const auto add = [&](Check check) {
    if (take) {
      take(proof.checks.size(), check.lines);
      std::vector<Line>().swap(check.lines);
    }
    proof.checks.push_back(std::move(check));
  };
  add(check_counts(source, bridge, proof.notes, unread));
  add(check_transactions(source, target, bridge, missing, causes));
  add(check_transaction_parties(source, target, bridge, missing));
  if (source.cut_over) add(check_cut_over(source, target, bridge, missing, causes));
  add(check_trial_balances(source, target, bridge, missing, causes));
  add(check_balance_sheets(source, target, bridge, missing, causes));
  add(check_profit_and_loss(source, target, bridge, missing, causes));
  add(check_parties(source, target, bridge, missing, true));
  add(check_parties(source, target, bridge, missing, false));
  add(check_documents(source, target, bridge, missing));
  add(check_money(source, target, bridge, missing));
  add(check_tax(source, target, bridge, missing));
  add(check_currencies(source, target, bridge, missing));
  add(check_own_accounts(source, target, bridge));
  if (!source.files.empty()) add(check_files(source, target, bridge, proof.notes));
  add(check_leftovers(source, target, bridge));

  Tally tally;
  for (const auto& check : proof.checks) {
    proof.amounts_compared += check.amounts;
    tally.compared += check.compared;
    proof.difference += check.difference;
    tally.different += check.different;
    tally.explained += check.explained;
    tally.not_checked += check.outcome == Outcome::not_checked ? 1 : 0;
  }
  const auto files = std::ranges::find(proof.checks, "files", &Check::name);
  const Exceptions exceptions{missing.whole(), missing.in_part(), proof.unread.size(), files == proof.checks.end() ? 0 : files->explained};
  if (tally.different > 0 || tally.not_checked > 0)
    proof.verdict = kDifferent;
  else
    proof.verdict = tally.explained > 0 || exceptions.left_out + exceptions.in_part > 0 ? kMatchedWithExceptions : kMatched;
  proof.sentence = sentence(proof, tally, exceptions);
  return proof;
}

std::set<std::string> days_needed(const SourceBooks& source) {
  std::set<std::string> days;
  const auto add = [&](const std::string& day) {
    days.insert(day);
    days.insert(day_before(fiscal_year_start(day, source.fiscal_year_first_month)));
  };
  for (const auto& report : source.trial_balances) add(report.date);
  for (const auto& report : source.balance_sheets) add(report.end_date);
  for (const auto& report : source.profit_and_losses) {
    days.insert(report.end_date);
    days.insert(day_before(report.start_date));
  }
  if (source.cut_over) add(source.cut_over->date);
  if (const auto last = source.last_day(); !last.empty()) {
    days.insert(last);
    for (const auto& transaction : source.transactions()) {
      const auto start = fiscal_year_start(transaction.date, source.fiscal_year_first_month);
      days.insert(day_before(start));
    }
  }
  return days;
}

}  // namespace q2o::validator
