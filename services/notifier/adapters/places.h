#pragma once

#include <atomic>

#include "common/result/result.h"

namespace q2o::notifier {

/// Places for those who watch: each holds a thread of the server. Thread-safe.
class Places {
 public:
  explicit Places(int most) : most_(most) {}
  int most() const { return most_; }
  int taken() const { return taken_.load(); }

 private:
  friend class Place;
  const int most_;
  std::atomic<int> taken_ = 0;
};

/// One of them, given back at the end.
class Place {
 public:
  explicit Place(Places& places) : places_(places), got_(places.taken_.fetch_add(1) < places.most_) {}
  ~Place() { places_.taken_.fetch_sub(1); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  bool got() const { return got_; }

 private:
  Places& places_;
  const bool got_;
};

inline Error too_many_watch(const Places& places) {
  return Error{Code::resource_exhausted,
               "too many watch at once (" + std::to_string(places.most()) + ")",
               Retry::after_backoff,
               Effect::none,
               "TOO_MANY_WATCHERS",
               "Ask with GetProgress, or watch again when another has left.",
               {}};
}

}  // namespace q2o::notifier
