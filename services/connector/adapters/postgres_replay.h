#pragma once

#include "common/pg/pg.h"
#include "common/result/result.h"
#include "q2o/billing/v1/migration.pb.h"

/// Runs whose records are already in the replay log: nothing is read from the source.
namespace q2o::connector {

bool reads_the_log(const billing::v1::Migration& migration);

/// Answers a run that reads the log: one message on the raw topic says where the records of the earlier run lie, and the facts that an
/// extraction would have told are told again. Once per run; what cannot be replayed is announced as RunFailed.
void announce_replay(pg::Tx& tx, const billing::v1::Migration& migration);

/// The run whose records and reports stand for this one: itself, or the one it replays. Error not_found.
Result<std::uint32_t> recorded_run(pg::Tx& tx, const std::string& tenant, const std::string& migration, std::uint32_t run);

/// The connection that a run may ask for files. Error failed_precondition REPLAY_WITHOUT_FILES for a run that reads the log.
Result<std::string> connection_for_files(pg::Tx& tx, const std::string& tenant, const std::string& migration, std::uint32_t run);

}  // namespace q2o::connector
