#include "common/json/json.h"

#include <cstdlib>

#include "common/decimal/digits.h"
#include "common/json/text.h"
#include "common/log/log.h"

namespace q2o::json {
namespace {

[[noreturn]] void misuse(std::string_view what) {
  log::error("json writer misused", {{"what", what}});
  std::abort();
}

}  // namespace

void Writer::separate() {
  if (!needs_comma_) return;
  if (levels_.empty()) misuse("second value at the top");
  out_ += ',';
}

void Writer::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (!levels_.empty() && levels_.back() == '{') misuse("member without a key");
  separate();
}

Writer& Writer::open(char bracket) {
  constexpr std::size_t kFirst = 64;  // grows once or not at all where little is written, as most is
  if (levels_.empty()) out_.reserve(kFirst);
  before_value();
  out_ += bracket;
  levels_ += bracket;
  needs_comma_ = false;
  return *this;
}

Writer& Writer::close(char opened, char bracket) {
  if (levels_.empty() || levels_.back() != opened || after_key_) misuse("bracket does not match");
  levels_.pop_back();
  out_ += bracket;
  needs_comma_ = true;
  return *this;
}

Writer& Writer::plain(std::string_view text) {
  before_value();
  out_ += text;
  needs_comma_ = true;
  return *this;
}

Writer& Writer::begin_object() {
  return open('{');
}
Writer& Writer::end_object() {
  return close('{', '}');
}
Writer& Writer::begin_array() {
  return open('[');
}
Writer& Writer::end_array() {
  return close('[', ']');
}

Writer& Writer::key(std::string_view name) {
  if (levels_.empty() || levels_.back() != '{' || after_key_) misuse("key outside of an object");
  separate();
  append_text(out_, name);
  out_ += ':';
  after_key_ = true;
  return *this;
}

Writer& Writer::string(std::string_view text) {
  before_value();
  append_text(out_, text);
  needs_comma_ = true;
  return *this;
}

Writer& Writer::number(const Decimal& value) {
  before_value();
  DigitsRoom room;
  out_ += digits(value, room);
  needs_comma_ = true;
  return *this;
}
Writer& Writer::number(std::int64_t value) {
  return plain(std::to_string(value));
}
Writer& Writer::boolean(bool value) {
  return plain(value ? "true" : "false");
}
Writer& Writer::null() {
  return plain("null");
}
Writer& Writer::raw(std::string_view json) {
  return plain(json);
}

Writer& Writer::value(const Value& value) {
  return plain(value.raw().empty() ? std::string_view("null") : value.raw());
}

}  // namespace q2o::json
