#include "common/pg/hex.h"
#include "common/pg/pg.h"

namespace q2o::pg {
namespace {

/// '{"a","b\"c"}': Postgres' array literal, every element quoted.
std::string array_literal(const std::vector<std::string>& items) {
  std::string out = "{";
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += '"';
    for (const char c : item) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  return out + "}";
}

}  // namespace

Param::Param(const std::vector<std::string>& array) : text_(array_literal(array)) {}

Param::Param(const std::vector<std::int64_t>& array) {
  std::string out = "{";
  for (const auto item : array) {
    if (out.size() > 1) out += ',';
    out += std::to_string(item);
  }
  text_ = out + "}";
}

Param Param::bytes(std::string_view bytes) {
  return Param(to_hex(bytes));
}

Param Param::bytes_array(const std::vector<std::string>& all) {
  std::vector<std::string> hex;
  hex.reserve(all.size());
  for (const auto& bytes : all) hex.push_back(to_hex(bytes));
  return Param(hex);
}

}  // namespace q2o::pg
