#pragma once

#include "common/pg/pg.h"
#include "q2o/mapper/v1/mapper.pb.h"

/// Rows of the tables `reject` and `note` as messages.
namespace q2o::mapper {

/// Where a text of a record stands, for its seal; made anew for each row, so keep `id` as long as the place.
inline std::string record_id(std::int64_t run, std::string_view entity, std::string_view source_id) {
  return std::to_string(run) + "/" + std::string(entity) + "/" + std::string(source_id);
}
/// Opens a text of a row of `reject` or `note`.
inline std::string opened(pg::Tx& tx, const pg::Row& row, std::string_view column, std::string_view where) {
  return tx.open(
      {row.text("tenant_id"), row.text("migration_id"), where, record_id(row.integer("run"), row.text("entity"), row.text("source_id"))},
      row.text(column));
}

inline void fill(pg::Tx& tx, common::v1::Reject& reject, const pg::Row& row) {
  reject.set_entity(row.text("entity"));
  reject.set_source_id(row.text("source_id"));
  reject.set_field(row.text("field"));
  reject.set_value(opened(tx, row, "value", "mapper.reject.value"));
  reject.set_reason(row.text("reason"));
  reject.set_message(opened(tx, row, "message", "mapper.reject.message"));
  reject.set_hint(opened(tx, row, "hint", "mapper.reject.hint"));
  reject.set_label(opened(tx, row, "label", "mapper.label"));
}

inline void fill(pg::Tx& tx, v1::Note& note, const pg::Row& row) {
  note.set_entity(row.text("entity"));
  note.set_source_id(row.text("source_id"));
  note.set_kind(row.text("kind"));
  note.set_reason(opened(tx, row, "reason", "mapper.note.reason"));
  note.set_label(opened(tx, row, "label", "mapper.label"));
  note.set_posting(row.boolean("posting"));
}

}  // namespace q2o::mapper
