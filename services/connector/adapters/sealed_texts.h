#pragma once

#include <string>

#include "common/pg/pg.h"

/// Where the sealed texts of this schema stand.
namespace q2o::connector {

/// The name of a company outlives a migration: the tenant's key.
inline sealing::Place name_place(std::string_view tenant, std::string_view connection) {
  return {tenant, "", "connector.connection.company_name", connection};
}
/// Of a row that has tenant_id and connection_id.
inline std::string company_name(pg::Tx& tx, const pg::Row& row) {
  return tx.open(name_place(row.text("tenant_id"), row.text("connection_id")), row.text("company_name"));
}

/// A row of `source_change`: the migration's key, bound to run and record.
inline std::string change_id(std::uint64_t run, const std::string& entity, const std::string& source_id) {
  return std::to_string(run) + "/" + entity + "/" + source_id;
}
inline constexpr std::string_view kChangeNumber = "connector.source_change.number";
inline constexpr std::string_view kChangeParty = "connector.source_change.party";
inline constexpr std::string_view kChangeBefore = "connector.source_change.before_amount";
inline constexpr std::string_view kChangeAfter = "connector.source_change.after_amount";

}  // namespace q2o::connector
