#pragma once

#include <string>
#include <vector>

#include "q2o/loader/v1/loader.pb.h"
#include "q2o/mapper/v1/mapper.pb.h"

/// One source record from the bytes in the log to the records in Odoo, as text and as JSON.
namespace q2o::cli {

struct Traced {
  std::string entity, source_id;
  mapper::v1::TraceRecordResponse::Record read;  ///< no readings: made from the source's ledger
  std::vector<loader::v1::FindRecordsResponse::Written> written;
};

std::string trace_text(const std::vector<Traced>& records);
std::string trace_json(const std::vector<Traced>& records);

}  // namespace q2o::cli
