#pragma once

#include <set>
#include <stop_token>
#include <string>

#include "common/result/result.h"
#include "services/validator/domain/books.h"

namespace q2o::validator {

struct Run {
  std::string tenant, migration, slug, target_id;
  std::uint32_t number = 0;
  std::string first_day = {};  ///< what is before it arrives as balances; empty: all of the history arrives
  bool archive = false;
};

/// The source's side as recorded during extraction. Never calls the source. Error not_found with reason NOT_YET: come again.
class SourceSide {
 public:
  virtual ~SourceSide() = default;
  virtual Result<SourceBooks> read(const Run& run, std::stop_token stop) = 0;
};

/// Odoo's own ledger, as of now. `days` = days whose balances are needed.
class TargetSide {
 public:
  virtual ~TargetSide() = default;
  virtual Result<TargetBooks> read(const Run& run, const std::set<std::string>& days, std::stop_token stop) = 0;
};

/// What connector, mapper and loader say became of the records. What cannot be asked is noted in RunNotes::missing.
class Notes {
 public:
  virtual ~Notes() = default;
  virtual RunNotes read(const Run& run) = 0;
};

}  // namespace q2o::validator
