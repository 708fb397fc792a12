#include "common/testing/testing.h"

#include <cstdlib>
#include <filesystem>
#include <thread>

namespace q2o::testing {

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds deadline) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

std::string shared_folder() {
  if (const char* given = std::getenv("Q2O_SHARED")) return given;
  const auto beside = std::filesystem::path(Q2O_SOURCE_DIR).parent_path() / "shared";
  return std::filesystem::is_directory(beside) ? beside.string() : std::string();
}

}  // namespace q2o::testing
