#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "services/mapper/domain/model.h"

/// Code that looks at all records of an entity before any of them is mapped: what needs the whole list. Its results are lookups.
namespace q2o::mapper {

struct Preparation {
  std::string_view name, meaning;
  std::string_view kind;  ///< lookups it makes
  std::function<void(std::span<const Source>, const RunContext&, Lookups&)> run;
};
std::span<const Preparation> preparations();
const Preparation* find_preparation(std::string_view name);

/// Code per account, and which account of the target's chart it takes over: lookups account_plan/<id> {"code", "adopt"}.
/// Codes once given are kept per connection in account_code/<id>, so a new account does not move the others.
void prepare_accounts(std::span<const Source> accounts, const RunContext& run, Lookups& lookups);
/// Liability account, name, use and percentage per tax rate: lookups tax_plan/<id> {"account", "name", "use", "amount"}.
void prepare_tax_rates(std::span<const Source> rates, const RunContext& run, Lookups& lookups);

/// A document's tax lines and its ledger tell which account a rate books to: counted in tax_vote/<rate>/<account>.
void vote_tax_accounts(const Source& document, Lookups& lookups);

}  // namespace q2o::mapper
