#pragma once

#include "common/pg/pg.h"

/// Texts of target records in the tables: sealed with the migration's key, bound to run and external id.
namespace q2o::loader {

inline std::string item_id(std::int64_t run, std::string_view external_id) {
  return std::to_string(run) + "/" + std::string(external_id);
}

/// Opens a text of a row that has tenant_id, migration_id, run and external_id.
inline std::string opened(pg::Tx& tx, const pg::Row& row, std::string_view column, std::string_view where) {
  return tx.open({row.text("tenant_id"), row.text("migration_id"), where, item_id(row.integer("run"), row.text("external_id"))},
                 row.text(column));
}

inline constexpr std::string_view kItemLabel = "loader.item.label";
inline constexpr std::string_view kItemValues = "loader.item.values_json";
inline constexpr std::string_view kRejectLabel = "loader.reject.label";
inline constexpr std::string_view kRejectMessage = "loader.reject.message";
inline constexpr std::string_view kRejectHint = "loader.reject.hint";
inline constexpr std::string_view kUndoReason = "loader.undo_record.reason";
inline constexpr std::string_view kPlan = "loader.run.plan";  // id: the run

/// A value of a record of the target, before and after ours; undo_value.reason too.
inline std::string value_id(std::string_view model, std::int64_t odoo_id, std::string_view field) {
  return std::string(model) + "/" + std::to_string(odoo_id) + "/" + std::string(field);
}
inline constexpr std::string_view kValueBefore = "loader.changed_value.before_value";
inline constexpr std::string_view kValueWritten = "loader.changed_value.written_value";
inline constexpr std::string_view kValueReason = "loader.undo_value.reason";

}  // namespace q2o::loader
