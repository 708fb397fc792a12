#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace q2o::sandbox::quickbooks {

/// A fault of the service: code and the two texts that QuickBooks sends.
struct Fault400 {
  std::string code;
  std::string message;
  std::string detail;
  std::string element = {};
};

struct Literal {
  enum class Kind { text, number, boolean, today };
  Kind kind = Kind::text;
  std::string text;
};

struct Condition {
  enum class Operator { equal, less, greater, less_or_equal, greater_or_equal, like, in };
  std::string property;
  Operator op = Operator::equal;
  std::vector<Literal> values;  ///< several only for `in`
};

struct Order {
  std::string property;
  bool descending = false;
};

struct Query {
  bool count = false;
  std::string entity;  ///< as written
  std::vector<Condition> where;
  std::vector<Order> order;
  int start = 1;
  int rows_max = 100;
};

/// Reads a statement of QuickBooks' query language; the fault has the wording of the real service.
tl::expected<Query, Fault400> parse_query(std::string_view text);

}  // namespace q2o::sandbox::quickbooks
