#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/bus/bus.h"
#include "q2o/mapper/v1/mapped.pb.h"

namespace q2o::loader::testing {

/// A small company of our own (tests/data/small_books.json): chart, journals, taxes, partners, products, an order and its invoice, a bill,
/// payments with statement lines, matches, a timesheet, a note, archive flags.
struct SmallBooks {
  std::string tenant, migration, connection = "qbo9";
  std::uint32_t run = 1;
  bool files = false;  ///< also two records that hold a file of the source
  std::string booked_as = {},
              transaction = {};           ///< one more transaction of the ledger, as "LedgerTransaction" or "JournalEntry"; empty: none
  std::string day = "2026-04-09";         ///< of that transaction; Odoo refuses what is no date
  int parts = 1;                          ///< entries that it is booked as
  std::set<std::string> left_out = {};    ///< external ids that this run does not have
  std::set<std::string> incomplete = {};  ///< entities of which the source did not give everything; "" stands for all
  std::set<std::string> rejected = {};    ///< source ids of records that the mapper rejects in this run
  std::set<std::string> excluded = {};    ///< source ids of records that are left out on purpose in this run
  bool merged = false;                    ///< the hours have moved to another customer's project, and the old project is gone
  std::uint64_t sequence = 0;

  /// The mapped stream of a run as the bus delivers it.
  std::vector<bus::Incoming> stream();
  /// What billing says about the migration.
  bus::Incoming migration_message(const std::string& target_id, std::uint64_t version, bool paused = false) const;

 private:
  bus::Incoming message(mapper::v1::MappedMessage body);
  mapper::v1::MappedBatch one_transaction() const;
};

/// How many target records the small books have, without those that hold a file.
std::size_t small_books_size();

}  // namespace q2o::loader::testing
