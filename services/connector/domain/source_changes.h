#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/connector/domain/query.h"

/// What a later run finds changed in the source, against the records of an earlier one.
namespace q2o::connector {

/// What people see of a record: its dates decide whether a change reaches into closed books.
struct Shown {
  std::string date, number, amount, party;
  bool active = true;
  bool operator==(const Shown&) const = default;
};
Shown shown_of(const ShownPaths& paths, const json::Value& record);

struct SourceChange {
  enum class Kind { added, changed, voided, inactive, deleted };
  std::string entity, source_id;
  Kind kind = Kind::changed;
  Shown before, after;
  bool closed = false;  ///< before or after, its date is not after the source's closing date
};
/// "new", "changed", "voided", "made inactive", "deleted".
std::string_view word(SourceChange::Kind kind);

/// The records of one entity as the earlier run has them, and what is said of them now. One thread.
class Comparison {
 public:
  /// `closed_until`: ISO date, empty where the source has closed nothing.
  Comparison(const ShownPaths& paths, std::string entity, std::string closed_until)
      : paths_(paths), entity_(std::move(entity)), closed_until_(std::move(closed_until)) {}
  void was(const Row& row);
  bool knows(const std::string& id) const { return was_.contains(id); }
  std::size_t size() const { return was_.size(); }
  /// Sent on as it was.
  void seen(const std::string& id);
  /// Nothing where it says what it said.
  std::optional<SourceChange> now(const Row& row);
  /// Those that were neither seen nor said again: deleted in the source, if it has been read to its end.
  std::vector<SourceChange> gone() const;

 private:
  struct Was {
    std::size_t content = 0;  ///< hash of all that is heeded
    Shown shown;
    bool seen = false;
  };
  Was reading_of(const Row& row) const;
  bool closed(const Shown& shown) const;
  const ShownPaths& paths_;
  const std::string entity_, closed_until_;
  std::unordered_map<std::string, Was> was_;
};

/// A moment as the source writes it ("2026-03-01T10:15:30.123-08:00") less the overlap, in UTC with an offset; empty when it is none.
std::string since(std::string_view source_time, std::chrono::minutes overlap);
/// Whether `moment` (of since()) lies so many days before `now`.
bool older_than(std::string_view moment, int days, std::chrono::system_clock::time_point now);

}  // namespace q2o::connector
