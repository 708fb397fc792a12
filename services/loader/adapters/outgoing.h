#pragma once

#include <span>

#include "common/pg/pg.h"
#include "services/loader/app/run_store.h"

/// Messages of the loader, stored in the outbox within the caller's transaction.
namespace q2o::loader {

void store_fact(pg::Tx& tx, const RunInfo& run, const v1::StatusFact& fact);
void store_results(pg::Tx& tx, const RunInfo& run, std::span<const Fate> fates);
/// A fact about a target outside of any run (readiness asked for by a person).
void store_target_fact(pg::Tx& tx, const std::string& tenant_id, const std::string& target_id, const v1::StatusFact& fact);

}  // namespace q2o::loader
