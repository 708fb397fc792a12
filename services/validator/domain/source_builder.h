#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "accounting/general_ledger.h"
#include "services/validator/domain/packed_books.h"

namespace q2o::validator {

/// Builds the source's side from what was recorded during extraction: raw records and report answers. Pure.
/// Repeated records (a page read again) replace the earlier copy; what cannot be read is remembered as "could not be checked". Of a record
/// only what the proof needs is kept, and a slice of the ledger is read as it comes, if the accounts came before it; both on the shelf.
class SourceBuilder {
 public:
  /// Without `shelf` all is kept in memory, for a small company.
  explicit SourceBuilder(const MakeShelf& shelf = {});
  void home_currency(std::string currency) { home_currency_ = std::move(currency); }
  void record(const std::string& entity, const std::string& source_id, std::string_view body);
  void report(const std::string& name, const std::string& start_date, const std::string& end_date, std::string body);
  SourceBooks finish();

 private:
  /// A general ledger as far as its slices have come.
  struct Ledger {
    accounting::LedgerReader reader;
    LongList<accounting::LedgerTransaction> list;  ///< where there is a shelf: what was read, a piece per slice
    std::string last_day;
    std::string trouble;
    std::set<std::string> slices;  ///< that were read: one that comes again (a page read again) says the same
  };
  struct Stored {
    std::string name, start, end, body;
  };
  /// Reads a slice into `ledger`; false: it has to wait for the accounts.
  bool take_slice(std::optional<Ledger>& ledger, const std::string& name, const std::string& body) const;
  Ledger new_ledger() const;
  std::string body_at(std::uint64_t place) const;
  void settings(SourceBooks& books);
  void documents(SourceBooks& books);
  void statements(SourceBooks& books);
  accounting::Classifications classifications() const;
  void ledger(SourceBooks& books);

  std::string home_currency_;
  MakeShelf shelf_;
  LongList<std::string> long_bodies_;
  std::vector<std::string> bodies_;                                      // of the records, of their members those that are needed
  std::map<std::string, std::map<std::string, std::uint64_t>> records_;  // entity -> id -> place of the body
  std::map<std::string, Stored> reports_;                                // by name and dates
  std::optional<Ledger> of_records_, of_reports_;                        // the same answers come as records and as reports: these win
};

}  // namespace q2o::validator
