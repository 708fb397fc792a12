#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>

#include "common/metrics/metrics.h"
#include "common/rpc/rpc.h"
#include "common/sealing/seal.h"
#include "q2o/identity/v1/keys.grpc.pb.h"

namespace q2o::sealing {

/// The identity service's data keys, kept in memory for minutes: a call is made for an owner's first use, never for every message. While
/// identity is away everything goes on until a key is `valid` old; then the users fail (and repeat) until it is back. Thread-safe.
class RemoteKeys final : public Keys {
 public:
  struct Options {
    std::string address, service;
    config::Secret token;
    std::chrono::milliseconds fresh = std::chrono::minutes(1);   ///< asked for again, beside the work
    std::chrono::milliseconds valid = std::chrono::minutes(10);  ///< used at most so long without an answer
  };
  RemoteKeys(Options options, metrics::Registry& metrics);
  Result<DataKeyPtr> current(const Owner& owner) override;
  Result<DataKeyPtr> oldest(const Owner& owner) override;
  Result<DataKeyPtr> version(const Owner& owner, std::uint32_t version) override;

  /// A tenant's keys were rotated or destroyed; an empty migration means all of the tenant.
  void forget(const std::string& tenant, const std::string& migration);
  /// Asks again for keys that are no longer fresh, and whether identity is there. Until stop.
  void refresh(std::stop_token stop);
  void refresh_once();
  /// Identity has answered not longer ago than keys are valid.
  bool usable() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::map<std::uint32_t, DataKeyPtr> keys;
    std::set<std::uint32_t> destroyed;
    Clock::time_point answered;
    mutable std::atomic<Clock::time_point> used;
  };
  using EntryPtr = std::shared_ptr<const Entry>;
  Result<EntryPtr> find_living(const Owner& owner);
  Result<EntryPtr> find(const Owner& owner);
  Result<EntryPtr> fetch(const Owner& owner);
  Result<identity::v1::GetDataKeysResponse> ask(const identity::v1::GetDataKeysRequest& request, std::chrono::milliseconds deadline);

  const Options options_;
  std::unique_ptr<identity::v1::KeyService::Stub> stub_;
  metrics::Gauge& kept_;
  metrics::Counter &answered_, &failed_;
  mutable std::mutex mutex_;
  std::map<Owner, EntryPtr> entries_;
  std::uint64_t changes_ = 0;  ///< an answer that was on its way meanwhile is not kept
  Clock::time_point contact_{}, refused_{};
};

}  // namespace q2o::sealing
