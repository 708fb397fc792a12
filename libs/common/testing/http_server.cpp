#include "common/testing/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

namespace q2o::testing {
namespace {

/// How many bytes belong to the request; 0 while its head is incomplete.
std::size_t expected_size(const std::string& request) {
  const auto head_end = request.find("\r\n\r\n");
  if (head_end == std::string::npos) return 0;
  const auto length = request.find("Content-Length: ");
  const std::size_t body = length < head_end ? std::stoul(request.substr(length + 16)) : 0;
  return head_end + 4 + body;
}

std::string read_request(int client) {
  std::string request;
  char buffer[4096];
  while (expected_size(request) == 0 || request.size() < expected_size(request)) {
    const auto got = recv(client, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    request.append(buffer, static_cast<std::size_t>(got));
  }
  return request;
}

void send_all(int client, std::string_view text) {
  while (!text.empty()) {
    const auto sent = send(client, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the client left early: that is what some tests are about
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

RawHttpServer::RawHttpServer(std::function<std::string(const std::string&)> answer, bool keep) : answer_(std::move(answer)), keep_(keep) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("test server cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this] { serve(); });
}

RawHttpServer::~RawHttpServer() {
  shutdown(listener_, SHUT_RDWR);  // wakes accept()
  thread_.join();
  close(listener_);
}

void RawHttpServer::talk(int client) const {
  for (auto request = read_request(client); !request.empty();) {
    const auto answer = answer_(request);
    send_all(client, answer);
    request = keep_ && !answer.empty() ? read_request(client) : std::string();
  }
  close(client);
}

void RawHttpServer::serve() {
  std::vector<std::jthread> kept;
  for (int client = accept(listener_, nullptr, nullptr); client >= 0; client = accept(listener_, nullptr, nullptr)) {
    if (keep_)
      kept.emplace_back([this, client] { talk(client); });
    else
      talk(client);
  }
}

}  // namespace q2o::testing
