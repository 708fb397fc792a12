#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "accounting/general_ledger.h"
#include "services/validator/domain/books.h"

namespace q2o::validator {

/// Builds the source's side from what was recorded during extraction: raw records and report answers. Pure.
/// Repeated records (a page read again) replace the earlier copy; what cannot be read is remembered as "could not be checked". Of a record
/// only what the proof needs is kept, and a slice of the ledger is read as it comes, if the accounts came before it.
class SourceBuilder {
 public:
  void home_currency(std::string currency) { home_currency_ = std::move(currency); }
  void record(const std::string& entity, const std::string& source_id, std::string_view body);
  void report(const std::string& name, const std::string& start_date, const std::string& end_date, std::string body);
  SourceBooks finish();

 private:
  /// A general ledger as far as its slices have come.
  struct Ledger {
    accounting::LedgerReader reader;
    std::string trouble;
    std::set<std::string> slices;  ///< that were read: one that comes again (a page read again) says the same
  };
  struct Stored {
    std::string name, start, end, body;
  };
  /// Reads a slice into `ledger`; false: it has to wait for the accounts.
  bool take_slice(std::optional<Ledger>& ledger, const std::string& name, const std::string& body) const;
  accounting::Classifications classifications() const;
  void ledger(SourceBooks& books);

  std::string home_currency_;
  std::map<std::string, std::map<std::string, std::string>> records_;  // entity -> id -> body, of its members those that are needed
  std::map<std::string, Stored> reports_;                              // by name and dates
  std::optional<Ledger> of_records_, of_reports_;                      // the same answers come as records and as reports: these win
};

}  // namespace q2o::validator
