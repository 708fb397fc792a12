#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "services/validator/domain/books.h"
#include "services/validator/domain/uncleared.h"

/// What the proof says. Plain values; the wire form is made from them in adapters/.
namespace q2o::validator {

struct Line {
  std::string subject, period, source, target, difference, currency, entity, source_id, note;
  bool differs = false;
  bool explained = false;  ///< the difference is exactly what rejected or excluded records would have posted
};

enum class Outcome { equal, different, not_checked };

/// One section of the proof.
struct Check {
  std::string name, title, method, note;
  std::uint64_t compared = 0, different = 0, explained = 0;
  std::uint64_t amounts = 0;  ///< how many of the comparisons are of amounts (the others are counts, dates, states)
  Decimal difference;         ///< sum of absolute differences, unexplained and explained
  Outcome outcome = Outcome::equal;
  std::vector<Line> lines;
};

/// Collects the comparisons of one section. At most kEqualLinesMax equal lines are kept (all differences are).
class CheckBuilder {
 public:
  static constexpr std::size_t kEqualLinesMax = 20'000;
  CheckBuilder(std::string name, std::string title, std::string method);

  /// Compares two amounts; `explained` is what is known to be missing in the target, with its reason.
  Line& amount(Line line, const Decimal& source, const Decimal& target, const Decimal& explained = {});
  /// Something that is not an amount (a date, a count, a state) and differs or not.
  Line& fact(Line line, bool same);
  /// The section, or a part of it, could not be checked: never "equal".
  void not_checked(std::string why);
  void remark(std::string note);
  Check finish();

 private:
  Line& keep(Line line);
  Check check_;
  Line dropped_;
  std::size_t equal_lines_ = 0;
  bool incomplete_ = false;
};

/// A transaction of the ledger whose record could not be read; without an id: such a record of which the ledger knows nothing.
struct UnreadRecord {
  std::string entity, source_id, label, reason, became;
};

/// Where an account of the source went.
struct AccountCode {
  std::string source_id, name, type, number;
  std::string code, target_name, target_type;  ///< empty: it has no counterpart
};

/// The whole proof.
struct Proof {
  std::string verdict, sentence;
  std::uint64_t amounts_compared = 0, transactions = 0;
  Decimal difference;
  std::vector<Check> checks;
  RunNotes notes;
  std::vector<UnreadRecord> unread;
  std::vector<AccountCode> accounts;  ///< by code
  Clearing clearing;
  std::string company_name, home_currency;
  std::string extent;  ///< in words; empty: all of the history
};

inline constexpr std::string_view kMatched = "MATCHED";
inline constexpr std::string_view kMatchedWithExceptions = "MATCHED WITH EXCEPTIONS";
inline constexpr std::string_view kDifferent = "DIFFERENT";

/// The lines of section number `check`, as soon as it is made.
using TakeLines = std::function<void(std::size_t check, const std::vector<Line>& lines)>;

/// All checks, then the verdict. Pure. With `take` the checks of the proof keep no lines: a long report is never whole in memory.
Proof prove(SourceBooks source, const TargetBooks& target, RunNotes notes, const TakeLines& take = {});

/// Days for which the proof needs Odoo's balances.
std::set<std::string> days_needed(const SourceBooks& source);

/// "4,466"
std::string with_thousands(std::uint64_t number);
/// "-4,466.00"
std::string with_thousands(const Decimal& amount);
/// "1 record", "4,466 records".
std::string counted(std::uint64_t number, std::string_view one, std::string_view many);

}  // namespace q2o::validator
