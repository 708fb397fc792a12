#pragma once

#include "sandbox/company/company.h"
#include "sandbox/generator/recipe.h"

namespace q2o::sandbox::generator {

/// A company with every entity and every kind of document, by scale: small has about 300 transactions in 14 months (November 2024 to
/// December 2025, the year 2024 closed), medium about 6,000 in four years, large about 60,000 in seven. The same recipe gives the same
/// company, byte for byte. The books are kept by double entry while the documents are made, so that ledger, balances, links and stock are
/// true by construction.
Company generate(const Recipe& recipe);

}  // namespace q2o::sandbox::generator
