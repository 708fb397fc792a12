#pragma once

#include "services/validator/domain/books.h"

namespace q2o::validator::fakes {

/// Plays a perfect migration: everything in Odoo as the source's ledger says, with residuals from the documents. Tests then spoil it.
TargetBooks migrated(const SourceBooks& source);
/// Odoo's balances per day, again from the items (after a test has changed them).
void sum_up(TargetBooks& target, const std::set<std::string>& days);
/// Notes of a run in which every record was loaded.
RunNotes clean_notes(const SourceBooks& source);

/// An invoice of 108.00 with tax, a payment of 60.00 on it into the bank, and last year's capital: enough for every section.
SourceBooks small_company();

}  // namespace q2o::validator::fakes
