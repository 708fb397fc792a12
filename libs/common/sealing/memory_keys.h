#pragma once

#include <algorithm>
#include <map>
#include <mutex>

#include "common/sealing/seal.h"

namespace q2o::sealing {

/// Keys of a test: can be rotated, destroyed and be away. Thread-safe.
class MemoryKeys final : public Keys {
 public:
  Result<DataKeyPtr> current(const Owner& owner) override {
    const std::lock_guard lock(mutex_);
    if (away_) return unavailable();
    auto& keys = keys_[owner];
    if (keys.empty() || keys.rbegin()->second == nullptr) add(keys);
    return keys.rbegin()->second;
  }
  Result<DataKeyPtr> oldest(const Owner& owner) override {
    const auto newest = current(owner);
    if (!newest) return newest;
    const std::lock_guard lock(mutex_);
    return std::ranges::find_if(keys_[owner], [](const auto& key) { return key.second != nullptr; })->second;
  }
  Result<DataKeyPtr> version(const Owner& owner, std::uint32_t version) override {
    const std::lock_guard lock(mutex_);
    if (away_) return unavailable();
    const auto found = keys_[owner].find(version);
    if (found == keys_[owner].end() || found->second == nullptr) return fail(Code::data_loss, "the key was destroyed", "KEY_DESTROYED");
    return found->second;
  }
  void rotate(const Owner& owner) {
    const std::lock_guard lock(mutex_);
    add(keys_[owner]);
  }
  void destroy(const Owner& owner) {
    const std::lock_guard lock(mutex_);
    for (auto& [version, key] : keys_[owner]) key = nullptr;
  }
  void go_away(bool away) {
    const std::lock_guard lock(mutex_);
    away_ = away;
  }

 private:
  using Versions = std::map<std::uint32_t, DataKeyPtr>;
  static void add(Versions& keys) {
    const auto version = static_cast<std::uint32_t>(keys.size() + 1);
    keys[version] = std::make_shared<const DataKey>(DataKey{version, config::Secret(std::string(32, static_cast<char>('a' + version)))});
  }
  static tl::unexpected<Error> unavailable() {
    return fail(Error{Code::unavailable, "no keys now", Retry::after_backoff, Effect::none, "KEYS_UNAVAILABLE", {}, {}});
  }
  std::mutex mutex_;
  std::map<Owner, Versions> keys_;
  bool away_ = false;
};

}  // namespace q2o::sealing
