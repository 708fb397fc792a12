#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/quickbooks/query.h"

namespace q2o::sandbox::quickbooks {

struct Token {
  enum class Kind { word, text, number, symbol, end };
  Kind kind = Kind::end;
  std::string text;  ///< without quotes and escapes
  std::size_t column = 1;
};

tl::expected<std::vector<Token>, Fault400> tokens_of(std::string_view text);

}  // namespace q2o::sandbox::quickbooks
