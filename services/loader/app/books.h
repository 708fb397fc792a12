#pragma once

#include <charconv>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/config/config.h"
#include "common/json/json.h"
#include "common/result/result.h"

namespace q2o::loader {

/// Where an Odoo is and who we are there.
struct TargetAccess {
  std::string tenant_id, target_id, url, database, user;
  config::Secret password;
};

/// What a call gave back; `value()` lives as long as this object.
class CallResult {
 public:
  explicit CallResult(json::Document document) : document_(std::move(document)) {}
  const json::Value& value() const { return document_.root()["result"]; }

 private:
  json::Document document_;
};

/// A whole number of an answer, an id for instance; 0 for false and whatever else is none.
inline std::int64_t integer(const json::Value& value) {
  std::int64_t out = 0;
  const auto text = value.text();
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

/// The target's books over its remote calls. Thread-safe; one connection per call. An error with Effect::unknown means the call may have
/// been carried out: look the external ids up before anything is repeated.
class Books {
 public:
  virtual ~Books() = default;
  virtual Result<std::string> version(std::chrono::milliseconds deadline) = 0;
  /// `args` a JSON array, `kwargs` a JSON object, as for execute_kw.
  virtual Result<CallResult> call(std::string_view model, std::string_view method, std::string_view args, std::string_view kwargs,
                                  std::chrono::milliseconds deadline) = 0;
  /// The user's id there (authenticates on first use).
  virtual Result<std::int64_t> user_id(std::chrono::milliseconds deadline) = 0;
};
using OpenBooks = std::function<std::shared_ptr<Books>(const TargetAccess&)>;

inline constexpr std::chrono::milliseconds kQuickCall{30000};
inline constexpr std::chrono::milliseconds kBatchCall{300000};

}  // namespace q2o::loader
