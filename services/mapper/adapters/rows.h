#pragma once

#include "common/pg/pg.h"
#include "q2o/mapper/v1/mapper.pb.h"

/// Rows of the tables `reject` and `note` as messages.
namespace q2o::mapper {

inline void fill(common::v1::Reject& reject, const pg::Row& row) {
  reject.set_entity(row.text("entity"));
  reject.set_source_id(row.text("source_id"));
  reject.set_field(row.text("field"));
  reject.set_value(row.text("value"));
  reject.set_reason(row.text("reason"));
  reject.set_message(row.text("message"));
  reject.set_hint(row.text("hint"));
  reject.set_label(row.text("label"));
}

inline void fill(v1::Note& note, const pg::Row& row) {
  note.set_entity(row.text("entity"));
  note.set_source_id(row.text("source_id"));
  note.set_kind(row.text("kind"));
  note.set_reason(row.text("reason"));
  note.set_label(row.text("label"));
  note.set_posting(row.boolean("posting"));
}

}  // namespace q2o::mapper
