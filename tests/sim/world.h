#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

/// One process that plays all of them: a seeded scheduler decides after every step who goes on and who dies.
namespace q2o::sim {

/// The process that was at work is gone; what it had not made durable is lost.
struct Crashed {};
/// The run does not come to its end.
struct Stuck : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class World;

/// A service (or a part of one that can die alone). `turn` does a little; `born` follows a crash.
class Process {
 public:
  virtual ~Process() = default;
  virtual void turn() = 0;
  virtual void born() {}
  /// Its turn lasts until others have done something: it never begins while one of those is in the middle of its own.
  virtual bool lasts() const { return false; }

 private:
  friend class World;
  bool at_work_ = false;  ///< somewhere below on the stack
};

/// How much goes wrong.
struct Weather {
  int crashes = 0;     ///< at most so many in a run
  double crash = 0;    ///< chance at each step
  double repeat = 0;   ///< chance that a consumer is put back a few messages
  double trouble = 0;  ///< chance that a call to the target is refused or its answer is lost
  double zombie = 0;   ///< chance that a lease runs out although its holder lives
  int pauses = 0;      ///< how often a person pauses the run
  std::uint64_t steps_most = 200'000;
};

class World {
 public:
  World(std::uint64_t seed, Weather weather) : random_(seed), weather_(weather), crashes_left_(weather.crashes) {}

  void add(Process& process) { processes_.push_back(&process); }
  /// A border between two steps of the process at work: others may go on here, and it may die here.
  void step();
  /// Lets processes have their turn until it is over.
  void run_until(const std::function<bool()>& over);

  /// From now on nothing goes wrong any more.
  void calm() {
    crashes_left_ = 0;
    weather_.trouble = 0;
  }
  bool chance(double probability) { return std::uniform_real_distribution<double>(0, 1)(random_) < probability; }
  std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }
  const Weather& weather() const { return weather_; }
  int crashes() const { return crashes_; }
  std::uint64_t steps() const { return steps_; }

 private:
  void let_somebody_work();
  std::mt19937_64 random_;
  Weather weather_;
  int crashes_left_, crashes_ = 0;
  int depth_ = 0, short_at_work_ = 0;
  std::uint64_t steps_ = 0;
  std::vector<Process*> processes_;
};

/// A topic of the broker: in order, for ever.
struct Message {
  std::string id, value;
};
using Topic = std::vector<Message>;

/// A member of a group: at least once, in order. Where it stands is durable, and moves only after the handler has made its effects so.
class Consumer : public Process {
 public:
  Consumer(World& world, const Topic& topic, std::function<void(const Message&)> handle)
      : world_(world), topic_(topic), handle_(std::move(handle)) {}
  void turn() override;
  bool caught_up() const { return place_ == topic_.size(); }

 private:
  World& world_;
  const Topic& topic_;
  std::function<void(const Message&)> handle_;
  std::size_t place_ = 0;
};

/// Publishes what a service has stored beside its effects, at least once, in order.
class Relay : public Process {
 public:
  /// `next(n)`: the n-th stored message, or nothing.
  Relay(World& world, Topic& topic, std::function<const Message*(std::size_t)> next)
      : world_(world), topic_(topic), next_(std::move(next)) {}
  void turn() override;

 private:
  World& world_;
  Topic& topic_;
  std::function<const Message*(std::size_t)> next_;
  std::size_t sent_ = 0;
};

}  // namespace q2o::sim
