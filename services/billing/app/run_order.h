#pragma once

#include <string>
#include <vector>

#include "common/result/result.h"
#include "q2o/billing/v1/migration.pb.h"

namespace q2o::billing {

/// What a run is, for the history: "replay of run 1, mapping 3f2a91c04d77, dry run".
std::string in_words(const v1::RunOrder& order);

/// Fills in what the order leaves open: the kind, the run to be read again and its mapping (runs that read the source keep the mapping
/// open: the platform's current one). Refuses what cannot be run, with what to do instead.
Result<v1::RunOrder> complete(v1::RunOrder order, const v1::Migration& migration, const std::vector<v1::Run>& runs);

/// The present run as the migration's state describes it, without what only the store knows (start, extracted).
v1::Run run_of(const v1::Migration& migration);

}  // namespace q2o::billing
