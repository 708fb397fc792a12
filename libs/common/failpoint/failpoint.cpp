#include "common/failpoint/failpoint.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>

namespace q2o::failpoint {
namespace {

#ifdef Q2O_FAILPOINTS
constexpr bool kCompiledIn = true;
#else
constexpr bool kCompiledIn = false;
#endif

enum class Action { kill, stop, error, delay };

struct Rule {
  std::size_t point = 0;
  std::string detail;  ///< empty: any
  Action action = Action::kill;
  std::chrono::milliseconds delay{0};
  std::uint64_t nth = 0;   ///< 0: every
  std::uint64_t seen = 0;  ///< hits that this rule concerns
};

struct Registry {
  std::atomic<bool> active = false;
  std::mutex mutex;
  std::vector<Counted> points;
  std::vector<Rule> rules;
};

/// Made by the first point that is declared, wherever that is, and never destroyed: threads may hit points until the very end.
Registry& registry() {
  static Registry& all = *new Registry;
  return all;
}

[[noreturn]] void wrong(std::string_view rule, const std::string& what) {
  throw std::invalid_argument("Q2O_FAILPOINTS: \"" + std::string(rule) + "\": " + what);
}

std::uint64_t number(std::string_view rule, std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (problem != std::errc{} || end != text.data() + text.size()) wrong(rule, "\"" + std::string(text) + "\" is no number");
  return out;
}

void read_action(std::string_view rule, std::string_view text, Rule& out) {
  if (text == "kill") {
    out.action = Action::kill;
  } else if (text == "stop") {
    out.action = Action::stop;
  } else if (text == "error") {
    out.action = Action::error;
  } else if (text.starts_with("delay:")) {
    out.action = Action::delay;
    out.delay = std::chrono::milliseconds(number(rule, text.substr(6)));
  } else {
    wrong(rule, "the action is kill, stop, error or delay:MILLISECONDS");
  }
}

/// NAME[DETAIL]=ACTION@NTH. Points that this program does not have are passed by: one environment serves all services.
std::optional<Rule> read_rule(std::string_view text) {
  const auto equals = text.rfind('=');
  if (equals == std::string_view::npos) wrong(text, "NAME=ACTION is expected");
  auto name = text.substr(0, equals);
  auto action = text.substr(equals + 1);
  Rule rule;
  if (const auto at = action.find('@'); at != std::string_view::npos) {
    rule.nth = number(text, action.substr(at + 1));
    if (rule.nth == 0) wrong(text, "hits are counted from 1");
    action = action.substr(0, at);
  }
  read_action(text, action, rule);
  if (const auto bracket = name.find('['); bracket != std::string_view::npos) {
    if (!name.ends_with(']')) wrong(text, "the detail does not end with ]");
    rule.detail = name.substr(bracket + 1, name.size() - bracket - 2);
    name = name.substr(0, bracket);
  }
  const auto& points = registry().points;
  const auto found = std::ranges::find(points, name, &Counted::name);
  if (found == points.end()) return std::nullopt;
  rule.point = static_cast<std::size_t>(found - points.begin());
  return rule;
}

std::vector<Rule> read_rules(std::string_view text) {
  std::vector<Rule> rules;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto one = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    if (one.empty() || one == "on") continue;
    if (auto rule = read_rule(one)) rules.push_back(std::move(*rule));
  }
  return rules;
}

void act(const Rule& rule, const std::string& name) {
  switch (rule.action) {
    case Action::kill:
      ::kill(getpid(), SIGKILL);
      pause();  // nothing of ours runs any more
      break;
    case Action::stop:
      ::kill(getpid(), SIGSTOP);
      break;
    case Action::error:
      throw Struck("fail point " + name);
    case Action::delay:
      std::this_thread::sleep_for(rule.delay);
      break;
  }
}

}  // namespace

Point::Point(const char* name) {
  auto& all = registry();
  const std::lock_guard lock(all.mutex);
  if (std::ranges::find(all.points, name, &Counted::name) != all.points.end()) std::abort();  // two places must not share a name
  index_ = all.points.size();
  all.points.push_back({name, 0});
}

void Point::hit(std::string_view detail) const {
  if constexpr (!kCompiledIn) return;
  auto& all = registry();
  if (!all.active.load(std::memory_order_relaxed)) return;
  std::vector<Rule> due;
  std::string name;
  {
    const std::lock_guard lock(all.mutex);
    ++all.points[index_].hits;
    for (auto& rule : all.rules) {
      if (rule.point != index_ || (!rule.detail.empty() && rule.detail != detail)) continue;
      if (++rule.seen == rule.nth || rule.nth == 0) due.push_back(rule);
    }
    if (due.empty()) return;
    name = all.points[index_].name;
  }
  for (const auto& rule : due) act(rule, name);
}

bool compiled_in() {
  return kCompiledIn;
}
bool active() {
  return registry().active;
}

std::vector<Counted> points() {
  auto& all = registry();
  const std::lock_guard lock(all.mutex);
  auto out = all.points;
  std::ranges::sort(out, {}, &Counted::name);
  return out;
}

void arm(std::string_view specification) {
  auto& all = registry();
  const std::lock_guard lock(all.mutex);
  all.rules = read_rules(specification);
  for (auto& point : all.points) point.hits = 0;
  all.active = kCompiledIn;
}

void arm_from_environment() {
  const char* specification = std::getenv("Q2O_FAILPOINTS");
  if (specification == nullptr || *specification == '\0') return;
  if (!kCompiledIn) throw std::invalid_argument("Q2O_FAILPOINTS is set, but this build has no fail points (CMake option Q2O_FAILPOINTS)");
  arm(specification);
}

}  // namespace q2o::failpoint
