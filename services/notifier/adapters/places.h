#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "common/result/result.h"

namespace q2o::notifier {

/// Places for those who watch: each holds a thread of the server. No tenant and no person gets all of them. Thread-safe.
class Places {
 public:
  /// At once: all together, of one tenant, of one person or API key.
  struct Most {
    int all = 0, tenant = 0, person = 0;
  };
  explicit Places(Most most) : most_(most) {}

 private:
  friend class Place;
  using Taken = std::map<std::string, int, std::less<>>;
  /// Why there is none; nothing: it is taken. `person` empty: from inside, where nobody is named.
  std::optional<Error> take(const std::string& tenant, const std::string& person) {
    const std::lock_guard lock(mutex_);
    if (!person.empty() && count(people_, tenant + "/" + person) >= most_.person) return too_many("you", most_.person);
    if (count(tenants_, tenant) >= most_.tenant) return too_many("your company", most_.tenant);
    if (all_ >= most_.all) return too_many("all together", most_.all);
    ++all_;
    ++tenants_[tenant];
    if (!person.empty()) ++people_[tenant + "/" + person];
    return std::nullopt;
  }
  void give_back(const std::string& tenant, const std::string& person) {
    const std::lock_guard lock(mutex_);
    --all_;
    less(tenants_, tenant);
    if (!person.empty()) less(people_, tenant + "/" + person);
  }
  static int count(const Taken& taken, const std::string& who) {
    const auto at = taken.find(who);
    return at == taken.end() ? 0 : at->second;
  }
  static void less(Taken& taken, const std::string& who) {
    if (const auto at = taken.find(who); --at->second == 0) taken.erase(at);
  }
  static Error too_many(const std::string& who, int most) {
    return Error{Code::resource_exhausted, "too many watch at once: " + who + " may open " + std::to_string(most),
                 Retry::after_backoff,     Effect::none,
                 "TOO_MANY_WATCHERS",      "Close one, ask with GetProgress, or watch again when another has left.",
                 std::chrono::seconds(15)};
  }

  const Most most_;
  std::mutex mutex_;
  int all_ = 0;
  Taken tenants_, people_;
};

/// One of them, given back at the end.
class Place {
 public:
  Place(Places& places, std::string tenant, std::string person)
      : places_(places), tenant_(std::move(tenant)), person_(std::move(person)), refusal_(places.take(tenant_, person_)) {}
  ~Place() {
    if (!refusal_) places_.give_back(tenant_, person_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  /// Error resource_exhausted TOO_MANY_WATCHERS; nothing: the place is ours.
  const std::optional<Error>& refusal() const { return refusal_; }

 private:
  Places& places_;
  const std::string tenant_, person_;
  const std::optional<Error> refusal_;
};

}  // namespace q2o::notifier
