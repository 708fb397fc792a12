#include <simdjson.h>

#include "common/json/arena.h"
#include "common/json/json.h"
#include "common/json/number.h"
#include "common/json/text.h"

namespace q2o::json {

struct Document::State {
  std::string text;
  Arena arena;
  Value root;
};

/// What one parse after the other of a thread can use again.
struct Scratch {
  std::vector<Value> values;
  std::vector<Member> members;
};

/// Builds our nodes in one pass. Scalars stay views into the text; only strings with escapes are copied. The nodes of a container gather
/// on a stack and move into the arena as one array when it closes. Behind the text stands NUL, which no rule takes: nothing needs to ask
/// for the end.
class Parser {
 public:
  Parser(Document::State& state, int depth_max, Scratch& scratch)
      : state_(state), text_(state.text), at_(text_.data()), depth_max_(depth_max), values_(scratch.values), members_(scratch.members) {
    values_.clear();
    members_.clear();
  }

  Status run() {
    if (!simdjson::validate_utf8(text_)) return syntax("the text is not UTF-8");
    skip_blanks();
    if (!node(state_.root, 1)) return syntax(problem_);
    skip_blanks();
    if (at_ != text_.data() + text_.size()) return syntax("something follows the value");
    return {};
  }

 private:
  Status syntax(std::string_view what) const {
    return fail(Code::invalid_argument, "JSON: " + std::string(what) + " at byte " + std::to_string(at_ - text_.data()), "JSON_SYNTAX");
  }

  bool refuse(const char* problem) {
    problem_ = problem;
    return false;
  }

  std::string_view rest() const { return text_.substr(static_cast<std::size_t>(at_ - text_.data())); }

  void skip_blanks() {
    while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t') ++at_;
  }
  bool skip(char c) {
    if (*at_ != c) return false;
    ++at_;
    return true;
  }

  bool node(Value& out, int depth) {
    const char* const begin = at_;
    if (!kind_of_node(out, depth)) return false;
    out.raw_ = {begin, static_cast<std::size_t>(at_ - begin)};
    return true;
  }

  bool kind_of_node(Value& out, int depth) {
    switch (*at_) {
      case '{':
        return object(out, depth);
      case '[':
        return array(out, depth);
      case '"':
        out.kind_ = Value::Kind::string;
        return string(out.text_);
      case 't':
        return word(out, Value::Kind::boolean, "true");
      case 'f':
        return word(out, Value::Kind::boolean, "false");
      case 'n':
        return word(out, Value::Kind::null, "null");
      default:
        return number(out);
    }
  }

  bool word(Value& out, Value::Kind kind, std::string_view expected) {
    if (!rest().starts_with(expected)) return refuse("not a JSON value");
    out.kind_ = kind;
    if (kind == Value::Kind::boolean) out.text_ = expected;
    at_ += expected.size();
    return true;
  }

  bool number(Value& out) {
    const std::size_t length = number_length(rest());
    if (length == 0) return refuse("not a JSON value");
    out.kind_ = Value::Kind::number;
    out.text_ = {at_, length};
    at_ += length;
    return true;
  }

  bool string(std::string_view& out) {
    const auto from_quote = rest();
    std::size_t end = next_special(from_quote, 1);
    const bool plain = end < from_quote.size() && from_quote[end] == '"';
    while (end < from_quote.size() && from_quote[end] == '\\') end = next_special(from_quote, std::min(end + 2, from_quote.size()));
    if (end == from_quote.size()) return refuse("string is not closed");
    if (from_quote[end] != '"') return refuse("control character in a string");
    out = from_quote.substr(1, end - 1);
    if (!plain) {
      const auto text = unescaped(out);
      if (!text) return refuse("an escape that JSON does not know, or NUL");
      out = state_.arena.copy_text(*text);
    }
    at_ += end + 1;
    return true;
  }

  bool array(Value& out, int depth) {
    if (depth > depth_max_) return refuse("nested too deeply");
    const std::size_t first = values_.size();
    ++at_;
    skip_blanks();
    for (bool more = !skip(']'); more;) {
      Value child;
      if (!node(child, depth + 1)) return false;
      values_.push_back(child);
      if (!goes_on(']', more)) return false;
    }
    out.kind_ = Value::Kind::array;
    out.count_ = values_.size() - first;
    out.children_ = state_.arena.copy(std::span<const Value>(values_).subspan(first));
    values_.resize(first);
    return true;
  }

  bool object(Value& out, int depth) {
    if (depth > depth_max_) return refuse("nested too deeply");
    const std::size_t first = members_.size();
    ++at_;
    skip_blanks();
    for (bool more = !skip('}'); more;) {
      Member member;
      if (*at_ != '"') return refuse("a name is expected");
      if (!string(member.key)) return false;
      skip_blanks();
      if (!skip(':')) return refuse("a colon is expected");
      skip_blanks();
      if (!node(member.value, depth + 1)) return false;
      members_.push_back(member);
      if (!goes_on('}', more)) return false;
    }
    out.kind_ = Value::Kind::object;
    out.count_ = members_.size() - first;
    out.children_ = state_.arena.copy(std::span<const Member>(members_).subspan(first));
    members_.resize(first);
    return true;
  }

  /// Behind an element: a comma and the next one, or the end.
  bool goes_on(char closing, bool& more) {
    skip_blanks();
    more = skip(',');
    if (more) {
      skip_blanks();
      return true;
    }
    return skip(closing) || refuse("a comma or the end of the list is expected");
  }

  Document::State& state_;
  std::string_view text_;
  const char* at_;
  int depth_max_;
  const char* problem_ = "";
  std::vector<Value>& values_;
  std::vector<Member>& members_;
};

Document::Document() : state_(std::make_unique<State>()) {}
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Result<Document> Document::parse(std::string text, const Limits& limits) {
  if (text.size() > limits.bytes)
    return fail(Code::resource_exhausted, "JSON: " + std::to_string(text.size()) + " bytes are too many", "JSON_TOO_LARGE");
  thread_local Scratch scratch;
  Document out;
  out.state_->text = std::move(text);
  // The nodes of records and reports as QuickBooks writes them take about three times the bytes of the text.
  out.state_->arena.expect(3 * out.state_->text.size());
  if (auto done = Parser(*out.state_, limits.depth, scratch).run(); !done) return fail(done.error());
  return out;
}

const Value& Document::root() const {
  return state_->root;
}

}  // namespace q2o::json
