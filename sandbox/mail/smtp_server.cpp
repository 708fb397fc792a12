#include "sandbox/mail/smtp_server.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <fmt/format.h>

namespace q2o::sandbox::mail {
namespace {

constexpr std::size_t kMailBytesMax = 10u << 20;
constexpr std::size_t kSessionsMost = 64;

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

/// The address of "MAIL FROM:<a@b> SIZE=1".
std::string address_of(std::string_view line) {
  const auto open = line.find('<');
  const auto close = line.find('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  return std::string(line.substr(open + 1, close - open - 1));
}

}  // namespace

struct SmtpServer::Session {
  Session(SmtpServer& server_in, int socket) : server(server_in), fd(socket), wire(socket), thread([this] { run(); }) {}

  void run() {
    serve();
    ::shutdown(fd, SHUT_RDWR);  // now, not when somebody looks after us
    done = true;
  }

  void serve() {
    if (server.faults_.implicit_tls() && !wire.secure(server.certificate_)) return;
    if (!answer("connect", "220 sandbox ESMTP")) return;
    while (const auto line = wire.read_line()) {
      const auto command = upper(std::string_view(*line).substr(0, line->find(' ')));
      if (command == "QUIT") {
        wire.write("221 2.0.0 bye\r\n");
        return;
      }
      if (!obey(command, *line)) return;
    }
  }

  /// False: the connection ends.
  bool obey(const std::string& command, const std::string& line) {
    if (command == "EHLO" || command == "HELO") return greet();
    if (command == "STARTTLS") return start_tls();
    if (command == "AUTH") return sign_in(line);
    if (command == "MAIL") {
      forget();
      from = address_of(line);
      return answer("mail", "250 2.1.0 ok");
    }
    if (command == "RCPT") return add_recipient(line);
    if (command == "DATA") return take();
    if (command == "RSET") {
      forget();
      return say("250 2.0.0 ok");
    }
    return say(command == "NOOP" ? "250 2.0.0 ok" : "502 5.5.1 what is that?");
  }

  bool greet() {
    const bool offers = server.faults_.offers_starttls() && !wire.is_secure();
    return answer("ehlo", fmt::format("250-sandbox\r\n250-SIZE {}\r\n250-8BITMIME\r\n{}{}250 ENHANCEDSTATUSCODES", kMailBytesMax,
                                      offers ? "250-STARTTLS\r\n" : "", wire.is_secure() ? "250-AUTH PLAIN LOGIN\r\n" : ""));
  }

  bool start_tls() {
    if (!server.faults_.offers_starttls() || wire.is_secure()) return say("502 5.5.1 not here");
    forget();
    return answer("starttls", "220 2.0.0 go ahead") && wire.secure(server.certificate_);
  }

  bool sign_in(const std::string& line) {
    if (!wire.is_secure()) return say("538 5.7.11 only inside of TLS");
    const bool login = upper(line).starts_with("AUTH LOGIN");
    const int words = login ? 2 : std::ranges::count(line, ' ') >= 2 ? 0 : 1;
    for (int i = 0; i < words; ++i) {
      if (!say(login ? i == 0 ? "334 VXNlcm5hbWU6" : "334 UGFzc3dvcmQ6" : "334 ") || !wire.read_line()) return false;
    }
    return say("235 2.7.0 welcome");
  }

  bool add_recipient(const std::string& line) {
    const auto address = address_of(line);
    if (address.empty()) return say("501 5.1.3 no address");
    last_recipient = address;
    const auto before = refused;
    if (!answer("rcpt", "250 2.1.5 ok")) return false;
    if (refused == before) to.push_back(address);
    return true;
  }

  bool take() {
    if (to.empty()) return say("503 5.5.1 nobody to send it to");
    const auto before = refused;
    if (!answer("data", "354 go on, end with a dot")) return false;
    if (refused != before) return true;
    std::string raw;
    for (;;) {
      auto line = wire.read_line();
      if (!line) return false;
      if (*line == ".") break;
      if (line->starts_with('.')) line->erase(0, 1);
      if (raw.size() + line->size() > kMailBytesMax) return false;
      raw += *line + "\r\n";
    }
    const auto fault = server.faults_.strike("dot", last_recipient);
    if (fault && fault->kind == "reply") return say(fmt::format("{} {}", fault->code, fault->text));
    const bool dropped = fault && fault->kind == "drop";
    server.mailbox_.add({from, to, std::move(raw), wire.is_secure(), !dropped});
    forget();
    if (dropped || (fault && !server.pause(fault->delay_ms))) return false;
    return say("250 2.0.0 queued");
  }

  /// The right answer, unless a fault strikes this step.
  bool answer(std::string_view step, std::string_view right) {
    const auto fault = server.faults_.strike(step, last_recipient);
    if (!fault) return say(right);
    if (fault->kind == "drop") return false;
    if (fault->kind == "slow") return server.pause(fault->delay_ms) && say(right);
    ++refused;
    return say(fmt::format("{} {}", fault->code, fault->text)) && fault->code != 421;
  }

  bool say(std::string_view words) { return wire.write(fmt::format("{}\r\n", words)); }

  void forget() {
    from.clear();
    to.clear();
  }

  SmtpServer& server;
  const int fd;
  Wire wire;
  std::string from, last_recipient;
  std::vector<std::string> to;
  int refused = 0;
  std::atomic<bool> done = false;
  std::thread thread;  // last: it uses the others
};

SmtpServer::SmtpServer(std::uint16_t port, Mailbox& mailbox, SmtpFaults& faults) : mailbox_(mailbox), faults_(faults) {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to connections that the other side has left
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0) {
    ::close(listener_);
    throw std::runtime_error(fmt::format("port {} cannot be used for the sandbox's mail server", port));
  }
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { accept_all(); });
}

SmtpServer::~SmtpServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stopped_.notify_all();
    for (const auto& session : sessions_) ::shutdown(session->fd, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);  // wakes accept
  accepting_.join();
  ::close(listener_);
  for (const auto& session : sessions_) session->thread.join();
}

void SmtpServer::accept_all() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      if (socket >= 0) ::close(socket);
      return;
    }
    sessions_.remove_if([](const auto& session) {
      if (!session->done) return false;
      session->thread.join();
      return true;
    });
    if (socket < 0) continue;
    if (sessions_.size() >= kSessionsMost)
      ::close(socket);
    else
      sessions_.push_back(std::make_unique<Session>(*this, socket));
  }
}

bool SmtpServer::pause(int milliseconds) {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_for(lock, std::chrono::milliseconds(milliseconds), [this] { return stopping_; });
}

}  // namespace q2o::sandbox::mail
