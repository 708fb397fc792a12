#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/bus/bus.h"
#include "common/bus/topic.h"
#include "common/pg/pg.h"
#include "q2o/billing/v1/migration.pb.h"

/// The projection of the topic q2o.billing.migration.v1 in a service's own schema: what the service knows about each migration
/// without asking billing. Looked at before every batch (directive) and by queries (tenant).
namespace q2o::migrations {

/// Table `migration_projection`; put it first in the service's list for pg::migrate().
pg::Migration schema();

/// The message of the topic; error invalid_argument (to the dead letters) when it is no Migration.
Result<billing::v1::Migration> decode(const bus::Incoming& message);

/// Stores the state unless the same or a newer version is there already; true when it was newer.
bool apply(pg::Tx& tx, const billing::v1::Migration& migration);

std::optional<billing::v1::Migration> find(pg::Tx& tx, std::string_view migration_id);
/// As find(), but not found when it belongs to another tenant (for RPCs).
std::optional<billing::v1::Migration> find(pg::Tx& tx, std::string_view tenant_id, std::string_view migration_id);

/// Oldest first.
std::vector<billing::v1::Migration> with_state(pg::Tx& tx, billing::v1::State state);

/// Where the present run writes: the target that was ordered for it, else the migration's own.
const std::string& target_of(const billing::v1::Migration& migration);

/// What the service has to do at a batch border: GO only while this run is current and its directive is GO; STOP when another
/// run took over, the migration is unknown, or it failed.
billing::v1::Directive directive(pg::Tx& tx, std::string_view migration_id, std::uint32_t run);

}  // namespace q2o::migrations
