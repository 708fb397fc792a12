#pragma once

#include "common/pg/pg.h"
#include "services/mapper/domain/repairs.h"

/// Table `repair`.
namespace q2o::mapper::repair_store {

/// Of the migration, oldest first, up to the number (inclusive); which count is settled among them.
std::vector<Repair> read(pg::Tx& tx, const std::string& tenant, const std::string& migration, std::int64_t up_to);
/// Number of the last one; 0: there is none. No other transaction adds one before this one ends.
std::int64_t last(pg::Tx& tx, const std::string& tenant, const std::string& migration);
/// Stores it and fills in number and time.
void add(pg::Tx& tx, const std::string& tenant, const std::string& migration, Repair& repair);

}  // namespace q2o::mapper::repair_store
