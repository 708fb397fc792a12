#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "common/decimal/decimal.h"

/// Events with fields: one JSON object a line on stderr; readable text where stderr is a terminal.
/// Thread-safe. Never pass secrets (Secret does not convert to a field).
namespace q2o::log {

struct Field {
  std::string_view name;
  std::string value;
  bool quoted = true;
  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(v) {}
  Field(std::string_view n, const std::string& v) : name(n), value(v) {}
  Field(std::string_view n, std::int64_t v) : name(n), value(std::to_string(v)), quoted(false) {}
  Field(std::string_view n, int v) : name(n), value(std::to_string(v)), quoted(false) {}
  Field(std::string_view n, std::size_t v) : name(n), value(std::to_string(v)), quoted(false) {}
  Field(std::string_view n, bool v) : name(n), value(v ? "true" : "false"), quoted(false) {}
};
using Fields = std::initializer_list<Field>;

enum class Level { debug, info, warn, error };

/// Called once at start-up; `service` is a field of every event.
void configure(std::string_view service, Level level);
void event(Level level, std::string_view message, Fields fields);
inline void debug(std::string_view message, Fields fields = {}) {
  event(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
  event(Level::info, message, fields);
}
inline void warn(std::string_view message, Fields fields = {}) {
  event(Level::warn, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
  event(Level::error, message, fields);
}

}  // namespace q2o::log
