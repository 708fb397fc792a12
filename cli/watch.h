#pragma once

#include "cli/session.h"
#include "q2o/notifier/v1/progress.pb.h"

namespace q2o::cli {

/// Follows run `run` of a migration (what the notifier still shows of an older one is passed over) until it is over, it waits for a person,
/// or Ctrl-C. Live bars on a terminal, else a line every 10 s. Reconnects when the stream breaks. The last progress seen; error when the
/// notifier stays away for 60 s.
Result<notifier::v1::Progress> watch_until_over(const Session& session, const std::string& migration_id, std::uint32_t run,
                                                std::uint64_t version = 0);

/// Why a person is needed, empty when nobody is.
std::string needs_person(const billing::v1::Migration& migration);

}  // namespace q2o::cli
