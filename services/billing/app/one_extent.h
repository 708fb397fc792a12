#pragma once

#include <string>

#include "services/billing/app/ports.h"

namespace q2o::billing {

/// One company's books arrive in one target in one way only: what another extent brought would be there twice. Error failed_precondition
/// EXTENT_CHANGED when another migration of the same source has written into `target` with another extent than the one of `wanted`.
Status may_write_into(Migrations& migrations, const v1::Migration& wanted, const std::string& target);

/// Whether transactions that the migration wrote may be in the target; runs that have just begun count.
bool has_written_into(Migrations& migrations, const std::string& migration_id, const std::string& target);

}  // namespace q2o::billing
