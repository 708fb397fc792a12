#include "sandbox/quickbooks/tokens.h"

#include <cctype>

#include <fmt/format.h>

namespace q2o::sandbox::quickbooks {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

Fault400 lexical(std::size_t column, std::string_view met, std::string_view after) {
  const auto code =
      met.empty() ? std::string("<EOF>") : fmt::format("\"{}\" ({})", met, static_cast<int>(static_cast<unsigned char>(met.front())));
  return {"4000", "Error parsing query",
          fmt::format("QueryParserError: Invalid content. Lexical error at line 1, column {}.  Encountered: {}, after : \"{}\"", column,
                      code, after)};
}

}  // namespace

tl::expected<std::vector<Token>, Fault400> tokens_of(std::string_view text) {
  std::vector<Token> out;
  std::size_t i = 0;
  const auto take_while = [&](auto&& accepted) {
    const auto start = i;
    while (i < text.size() && accepted(text[i])) ++i;
    return std::string(text.substr(start, i - start));
  };
  while (i < text.size()) {
    const auto column = i + 1;
    const char c = text[i];
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++i;
    } else if (c == '\'') {
      std::string value;
      ++i;
      while (i < text.size() && text[i] != '\'') {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        value += text[i++];
      }
      if (i == text.size()) return tl::unexpected(lexical(i + 1, "", text.substr(column - 1)));
      ++i;
      out.push_back({Token::Kind::text, std::move(value), column});
    } else if (is_digit(c) || (c == '-' && i + 1 < text.size() && is_digit(text[i + 1]))) {
      ++i;
      out.push_back({Token::Kind::number, std::string(1, c) + take_while([](char d) { return is_digit(d) || d == '.'; }), column});
    } else if (is_word(c)) {
      out.push_back({Token::Kind::word, take_while(is_word), column});
    } else if ((c == '<' || c == '>') && i + 1 < text.size() && text[i + 1] == '=') {
      i += 2;
      out.push_back({Token::Kind::symbol, std::string(1, c) + "=", column});
    } else if (std::string_view("=<>(),*").find(c) != std::string_view::npos) {
      ++i;
      out.push_back({Token::Kind::symbol, std::string(1, c), column});
    } else {
      return tl::unexpected(lexical(column, text.substr(i, 1), ""));
    }
  }
  out.push_back({Token::Kind::end, "", text.size() + 1});
  return out;
}

}  // namespace q2o::sandbox::quickbooks
