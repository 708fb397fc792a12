#include "common/runtime/admin.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace q2o::runtime {
namespace {

constexpr std::size_t kRequestBytesMax = 8192;
constexpr int kSecondsMax = 2;

/// The path of "GET /path HTTP/1.1"; empty when it is something else.
std::string read_path(int client) {
  std::string request;
  char buffer[1024];
  while (request.find("\r\n\r\n") == std::string::npos && request.size() < kRequestBytesMax) {
    const ssize_t n = recv(client, buffer, sizeof buffer, 0);
    if (n <= 0) break;
    request.append(buffer, static_cast<std::size_t>(n));
  }
  if (!request.starts_with("GET ")) return {};
  const auto end = request.find_first_of(" ?\r\n", 4);
  return end == std::string::npos ? std::string() : request.substr(4, end - 4);
}

void send_all(int client, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = send(client, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;  // the asker went away: nothing to do
    sent += static_cast<std::size_t>(n);
  }
}

}  // namespace

AdminServer::AdminServer(int port, std::function<AdminAnswer(const std::string&)> answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener_, 16) != 0) {
    close(listener_);
    throw std::runtime_error("cannot listen on 127.0.0.1:" + std::to_string(port) + " (admin.port): the port is taken");
  }
  socklen_t size = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  if (pipe(wake_) != 0) throw std::runtime_error("no pipe");
  thread_ = std::thread([this] { serve(); });
}

AdminServer::~AdminServer() {
  close(wake_[1]);
  thread_.join();
  close(wake_[0]);
  close(listener_);
}

void AdminServer::serve() {
  for (;;) {
    pollfd waiting[2]{{listener_, POLLIN, 0}, {wake_[0], POLLIN | POLLHUP, 0}};
    if (poll(waiting, 2, -1) < 0) continue;
    if (waiting[1].revents) return;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const timeval limit{kSecondsMax, 0};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const std::string path = read_path(client);
    const AdminAnswer answer = path.empty() ? AdminAnswer{400, "only GET\n"} : answer_(path);
    send_all(client, "HTTP/1.1 " + std::to_string(answer.status) + (answer.status == 200 ? " OK" : " Not OK") +
                         "\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\nContent-Length: " +
                         std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body);
    close(client);
  }
}

}  // namespace q2o::runtime
