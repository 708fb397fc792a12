#include "common/liveness/liveness.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <optional>
#include <sstream>

#include "common/ids/ids.h"

namespace q2o::liveness {
namespace {

std::string boot() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id.substr(0, 8);
}

/// Which process ids we see: containers have their own.
std::string pid_namespace() {
  std::array<char, 64> text{};
  const auto size = readlink("/proc/self/ns/pid", text.data(), text.size());
  const std::string_view name(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);  // "pid:[4026531836]"
  std::string digits;
  for (const char c : name)
    if (c >= '0' && c <= '9') digits += c;
  return digits;
}

/// When it began, in ticks since boot (field 22 of its stat); nothing when there is no such process. A zombie runs no more.
std::optional<std::string> start_of(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  std::istringstream rest(line.substr(line.rfind(')') + 1));  // the name before may contain anything
  std::string word;
  rest >> word;
  if (word == "Z" || word == "X") return std::nullopt;
  for (int field = 4; field <= 22; ++field) rest >> word;
  return word;
}

}  // namespace

std::string make_name(std::string_view service) {
  const std::string pid = std::to_string(getpid());
  return fmt::format("{}-{}@{}.{}.{}.{}", service, ids::uuid_v4().substr(0, 8), boot(), pid_namespace(), pid, start_of(pid).value_or(""));
}

bool certainly_dead(std::string_view name) {
  const auto at = name.rfind('@');
  if (at == std::string_view::npos) return false;
  std::istringstream parts{std::string(name.substr(at + 1))};
  std::array<std::string, 4> part;  // boot, namespace, pid, start
  for (auto& one : part)
    if (!std::getline(parts, one, '.') || one.empty()) return false;
  static const std::string kBoot = boot(), kNamespace = pid_namespace();
  if (part[0] != kBoot || part[1] != kNamespace) return false;
  return start_of(part[2]) != part[3];
}

}  // namespace q2o::liveness
