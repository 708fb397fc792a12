#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>

#include "services/connector/app/ports.h"

namespace q2o::connector {

/// Lets requests of one connection through at the pace and in the number that the source permits. Reservations are made in small
/// lots, as many as there are callers waiting, so that the shared budget costs little and little of it is wasted.
class BudgetGate {
 public:
  BudgetGate(std::string connection_id, Budget budget, std::string owner, BudgetStore& store, Clock& clock)
      : connection_id_(std::move(connection_id)), budget_(budget), owner_(std::move(owner)), store_(store), clock_(clock) {}

  /// A slot, held while the request is under way.
  class Permit {
   public:
    /// The caller holds the gate's lock.
    explicit Permit(BudgetGate& gate) : gate_(&gate) { ++gate.in_flight_; }
    Permit(Permit&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (gate_ != nullptr) gate_->leave();
    }

   private:
    BudgetGate* gate_;
  };

  /// Waits; nothing when stopped. `waits` is told before a wait of some length begins. What the store throws passes through; no slot is
  /// lost by it.
  std::optional<Permit> enter(std::stop_token stop, const std::function<void(milliseconds)>& waits);
  void block(milliseconds time);

 private:
  using Time = std::chrono::system_clock::time_point;
  void leave();
  /// Waits until one is free; false when stopped.
  bool take_slot(std::unique_lock<std::mutex>& lock, std::stop_token stop);
  Time take_grant();

  const std::string connection_id_;
  const Budget budget_;
  const std::string owner_;
  BudgetStore& store_;
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable_any freed_;
  std::deque<Time> grants_;
  int waiting_ = 0;
  int in_flight_ = 0;
  int slots_ = 0;
  Time slots_until_{};
};

/// One gate per connection in this process.
class BudgetGates {
 public:
  BudgetGates(std::string owner, BudgetStore& store, Clock& clock) : owner_(std::move(owner)), store_(store), clock_(clock) {}
  BudgetGate& of(const std::string& connection_id, const Budget& budget);

 private:
  const std::string owner_;
  BudgetStore& store_;
  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<BudgetGate>> gates_;
};

}  // namespace q2o::connector
