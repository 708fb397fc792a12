#pragma once

#include <string_view>

#include "common/json/json.h"
#include "services/validator/domain/packed_books.h"

namespace q2o::validator {

/// Odoo's answers as values. Amounts are taken digit by digit and rounded to the currency before anything is compared: currencies, then the
/// company, then journals are given before what has amounts in them.
class TargetBuilder {
 public:
  /// Without `shelf` all is kept in memory, for a small company.
  explicit TargetBuilder(std::string slug, const MakeShelf& shelf = {});
  void external_id(const json::Value& row);
  void account(const json::Value& row);
  void journal(const json::Value& row);
  void move(const json::Value& row);
  void item(const json::Value& row);
  void payment(const json::Value& row);
  void statement_line(const json::Value& row);
  void partner(const json::Value& row);
  void currency(const json::Value& row);
  void company(const json::Value& row);
  void file(const json::Value& row);
  /// Ids of our attachments, as far as the external ids have been read.
  const std::vector<std::int64_t>& files() const { return files_; }
  void balance(const std::string& day, const json::Value& group);
  void day_read(const std::string& day) { books_.balances[day]; }  ///< also where nothing was posted until then
  /// Error when an answer lacked a field that is needed: a proof never guesses.
  Result<TargetBooks> finish();

 private:
  std::int64_t id_of(const json::Value& value);
  Decimal amount_of(const json::Value& value, int digits);
  /// Digits after the point of a currency; 0 = the company's.
  int digits_of(std::int64_t currency) const;
  std::string currency_of(const json::Value& value);

  std::string prefix_, trouble_;
  std::map<std::int64_t, std::string> currencies_;
  std::map<std::int64_t, int> digits_;
  std::map<std::int64_t, std::int64_t> currency_of_journal_;
  std::int64_t company_currency_ = 0;
  std::vector<std::int64_t> files_;
  TargetBooks books_;
};

}  // namespace q2o::validator
