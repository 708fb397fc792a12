#include <simdjson.h>

#include <cstring>
#include <type_traits>

#include "common/json/arena.h"
#include "common/json/json.h"
#include "common/json/number.h"

namespace q2o::json {

namespace sj = simdjson::ondemand;

struct Document::State {
  std::string text;  // padded with spaces for simdjson
  Arena arena;
  Value root;
};

/// What a thread keeps from document to document, so that small ones cost no memory of their own.
struct Workplace {
  sj::parser parser;
  std::vector<Value> values;
  std::vector<Member> members;
  /// The index of the parser is six times as large as its text: many threads must not each keep the one of their largest document.
  bool is_large() const {
    constexpr std::size_t kKeepBytes = 512u << 10, kKeepNodes = 8u << 10;
    return parser.capacity() > kKeepBytes || values.capacity() > kKeepNodes || members.capacity() > kKeepNodes;
  }
};

/// Builds our nodes in one pass over simdjson's index. Scalars stay views into the text; only strings with escapes are copied.
/// The nodes of a container gather on a stack and move into the arena as one array when it closes.
class Parser {
 public:
  Parser(Document::State& state, std::string_view text, int depth_max, Workplace& place)
      : state_(state), text_(text), depth_max_(depth_max), values_(place.values), members_(place.members) {
    values_.clear();
    members_.clear();
  }

  Status run(sj::parser& parser) {
    sj::document document;
    if (const auto problem = parser.iterate(text_.data(), text_.size(), state_.text.size()).get(document)) {
      return syntax(simdjson::error_message(problem), 0);
    }
    document_ = &document;
    if (!node(document, state_.root, 1)) return syntax(problem_, offset());
    const auto end = static_cast<std::size_t>(state_.root.raw_.data() + state_.root.raw_.size() - text_.data());
    if (const auto rest = text_.find_first_not_of(" \t\r\n", end); rest != std::string_view::npos)
      return syntax("something follows the value", rest);
    return {};
  }

 private:
  static Status syntax(std::string_view what, std::size_t at) {
    return fail(Code::invalid_argument, "JSON: " + std::string(what) + " at byte " + std::to_string(at), "JSON_SYNTAX");
  }

  std::size_t offset() {
    const char* here = nullptr;
    if (document_->current_location().get(here) || here < text_.data() || here > text_.data() + text_.size()) return text_.size();
    return static_cast<std::size_t>(here - text_.data());
  }

  bool refuse(const char* problem) {
    problem_ = problem;
    return false;
  }
  bool refuse(simdjson::error_code problem) { return refuse(simdjson::error_message(problem)); }

  static simdjson::simdjson_result<std::string_view> token_of(sj::document& in) { return in.raw_json_token(); }
  static simdjson::simdjson_result<std::string_view> token_of(sj::value& in) { return in.raw_json_token(); }

  /// `Node` is simdjson's document (root) or value.
  template <class Node>
  bool node(Node& in, Value& out, int depth) {
    std::string_view token;
    if (const auto problem = token_of(in).get(token)) return refuse(problem);
    while (!token.empty() && (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t'))
      token.remove_suffix(1);
    if (token.empty()) return refuse("value expected");
    out.raw_ = token;
    switch (token.front()) {
      case '{':
        return object(in, out, depth);
      case '[':
        return array(in, out, depth);
      case '"':
        return string(in, out, token);
      case 't':
      case 'f':
        return literal(out, token, token.front() == 't' ? "true" : "false", Value::Kind::boolean);
      case 'n':
        if (!literal(out, token, "null", Value::Kind::null)) return false;
        out.text_ = {};
        return true;
      default:
        if (!is_json_number(token)) return refuse("not a JSON value");
        return literal(out, token, token, Value::Kind::number);
    }
  }

  bool literal(Value& out, std::string_view token, std::string_view expected, Value::Kind kind) {
    if (token != expected) return refuse("not a JSON value");
    out.kind_ = kind;
    out.text_ = token;
    return true;
  }

  template <class Node>
  bool string(Node& in, Value& out, std::string_view token) {
    out.kind_ = Value::Kind::string;
    if (token.size() < 2 || token.back() != '"') return refuse("string is not closed");
    out.text_ = token.substr(1, token.size() - 2);
    if (std::memchr(out.text_.data(), '\\', out.text_.size()) == nullptr) return true;
    std::string_view plain;
    if (const auto problem = in.get_string().get(plain)) return refuse(problem);
    if (plain.find('\0') != std::string_view::npos) return refuse("text contains NUL");  // written as an escape; no database takes it
    out.text_ = state_.arena.copy_text(plain);
    return true;
  }

  bool key(sj::field& field, std::string_view& out) {
    const char* const begin = field.key().raw();
    const auto left = static_cast<std::size_t>(text_.data() + text_.size() - begin);
    const auto* const quote = static_cast<const char*>(std::memchr(begin, '"', left));
    if (quote == nullptr) return refuse("name is not closed");
    out = {begin, static_cast<std::size_t>(quote - begin)};
    if (std::memchr(out.data(), '\\', out.size()) == nullptr) return true;
    std::string_view plain;
    if (const auto problem = field.unescaped_key().get(plain)) return refuse(problem);
    out = state_.arena.copy_text(plain);
    return true;
  }

  /// The closing bracket is the last thing before the token that simdjson stands on now.
  void close(Value& out) {
    const char* end = nullptr;
    if (document_->current_location().get(end)) end = text_.data() + text_.size();
    while (end[-1] != '}' && end[-1] != ']') --end;
    out.raw_ = {out.raw_.data(), static_cast<std::size_t>(end - out.raw_.data())};
  }

  template <class Node>
  bool array(Node& in, Value& out, int depth) {
    if (depth > depth_max_) return refuse("nested too deeply");
    sj::array elements;
    if (const auto problem = in.get_array().get(elements)) return refuse(problem);
    const std::size_t first = values_.size();
    for (auto element : elements) {
      sj::value inner;
      if (const auto problem = std::move(element).get(inner)) return refuse(problem);
      Value child;
      if (!node(inner, child, depth + 1)) return false;
      values_.push_back(child);
    }
    out.kind_ = Value::Kind::array;
    out.count_ = values_.size() - first;
    out.children_ = state_.arena.copy(std::span<const Value>(values_).subspan(first));
    values_.resize(first);
    close(out);
    return true;
  }

  template <class Node>
  bool object(Node& in, Value& out, int depth) {
    if (depth > depth_max_) return refuse("nested too deeply");
    sj::object fields;
    if (const auto problem = in.get_object().get(fields)) return refuse(problem);
    const std::size_t first = members_.size();
    for (auto entry : fields) {
      sj::field field;
      if (const auto problem = std::move(entry).get(field)) return refuse(problem);
      Member member;
      if (!key(field, member.key) || !node(field.value(), member.value, depth + 1)) return false;
      members_.push_back(member);
    }
    out.kind_ = Value::Kind::object;
    out.count_ = members_.size() - first;
    out.children_ = state_.arena.copy(std::span<const Member>(members_).subspan(first));
    members_.resize(first);
    close(out);
    return true;
  }

  Document::State& state_;
  std::string_view text_;
  int depth_max_;
  sj::document* document_ = nullptr;
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
  thread_local std::unique_ptr<Workplace> place;
  if (!place) place = std::make_unique<Workplace>();
  const std::size_t length = text.size();
  Document out;
  out.state_->text = std::move(text);
  out.state_->text.append(simdjson::SIMDJSON_PADDING, ' ');
  const std::string_view source(out.state_->text.data(), length);
  // The nodes of records and reports as QuickBooks writes them take about three times the bytes of the text.
  out.state_->arena.expect(3 * length);
  const auto done = Parser(*out.state_, source, limits.depth, *place).run(place->parser);
  if (place->is_large()) place.reset();
  if (!done) return fail(done.error());
  return out;
}

const Value& Document::root() const {
  return state_->root;
}

}  // namespace q2o::json
