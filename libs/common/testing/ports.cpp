#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>

#include "common/testing/testing.h"

namespace q2o::testing {
namespace {

// Below the ports that Linux gives to clients (from 32768). tests/integration/ports.py deals out the same blocks.
constexpr int kFirst = 20000, kPerBlock = 60, kBlocks = 200;

/// Takes a block for this process by a lock on a file that ends with the process.
int take_block() {
  const auto folder = std::filesystem::path("/tmp/q2o-ports");
  std::filesystem::create_directories(folder);
  for (int block = 0; block < kBlocks; ++block) {
    const int file = open((folder / std::to_string(block)).c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    if (file < 0) continue;
    if (flock(file, LOCK_EX | LOCK_NB) == 0) return block;
    close(file);
  }
  throw std::runtime_error("all blocks of test ports are taken: " + folder.string());
}

bool is_free(int port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool good = bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(probe);
  return good;
}

}  // namespace

int free_port() {
  static const int block = take_block();
  static std::atomic<int> handed_out = 0;
  for (int tries = 0; tries < kPerBlock; ++tries)
    if (const int port = kFirst + block * kPerBlock + handed_out++ % kPerBlock; is_free(port)) return port;
  throw std::runtime_error("no free port");
}

}  // namespace q2o::testing
