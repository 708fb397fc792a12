#pragma once

#include "services/validator/domain/books.h"

/// A migration with a first day: what is before it arrives as open items and balances. Pure.
namespace q2o::validator {

/// Turns the source's books into those that have to be in the target, from the source's ledger and links alone: of a transaction before
/// `first_day` what is open of it at the end of the day before, all else of them in one transaction `opening` of that day. Reports of
/// earlier days go; the trial balance of that day is made of the ledger where none was recorded. What was rejected or left out stays as it
/// was: it arrives nowhere, and is explained like any other. The
/// ledger and the links come into memory for it.
void begin_at(SourceBooks& source, const RunNotes& notes, const std::string& first_day, bool archive);

}  // namespace q2o::validator
