#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/decimal/decimal.h"
#include "common/json/json.h"

/// What two versions of a mapped record have different, and what a mapped record posts.
namespace q2o::mapper {

struct FieldChange {
  std::string path;           ///< "values.line_ids.lines.0.balance"
  std::string before, after;  ///< JSON; empty: not there
  bool operator==(const FieldChange&) const = default;
};

/// In the order of the fields; lists are compared position by position. Equal numbers with other digits ("80" and "80.0") are equal: Odoo
/// sees no difference.
std::vector<FieldChange> changed_fields(const json::Value& before, const json::Value& after);

struct Posting {
  std::string account;  ///< external id; "company.…" or a search where the record names its account so
  std::string month;    ///< "2025-03"
  Decimal amount;       ///< company's currency, debit is positive
};

/// Of an operation that makes an entry; nothing of any other. A payment without items of its own posts to what its journal has for it
/// ("payments of <journal>") and to its destination.
std::vector<Posting> postings_of(std::string_view model, std::string_view operation, const json::Value& body);

/// Sums per account and month.
using AccountMonths = std::map<std::pair<std::string, std::string>, Decimal>;

}  // namespace q2o::mapper
