#include "tests/sim/world.h"

#include <algorithm>

namespace q2o::sim {
namespace {

/// Others get in between, and others between those; deeper nesting finds nothing new.
constexpr int kDepthMost = 4;
constexpr double kOthersGoOn = 0.2;
constexpr std::size_t kRepeatedMost = 5;

}  // namespace

void World::let_somebody_work() {
  std::vector<Process*> idle;
  std::ranges::copy_if(processes_, std::back_inserter(idle),
                       [this](const auto* process) { return !process->at_work_ && !(process->lasts() && short_at_work_ > 0); });
  if (idle.empty()) return;
  Process& process = *idle[pick(idle.size())];
  const int is_short = process.lasts() ? 0 : 1;
  process.at_work_ = true;
  ++depth_;
  short_at_work_ += is_short;
  const auto left = [&] {
    process.at_work_ = false;
    --depth_;
    short_at_work_ -= is_short;
  };
  try {
    process.turn();
  } catch (const Crashed&) {
    process.born();
  } catch (...) {
    left();
    throw;
  }
  left();
}

void World::step() {
  if (++steps_ > weather_.steps_most) throw Stuck("no end after " + std::to_string(steps_) + " steps");
  while (depth_ < kDepthMost && chance(kOthersGoOn)) let_somebody_work();
  if (crashes_left_ == 0 || !chance(weather_.crash)) return;
  --crashes_left_;
  ++crashes_;
  throw Crashed();
}

void World::run_until(const std::function<bool()>& over) {
  while (!over()) {
    if (++steps_ > weather_.steps_most) throw Stuck("no end after " + std::to_string(steps_) + " steps");
    let_somebody_work();
  }
}

void Consumer::turn() {
  if (place_ > 0 && world_.chance(world_.weather().repeat)) place_ -= 1 + world_.pick(std::min(place_, kRepeatedMost));
  if (caught_up()) return;
  const Message message = topic_[place_];  // the topic may grow while we work
  const auto at = place_;
  world_.step();
  handle_(message);
  world_.step();
  place_ = at + 1;
}

void Relay::turn() {
  const Message* message = next_(sent_);
  if (message == nullptr) return;
  const Message copy = *message;
  world_.step();
  topic_.push_back(copy);
  world_.step();
  ++sent_;
}

}  // namespace q2o::sim
