#pragma once

#include <span>
#include <string>
#include <string_view>

namespace q2o::sandbox::quickbooks {

/// What the API lets one do with an entity in a query.
struct EntityRules {
  std::string_view name;
  bool hides_inactive;       ///< only Active = true comes back unless Active stands in the WHERE
  bool counts_rows;          ///< totalCount stands beside the rows
  std::string_view sort_by;  ///< default order: this field ascending; empty = LastUpdatedTime descending
  std::string_view filters;  ///< blank-separated attributes; Id and MetaData always
};

std::span<const EntityRules> entity_table();
/// Case does not matter; null when there is no such entity.
const EntityRules* find_entity(std::string_view name);
bool is_filterable(const EntityRules& entity, std::string_view property);

}  // namespace q2o::sandbox::quickbooks
