#pragma once

#include <cstdint>

#include "sandbox/company/company.h"

namespace q2o::sandbox::generator {

/// A US company of about 300 transactions in 14 months (November 2024 to December 2025, fiscal year from January, the year 2024 closed),
/// with every entity and every kind of document. The same seed gives the same company, byte for byte. The books are kept by double
/// entry while the documents are made, so that ledger, balances, links and stock are true by construction.
Company generate(std::uint64_t seed);

}  // namespace q2o::sandbox::generator
