#include "services/connector/app/budget_gate.h"

namespace q2o::connector {
namespace {

constexpr int kLotMax = 5;
constexpr int kLotUnlimited = 100;
// As long as the room of a killed process stays taken.
constexpr milliseconds kSlotsTtl{5000};
constexpr milliseconds kAskAgain{500};
// A grant that was not used in its moment would make a burst later: it is dropped.
constexpr milliseconds kFresh{200};
constexpr milliseconds kWorthTelling{3000};

class Counted {
 public:
  explicit Counted(int& count) : count_(++count) {}
  Counted(const Counted&) = delete;
  ~Counted() { --count_; }

 private:
  int& count_;
};

}  // namespace

bool BudgetGate::take_slot(std::unique_lock<std::mutex>& lock, std::stop_token stop) {
  if (budget_.concurrent == 0) return !stop.stop_requested();
  while (!stop.stop_requested()) {
    if (clock_.now() >= slots_until_) {
      slots_ = store_.slots(connection_id_, owner_, budget_.concurrent, in_flight_, kSlotsTtl);
      slots_until_ = clock_.now() + (slots_ > 0 ? kSlotsTtl / 3 : kAskAgain);
    }
    if (in_flight_ < slots_) return true;
    freed_.wait_for(lock, stop, kAskAgain, [&] { return in_flight_ < slots_; });
  }
  return false;
}

BudgetGate::Time BudgetGate::take_grant() {
  while (!grants_.empty() && grants_.front() + kFresh < clock_.now()) grants_.pop_front();
  if (grants_.empty()) {
    const auto now = clock_.now();
    // Without limits only a block can hold requests back: one look a lot is enough.
    const bool unlimited = budget_.per_minute == 0 && budget_.per_second == 0;
    const int lot = unlimited ? kLotUnlimited : std::clamp(waiting_, 1, kLotMax);
    for (const auto delay : store_.reserve(connection_id_, budget_, lot)) grants_.push_back(now + delay);
  }
  const Time granted = grants_.front();
  grants_.pop_front();
  return granted;
}

std::optional<BudgetGate::Permit> BudgetGate::enter(std::stop_token stop, const std::function<void(milliseconds)>& waits) {
  Time at;
  std::optional<Permit> permit;  // before the lock, which its end takes: the store may throw
  {
    std::unique_lock lock(mutex_);
    const Counted waiting(waiting_);
    if (!take_slot(lock, stop)) return std::nullopt;
    permit.emplace(*this);
    at = take_grant();
  }
  const auto delay = std::chrono::duration_cast<milliseconds>(at - clock_.now());
  if (delay >= kWorthTelling) waits(delay);
  if (delay.count() > 0 && !clock_.wait(delay, stop)) return std::nullopt;
  return permit;
}

void BudgetGate::leave() {
  {
    std::lock_guard lock(mutex_);
    --in_flight_;
  }
  freed_.notify_one();
}

void BudgetGate::block(milliseconds time) {
  std::lock_guard lock(mutex_);
  grants_.clear();
  store_.block(connection_id_, time);
}

BudgetGate& BudgetGates::of(const std::string& connection_id, const Budget& budget) {
  std::lock_guard lock(mutex_);
  auto& gate = gates_[connection_id];
  if (!gate) gate = std::make_unique<BudgetGate>(connection_id, budget, owner_, store_, clock_);
  return *gate;
}

}  // namespace q2o::connector
