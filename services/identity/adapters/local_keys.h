#pragma once

#include <map>
#include <mutex>

#include "common/sealing/seal.h"
#include "services/identity/adapters/key_keeper.h"

namespace q2o::identity {

/// The data keys for identity's own texts: asked of the keeper itself, kept for seconds. The keeper must have a pool of its own: keys are
/// asked for inside of transactions. Thread-safe.
class LocalKeys final : public sealing::Keys {
 public:
  explicit LocalKeys(KeyKeeper& keeper) : keeper_(keeper) {}
  Result<sealing::DataKeyPtr> current(const sealing::Owner& owner) override;
  Result<sealing::DataKeyPtr> oldest(const sealing::Owner& owner) override;
  Result<sealing::DataKeyPtr> version(const sealing::Owner& owner, std::uint32_t version) override;
  /// A tenant's keys were destroyed: nothing more is sealed with them.
  void forget(const std::string& tenant);

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::map<std::uint32_t, sealing::DataKeyPtr> keys;  ///< null: destroyed
    Clock::time_point until;
  };
  Result<std::map<std::uint32_t, sealing::DataKeyPtr>> find(const sealing::Owner& owner, bool again);
  KeyKeeper& keeper_;
  std::mutex mutex_;
  std::map<sealing::Owner, Entry> entries_;
  std::uint64_t changes_ = 0;  ///< an answer that was on its way meanwhile is not kept
};

}  // namespace q2o::identity
