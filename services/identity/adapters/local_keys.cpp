#include "services/identity/adapters/local_keys.h"

#include <algorithm>

namespace q2o::identity {
namespace {

constexpr std::chrono::seconds kKept{10};
constexpr std::size_t kOwnersMost = 10'000;

tl::unexpected<Error> unavailable(std::string_view why) {
  return fail(
      Error{Code::unavailable, "no data keys now: " + std::string(why), Retry::after_backoff, Effect::none, "KEYS_UNAVAILABLE", {}, {}});
}

}  // namespace

Result<std::map<std::uint32_t, sealing::DataKeyPtr>> LocalKeys::find(const sealing::Owner& owner, bool again) {
  std::uint64_t before = 0;
  {
    const std::lock_guard lock(mutex_);
    before = changes_;
    const auto at = entries_.find(owner);
    if (!again && at != entries_.end() && at->second.until > Clock::now()) return at->second.keys;
  }
  try {
    const auto answer = keeper_.keys(owner);
    if (!answer) return fail(answer.error());
    Entry entry{{}, Clock::now() + kKept};
    for (const auto& key : answer->keys())
      entry.keys[key.version()] = std::make_shared<const sealing::DataKey>(sealing::DataKey{key.version(), config::Secret(key.key())});
    for (const auto version : answer->destroyed_versions()) entry.keys[version] = nullptr;
    const std::lock_guard lock(mutex_);
    if (before != changes_) return std::move(entry.keys);
    if (entries_.size() > kOwnersMost) entries_.clear();
    return (entries_[owner] = std::move(entry)).keys;
  } catch (const std::exception& problem) {
    return unavailable(problem.what());
  }
}

void LocalKeys::forget(const std::string& tenant) {
  const std::lock_guard lock(mutex_);
  ++changes_;
  std::erase_if(entries_, [&](const auto& entry) { return entry.first.tenant == tenant; });
}

Result<sealing::DataKeyPtr> LocalKeys::current(const sealing::Owner& owner) {
  const auto keys = find(owner, false);
  if (!keys) return fail(keys.error());
  if (keys->empty() || keys->rbegin()->second == nullptr) return unavailable("the newest one is destroyed");
  return keys->rbegin()->second;
}

Result<sealing::DataKeyPtr> LocalKeys::oldest(const sealing::Owner& owner) {
  const auto keys = find(owner, false);
  if (!keys) return fail(keys.error());
  const auto at = std::ranges::find_if(*keys, [](const auto& key) { return key.second != nullptr; });
  if (at == keys->end()) return unavailable("there is none that lives");
  return at->second;
}

Result<sealing::DataKeyPtr> LocalKeys::version(const sealing::Owner& owner, std::uint32_t version) {
  for (const bool again : {false, true}) {
    const auto keys = find(owner, again);
    if (!keys) return fail(keys.error());
    const auto at = keys->find(version);
    if (at == keys->end()) continue;  // another replica may have made it since
    if (at->second == nullptr) break;
    return at->second;
  }
  return fail(Code::data_loss, "the key was destroyed", "KEY_DESTROYED");
}

}  // namespace q2o::identity
