#include "common/log/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>

#include "common/calendar/calendar.h"
#include "common/json/json.h"

namespace q2o::log {
namespace {

struct Sink {
  std::mutex mutex;
  std::string service = "q2o";
  std::atomic<Level> level{Level::info};
  bool terminal = isatty(STDERR_FILENO) == 1;
};

/// Never destroyed: threads may log while the process leaves.
Sink& sink() {
  static Sink& instance = *new Sink;
  return instance;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "error";
}

std::string now() {
  return calendar::rfc3339_milliseconds(std::chrono::system_clock::now());
}

std::string as_json(Level level, std::string_view service, std::string_view message, Fields fields) {
  json::Writer out;
  out.begin_object().field("time", now()).field("level", name_of(level)).field("service", service).field("message", message);
  for (const auto& field : fields) {
    out.key(field.name);
    field.quoted ? out.string(field.value) : out.raw(field.value);
  }
  return out.end_object().take();
}

std::string as_text(Level level, std::string_view message, Fields fields) {
  std::string out = fmt::format("{} {:<5} {}", now().substr(11, 12), name_of(level), message);
  for (const auto& field : fields) {
    out += fmt::format("  {}=", field.name);
    // Escaped like JSON, so that a hostile value cannot fake a line.
    field.quoted ? out += json::Writer().string(field.value).take() : out += field.value;
  }
  return out;
}

void write_line(std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const auto written = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (written <= 0) return;  // nobody is left to tell
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void configure(std::string_view service, Level level) {
  const std::lock_guard lock(sink().mutex);
  sink().service = service;
  sink().level = level;
}

void event(Level level, std::string_view message, Fields fields) {
  if (level < sink().level.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(sink().mutex);
  write_line(sink().terminal ? as_text(level, message, fields) : as_json(level, sink().service, message, fields));
}

}  // namespace q2o::log
