#pragma once

#include <string>

#include "common/sealing/seal.h"

/// Texts of what a run found changed in the source (`source_change`): sealed with the migration's key, bound to their record.
namespace q2o::connector {

inline std::string change_id(std::uint64_t run, const std::string& entity, const std::string& source_id) {
  return std::to_string(run) + "/" + entity + "/" + source_id;
}
inline constexpr std::string_view kChangeNumber = "connector.source_change.number";
inline constexpr std::string_view kChangeParty = "connector.source_change.party";
inline constexpr std::string_view kChangeBefore = "connector.source_change.before_amount";
inline constexpr std::string_view kChangeAfter = "connector.source_change.after_amount";

}  // namespace q2o::connector
