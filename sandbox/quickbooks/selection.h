#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/company/company.h"
#include "sandbox/quickbooks/entity_table.h"
#include "sandbox/quickbooks/query.h"

namespace q2o::sandbox::quickbooks {

/// Of a time as the API writes it; nothing when it is none.
std::optional<std::chrono::system_clock::time_point> moment_of(std::string_view text);

/// The objects of a company as the query endpoint hands them out; their JSON text is made once.
/// Refers to the company. Immutable after construction, so free for all threads.
class Shelf {
 public:
  explicit Shelf(const Company& company);

  struct Row {
    const Node* object;
    std::string text;
  };
  struct Page {
    const EntityRules* entity = nullptr;
    std::vector<const Row*> rows;
    std::size_t matching = 0;  ///< before paging
  };
  tl::expected<Page, Fault400> select(const Query& query) const;
  /// Text of one object; null when it does not exist.
  const std::string* find(std::string_view entity, std::string_view id) const;

 private:
  tl::expected<void, Fault400> check(const Query& query, const EntityRules& entity) const;
  bool knows_property(const EntityRules& entity, std::string_view property) const;

  std::map<std::string, std::vector<Row>, std::less<>> rows_;  ///< in default order
};

}  // namespace q2o::sandbox::quickbooks
