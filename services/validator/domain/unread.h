#pragma once

#include <algorithm>

#include "services/validator/domain/books.h"

/// Records that exist in the source and never came: damaged ones, and entities that the source refused to list. The ledger is complete, so
/// their transactions are known from there.
namespace q2o::validator {

struct Unread {
  std::string entity, explanation;
  std::uint64_t counted = 0, extracted = 0;
  /// The ledger's transactions of this entity without a record, as places in SourceBooks::transactions().
  std::vector<std::uint64_t> transactions;
  /// The ledger's wording does not say for sure that they are of this entity.
  bool uncertain = false;
  bool posts = true;  ///< records of this entity post

  std::uint64_t records() const { return std::max<std::uint64_t>(counted > extracted ? counted - extracted : 0, transactions.size()); }
};

/// Gives each transaction of the ledger the entity of its extracted record, also where the record itself cannot be read (no date, broken).
void tie_ledger_to_records(SourceBooks& source, const RunNotes& notes);

/// Needs tied books. Entities of which nothing is missing are left out.
std::vector<Unread> unread_records(const SourceBooks& source, const RunNotes& notes);

/// "Invoice 1037 of 2026-03-05", in the ledger's own words.
std::string ledger_label(const accounting::LedgerTransaction& transaction);

}  // namespace q2o::validator
