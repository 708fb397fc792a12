#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/json/json.h"
#include "services/connector/domain/manifest.h"

/// Statements of the query language, and what its answers hold.
namespace q2o::connector {

/// Fills {name} places.
std::string fill(std::string form, const std::map<std::string, std::string>& values);

/// Condition of an entity: its own filter and, where it has one, the list of captured values.
std::string where_of(const EntityRule& entity, const std::vector<std::string>& captured);
/// The same, and dated in one year by EntityRule::count_date.
std::string where_in_year(const EntityRule& entity, int year);

std::string count_statement(const Manifest&, const EntityRule&, const std::string& where);
std::string page_statement(const Manifest&, const EntityRule&, const std::string& where, std::uint64_t start, int rows);
std::string once_statement(const Manifest&, const EntityRule&);
std::string edge_statement(const Manifest&, const EntityRule&, const std::string& date_field, bool first);

struct Row {
  std::string id;    ///< empty: the row has none
  std::string body;  ///< bytes as the source sent them
};

/// Error invalid_argument when the answer is not shaped like one.
Result<std::uint64_t> count_in(const Manifest&, const json::Value& answer);
Result<std::vector<Row>> rows_in(const Manifest&, const EntityRule&, const json::Value& answer);

/// Texts at a path of a row; "*" stands for the only member of an object.
std::string_view text_at(const json::Value& row, std::string_view path);

}  // namespace q2o::connector
