#pragma once

#include <string>
#include <string_view>

#include "services/validator/domain/books.h"

namespace q2o::validator {

/// Builds the source's side from what was recorded during extraction: raw records and report answers. Pure.
/// Repeated records (a page read again) replace the earlier copy; what cannot be read is remembered as "could not be checked".
class SourceBuilder {
 public:
  void home_currency(std::string currency) { home_currency_ = std::move(currency); }
  void record(const std::string& entity, const std::string& source_id, std::string_view body);
  void report(const std::string& name, const std::string& start_date, const std::string& end_date, std::string body);
  SourceBooks finish();

 private:
  void account(const std::string& id, std::string_view body);
  void ledger(SourceBooks& books) const;

  std::string home_currency_;
  std::map<std::string, std::map<std::string, std::string>> records_;  // entity -> id -> body
  struct Stored {
    std::string name, start, end, body;
  };
  std::map<std::string, Stored> reports_;  // by name and dates
};

}  // namespace q2o::validator
