#include "services/mapper/domain/preparations.h"

#include <array>

namespace q2o::mapper {

std::span<const Preparation> preparations() {
  static const std::array<Preparation, 2> all{{
      {"accounts",
       "Gives every account a code: its own number where that is usable and unique, else one from the range of its type in the order of "
       "type and full "
       "name; codes once given stay. Names the account of the target's chart that it takes over, if any.",
       "account_plan", prepare_accounts},
      {"tax_rates",
       "Finds each rate's liability account (by the ledger of the documents that bear the rate, then of its agency, then by the name "
       "\"<agency> Payable\"), whether it "
       "is used on sales or purchases, a name that is unique, and how rates of one code build on each other.",
       "tax_plan", prepare_tax_rates},
  }};
  return all;
}

const Preparation* find_preparation(std::string_view name) {
  for (const auto& preparation : preparations()) {
    if (preparation.name == name) return &preparation;
  }
  return nullptr;
}

}  // namespace q2o::mapper
