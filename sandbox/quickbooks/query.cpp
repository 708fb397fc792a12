#include "sandbox/quickbooks/query.h"

#include <charconv>

#include <fmt/format.h>

#include "sandbox/quickbooks/tokens.h"
#include "sandbox/reports/books.h"

namespace q2o::sandbox::quickbooks {
namespace {

using reports::lower;
using Outcome = tl::expected<void, Fault400>;
constexpr int kRowsMax = 1000;

/// Recursive descent over the tokens of one statement.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  tl::expected<Query, Fault400> statement() {
    if (!accept("select")) return unexpected("\"select\"");
    if (auto done = projection(); !done) return tl::unexpected(done.error());
    if (!accept("from")) return unexpected("\"from\"");
    if (peek().kind != Token::Kind::word) return unexpected("<IDENTIFIER>");
    query_.entity = next().text;
    if (auto done = clauses(); !done) return tl::unexpected(done.error());
    if (peek().kind != Token::Kind::end) return unexpected("<EOF>");
    return query_;
  }

 private:
  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  const Token& next() { return tokens_[std::min(at_++, tokens_.size() - 1)]; }
  bool is(std::string_view word, std::size_t ahead = 0) const {
    const auto& token = peek(ahead);
    return (token.kind == Token::Kind::word && lower(token.text) == word) || (token.kind == Token::Kind::symbol && token.text == word);
  }
  bool accept(std::string_view word) {
    if (!is(word)) return false;
    ++at_;
    return true;
  }

  tl::unexpected<Fault400> unexpected(std::string_view wanted) const {
    const auto& token = peek();
    const auto met = token.kind == Token::Kind::end ? std::string("<EOF>") : token.text;
    return tl::unexpected(
        Fault400{"4000", "Error parsing query",
                 fmt::format("QueryParserError: Encountered \" \"{}\" \"{} \"\" at line 1, column {}.\nWas expecting:\n    {} ...",
                             lower(met), met, token.column, wanted)});
  }

  Outcome projection() {
    if (accept("*")) return {};
    if (is("count") && is("(", 1)) {
      at_ += 2;
      if (!accept("*")) return unexpected("\"*\"");
      if (!accept(")")) return unexpected("\")\"");
      query_.count = true;
      return {};
    }
    do {
      if (peek().kind != Token::Kind::word) return unexpected("<IDENTIFIER>");
      if (next().text.ends_with('.')) accept("*");  // Line.*: the answer has all attributes anyway
    } while (accept(","));
    return {};
  }

  Outcome clauses() {
    if (accept("where")) {
      do {
        if (auto done = condition(); !done) return done;
      } while (accept("and"));
    }
    if (is("orderby") || (is("order") && is("by", 1))) {
      at_ += is("orderby") ? 1 : 2;
      if (auto done = order(); !done) return done;
    }
    for (;;) {
      if (accept("startposition")) {
        if (auto done = number(query_.start, 0); !done) return done;
      } else if (accept("maxresults")) {
        if (auto done = number(query_.rows_max, kRowsMax); !done) return done;
      } else {
        return {};
      }
    }
  }

  /// A whole number of at least 1; `most` 0 = no upper bound.
  Outcome number(int& out, int most) {
    if (peek().kind != Token::Kind::number) return unexpected("<INTEGER>");
    const auto& text = next().text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size()) {
      --at_;
      return unexpected("<INTEGER>");
    }
    const auto invalid = [](std::string detail) {
      return tl::unexpected(Fault400{"4001", "Invalid query", "QueryValidationError: " + std::move(detail)});
    };
    if (out < 1) return invalid(fmt::format("value {} is too small. Min allowed value is 1", out));
    if (most > 0 && out > most) return invalid(fmt::format("value {} is too large. Max allowed value is {}", out, most));
    return {};
  }

  Outcome order() {
    do {
      if (peek().kind != Token::Kind::word) return unexpected("<IDENTIFIER>");
      Order entry{next().text};
      if (accept("desc"))
        entry.descending = true;
      else
        accept("asc");
      query_.order.push_back(std::move(entry));
    } while (accept(","));
    return {};
  }

  Outcome literal(Condition& condition) {
    const auto& token = peek();
    if (token.kind == Token::Kind::text)
      condition.values.push_back({Literal::Kind::text, token.text});
    else if (token.kind == Token::Kind::number)
      condition.values.push_back({Literal::Kind::number, token.text});
    else if (is("true") || is("false"))
      condition.values.push_back({Literal::Kind::boolean, lower(token.text)});
    else if (is("current_date"))
      condition.values.push_back({Literal::Kind::today, ""});
    else
      return unexpected("<STRING_LITERAL>");
    ++at_;
    return {};
  }

  Outcome condition() {
    if (peek().kind != Token::Kind::word) return unexpected("<IDENTIFIER>");
    Condition out{next().text, Condition::Operator::equal, {}};
    if (accept("in")) {
      out.op = Condition::Operator::in;
      if (!accept("(")) return unexpected("\"(\"");
      do {
        if (auto done = literal(out); !done) return done;
      } while (accept(","));
      if (!accept(")")) return unexpected("\")\"");
      query_.where.push_back(std::move(out));
      return {};
    }
    using enum Condition::Operator;
    if (accept("="))
      out.op = equal;
    else if (accept("<="))
      out.op = less_or_equal;
    else if (accept(">="))
      out.op = greater_or_equal;
    else if (accept("<"))
      out.op = less;
    else if (accept(">"))
      out.op = greater;
    else if (accept("like"))
      out.op = like;
    else
      return unexpected("\"=\"");
    if (auto done = literal(out); !done) return done;
    query_.where.push_back(std::move(out));
    return {};
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Query query_;
};

}  // namespace

tl::expected<Query, Fault400> parse_query(std::string_view text) {
  auto tokens = tokens_of(text);
  if (!tokens) return tl::unexpected(tokens.error());
  return Parser(std::move(*tokens)).statement();
}

}  // namespace q2o::sandbox::quickbooks
