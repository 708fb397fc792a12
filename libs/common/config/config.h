#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/result/result.h"

/// Typed configuration: a TOML file, overridden by environment variables. All complaints at once.
namespace q2o::config {

/// A value that refuses to be printed, logged or copied into text by accident. Wiped when destroyed.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  ~Secret();
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(Secret&&) = default;
  /// The only way to the value: the call is easy to find in a review.
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

/// Reads dotted keys ("database.host"). A key may be overridden by the environment variable
/// Q2O_DATABASE_HOST (prefix Q2O_, upper case, dots become underscores). Every read registers the key; after the last
/// read `complaints()` names all missing, ill-typed and unknown keys together.
class Reader {
 public:
  using Environment = std::map<std::string, std::string>;
  /// An empty path means: environment and defaults only.
  static Result<Reader> open(const std::string& path, Environment environment);
  static Environment process_environment();

  std::string text(std::string_view key);  ///< required
  std::string text(std::string_view key, std::string_view fallback);
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t min, std::int64_t max);
  bool boolean(std::string_view key, bool fallback);
  std::vector<std::string> list(std::string_view key, std::vector<std::string> fallback);
  /// From KEY_file (path of a file, trailing newline cut) or from the environment; never from the TOML text itself.
  Secret secret(std::string_view key);

  std::vector<std::string> complaints() const;
  /// key = value lines for the start-up log; secrets appear as "***".
  std::string printable() const;

 private:
  std::optional<std::string> find(std::string_view key);
  void complain(std::string_view key, std::string_view what);
  std::map<std::string, std::string> file_;
  Environment environment_;
  std::map<std::string, std::string> read_;
  std::set<std::string> known_;  // keys that somebody asked for
  std::vector<std::string> complaints_;
};

}  // namespace q2o::config
