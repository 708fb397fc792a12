#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "common/json/json.h"

/// Which fields of an entity are in use, by a sample of its records.
namespace q2o::connector {

/// Paths of a record's values that are not empty; positions in lists are "*": "Line.*.Amount". No value is kept.
std::set<std::string> fields_of(const json::Value& record);

/// How many records of a sample have each field. A source may name fields as it likes: beyond a bound, new ones are not taken down.
class Sample {
 public:
  static constexpr std::size_t kFieldsMax = 2000;
  /// What is no JSON object counts as a record without fields.
  void add(const std::string& body);
  std::uint64_t records() const { return records_; }
  const std::map<std::string, std::uint64_t>& fields() const { return fields_; }

 private:
  std::uint64_t records_ = 0;
  std::map<std::string, std::uint64_t> fields_;
};

}  // namespace q2o::connector
