#pragma once

#include <deque>
#include <mutex>

#include "sandbox/quickbooks/clock.h"

namespace q2o::sandbox::quickbooks {

struct Limits {
  std::size_t per_minute = 500;
  std::size_t per_second = 10;
  std::size_t at_once = 10;
  bool enforced = true;
};

/// The requests of one company, counted over sliding windows. Thread-safe.
class Budget {
 public:
  Budget(Limits limits, Clock clock) : limits_(limits), clock_(std::move(clock)) {}

  /// Held while a request is in work.
  class Ticket {
   public:
    Ticket(Budget* budget, bool granted) : budget_(budget), granted_(granted) {}
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket();
    bool granted() const { return granted_; }

   private:
    Budget* budget_;
    bool granted_;
  };
  Ticket enter();
  std::size_t refused() const;

 private:
  Limits limits_;
  Clock clock_;
  mutable std::mutex mutex_;
  std::deque<Moment> granted_;
  std::size_t in_work_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace q2o::sandbox::quickbooks
