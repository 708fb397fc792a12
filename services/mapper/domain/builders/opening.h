#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "services/mapper/domain/builders/item.h"

/// What lies before a run's first day: every transaction is first mapped as always; here its records are replaced by what is open of it at
/// the cut-over, and by the balances of all of them together. So documents, payments and matches of later days find what they settle, to
/// the cent.
namespace q2o::mapper::builders {

/// Account of the target company between the open items and the balances; ends at 0.00.
inline constexpr std::string_view kOpeningClearing = "@openingclearing";

/// What a transaction has on receivables, payables and Undeposited Funds, by the record that later ones look for.
struct OpenPart {
  std::string record;
  Item item;
};

/// A transaction before the first day, with what its ordinary records would have been.
struct Before {
  std::string entity, id, date, number, label;
  std::vector<Item> sums;  ///< all that it posted, per account and currency
  std::vector<OpenPart> open;
  std::vector<Target> matches;  ///< with records of other transactions
  std::optional<Target> document;
  std::vector<Target> notes;  ///< of the document
  std::vector<Loss> losses;
};

/// Of the record's ordinary outcome: neither rejected nor left out.
Before before_of(const Scope& scope, const Outcome& outcome);
/// As text, to be kept until all have been seen.
std::string write(const Before& before);
Before read_before(std::string_view entity, std::string_view id, std::string text);
/// All external ids under which others may refer to it.
std::set<std::string> records_of(const Before& before);

/// All transactions before the first day together.
class OpeningBalances {
 public:
  OpeningBalances(const RunContext& run, Lookups& lookups) : run_(run), lookups_(lookups) {}
  void add(Before before) { all_.push_back(std::move(before)); }
  /// After the last one: takes from the open parts what they settle of each other. Matches with later transactions stay.
  void settle();
  const std::vector<Before>& all() const { return all_; }
  /// What becomes of one of them.
  Outcome outcome(const Before& before);
  /// The balances, after all outcomes: id and body of records for the builder `opening_balance`.
  std::vector<std::pair<std::string, std::string>> balances();
  /// External ids of all records that were made.
  const std::set<std::string>& arrived() const { return arrived_; }

 private:
  void take(const std::string& record, const json::Value& match, bool debit);
  std::vector<std::pair<std::string, std::vector<OpenPart>>> still_open(const Before& before) const;
  static Item clearing(const Decimal& home, const Decimal& amount, const std::string& currency, const std::string& name);
  Target opened_document(const Scope& scope, const Before& before, const OpenPart& part);
  std::vector<Target> opened_entry(const Scope& scope, const Before& before, const std::string& record, const std::vector<OpenPart>& parts);

  const RunContext& run_;
  Lookups& lookups_;
  std::vector<Before> all_;
  std::map<std::string, std::vector<Item*>> parts_;  ///< by record
  std::set<std::string> records_, arrived_;
  std::map<std::string, Net> cleared_;                         ///< of opened documents, by foreign currency
  std::map<std::pair<std::string, std::string>, Net> opened_;  ///< what arrives on its own, by account and currency
};

}  // namespace q2o::mapper::builders
