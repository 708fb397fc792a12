#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/decimal/decimal.h"
#include "common/result/result.h"
#include "sandbox/json/node.h"

namespace q2o::sandbox {

/// One line of the ledger. Amounts are debit positive.
struct Posting {
  std::string account_id;  ///< empty: "Not Specified"
  std::string account_name;
  Decimal amount;
  std::string name_id;
  std::string name_type;  ///< Customer, Vendor, Employee or empty
  std::string name;
  std::string memo;
  std::string split_id;
  std::string split_name;
  int seq = 0;                ///< order of the lines of one day in the GeneralLedger report
  bool blank = false;         ///< QuickBooks prints no amount
  std::string currency = {};  ///< of a line in foreign currency; `amount` is always in home currency
  Decimal foreign = {};       ///< in `currency`, signed like amount

  /// In the line's own currency.
  const Decimal& own_amount() const { return currency.empty() ? amount : foreign; }
};

struct Transaction {
  std::string txn_id;
  std::string txn_type;  ///< wording of the reports
  std::string entity;    ///< empty: the API has no object for it
  std::string date;
  std::string doc_number;
  std::vector<Posting> lines;
  std::string rate = {};  ///< exchange rate, as the report prints it; empty in home currency
};

/// Where a hard case occurs.
struct CaseRecord {
  std::string entity;  ///< of an object, or empty: a transaction that only the ledger knows
  std::string id;
};
using Cases = std::map<std::string, std::vector<CaseRecord>>;

/// A whole company: every object in the form of the API and every posting.
struct Company {
  std::map<std::string, std::vector<Node>, std::less<>> entities;
  std::vector<Transaction> ledger;
  std::map<std::string, std::string, std::less<>> files;  ///< bytes by Attachable; those without are made up when they are asked for
  /// What a generated company says about itself; a recorded one says nothing.
  std::optional<Cases> cases = {};

  const std::vector<Node>& of(std::string_view entity) const;  ///< empty when there is none
  const Node* find(std::string_view entity, std::string_view id) const;
  std::string name() const;
  std::string home_currency() const;  ///< empty when the preferences do not say
  std::string first_date() const;     ///< of the ledger; empty when there is none
  std::string last_date() const;
  /// The company id by which the API knows it: always the same for the same company name.
  std::string realm_id() const;
};

/// Id of an object; a RecurringTransaction hides it one level deeper. Exchange rates have none: they are found by currency and day.
const std::string& object_id(const Node& object);

/// Reads `folder`/entities/*.json, `folder`/ledger.json and, where they are there, `folder`/cases.json and the bytes in
/// `folder`/files/<Attachable>.
Result<Company> load_company(const std::filesystem::path& folder);
/// Writes the same form; the folder is made when it is missing.
Status save_company(const Company& company, const std::filesystem::path& folder);

}  // namespace q2o::sandbox
