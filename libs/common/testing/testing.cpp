#include "common/testing/testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
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

int free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool good = bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                    getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(probe);
  if (!good) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

}  // namespace q2o::testing
