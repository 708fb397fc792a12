#include "sandbox/http/server.h"

#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "common/log/log.h"

namespace q2o::sandbox {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using std::chrono::milliseconds;

constexpr milliseconds kIdleMax{60'000};
constexpr milliseconds kHangMax{600'000};
constexpr int kPollMs = 100;

Request to_request(const http::request<http::string_body>& in) {
  Request out;
  out.method = std::string(in.method_string());
  const std::string_view target{in.target().data(), in.target().size()};
  const auto mark = target.find('?');
  // A '+' in a path is a plus; only the query is form-encoded.
  std::string path(target.substr(0, mark));
  out.path = url_decoded(path);
  if (mark != std::string_view::npos) out.query = form_fields(target.substr(mark + 1));
  for (const auto& field : in) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    out.headers.emplace(std::move(name), std::string(field.value()));
  }
  out.body = in.body();
  return out;
}

http::response<http::string_body> to_wire(Response&& answer, bool keep_alive) {
  http::response<http::string_body> out;
  out.version(11);
  out.result(static_cast<unsigned>(answer.status));
  out.set(http::field::content_type, answer.content_type);
  for (const auto& [name, value] : answer.headers) out.insert(name, value);
  out.keep_alive(keep_alive);
  out.body() = std::move(answer.body);
  out.prepare_payload();
  return out;
}

Response error_answer(int status, std::string_view message) {
  json::Writer out;
  out.begin_object().field("error", std::string(message)).end_object();
  return Response{status, out.take(), "application/json", {}};
}

/// Makes close() send a reset instead of an orderly end: the client sees a broken connection.
void reset(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

}  // namespace

struct Server::State {
  State(ServerOptions options_in, Handler handler_in, Faults& faults_in)
      : options(std::move(options_in)), handler(std::move(handler_in)), faults(faults_in), acceptor(io) {}

  struct Connection {
    explicit Connection(tcp::socket socket_in) : socket(std::move(socket_in)), fd(socket.native_handle()) {}
    tcp::socket socket;
    int fd;
    std::atomic<bool> done{false};
    std::thread thread;
  };

  void listen();
  void accept_loop();
  void start(tcp::socket socket);
  void serve(Connection& connection);
  bool wait_readable(int fd) const;
  /// Waits like a slow server, but not beyond stop(). False when stopped.
  bool pause(milliseconds time);
  /// No answer = the connection is cut.
  std::optional<Response> answer(const Request& request);
  std::optional<Response> struck(const Fault& fault, const Request& request);
  Response control(const Request& request);
  Response handled(const Request& request);
  void reap();

  ServerOptions options;
  Handler handler;
  Faults& faults;
  asio::io_context io;
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable stopped;
  std::list<std::unique_ptr<Connection>> connections;
  std::thread accepting;
};

void Server::State::listen() {
  boost::system::error_code error;
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), options.port);
  acceptor.open(endpoint.protocol());
  acceptor.set_option(asio::socket_base::reuse_address(true));
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw std::runtime_error(fmt::format("port {} on 127.0.0.1 cannot be used: {}", options.port, error.message()));
  port = acceptor.local_endpoint().port();
  accepting = std::thread([this] { accept_loop(); });
}

bool Server::State::wait_readable(int fd) const {
  for (milliseconds waited{0}; waited < kIdleMax && !stopping; waited += milliseconds(kPollMs)) {
    pollfd entry{fd, POLLIN, 0};
    if (::poll(&entry, 1, kPollMs) > 0) return true;
  }
  return false;
}

void Server::State::accept_loop() {
  while (!stopping) {
    pollfd entry{acceptor.native_handle(), POLLIN, 0};
    if (::poll(&entry, 1, kPollMs) <= 0) {
      reap();
      continue;
    }
    boost::system::error_code error;
    tcp::socket socket(io);
    acceptor.accept(socket, error);
    if (!error) start(std::move(socket));
  }
}

void Server::State::start(tcp::socket socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  reap();
  const std::lock_guard lock(mutex);
  if (connections.size() >= options.connections_max) return;  // closing it is the answer
  connections.push_back(std::make_unique<Connection>(std::move(socket)));
  auto& connection = *connections.back();
  connection.thread = std::thread([this, &connection] {
    try {
      serve(connection);
    } catch (const std::exception& surprise) {
      log::error("sandbox connection ended by a surprise", {{"what", surprise.what()}});
    }
    connection.done = true;
  });
}

void Server::State::reap() {
  std::list<std::unique_ptr<Connection>> finished;
  {
    const std::lock_guard lock(mutex);
    for (auto it = connections.begin(); it != connections.end();) {
      auto next = std::next(it);
      if ((*it)->done) finished.splice(finished.end(), connections, it);
      it = next;
    }
  }
  for (auto& connection : finished) connection->thread.join();
}

void Server::State::serve(Connection& connection) {
  beast::flat_buffer buffer;
  for (;;) {
    if (buffer.size() == 0 && !wait_readable(connection.fd)) break;
    boost::system::error_code error;
    http::request_parser<http::string_body> parser;
    parser.body_limit(options.body_bytes_max);
    http::read(connection.socket, buffer, parser, error);
    if (error == http::error::body_limit) {
      http::write(connection.socket, to_wire(error_answer(413, "the request is too large"), false), error);
      break;
    }
    if (error) break;
    const auto message = parser.release();
    auto reply = answer(to_request(message));
    if (!reply) {
      reset(connection.socket);
      return;
    }
    const bool keep_alive = message.keep_alive() && !stopping;
    http::write(connection.socket, to_wire(std::move(*reply), keep_alive), error);
    if (error || !keep_alive) break;
  }
  boost::system::error_code ignored;
  connection.socket.shutdown(tcp::socket::shutdown_both, ignored);
}

bool Server::State::pause(milliseconds time) {
  std::unique_lock lock(mutex);
  return !stopped.wait_for(lock, time, [this] { return stopping.load(); });
}

Response Server::State::handled(const Request& request) {
  try {
    return handler(request);
  } catch (const std::exception& surprise) {
    log::error("sandbox handler failed", {{"path", request.path}, {"what", surprise.what()}});
    return error_answer(500, surprise.what());
  }
}

std::optional<Response> Server::State::answer(const Request& request) {
  if (request.path == "/control/faults" || request.path == "/control/health") return control(request);
  const auto route = options.route_of ? options.route_of(request) : request.method + " " + request.path;
  if (const auto fault = faults.strike(route)) return struck(*fault, request);
  return handled(request);
}

std::optional<Response> Server::State::struck(const Fault& fault, const Request& request) {
  switch (fault.kind) {
    case FaultKind::cut_before:
      return std::nullopt;
    case FaultKind::cut_after:
      handled(request);
      return std::nullopt;
    case FaultKind::hang:
      pause(kHangMax);
      return std::nullopt;
    case FaultKind::slow:
      if (!pause(milliseconds(fault.delay_ms))) return std::nullopt;
      return handled(request);
    case FaultKind::too_many_requests:
    case FaultKind::server_error:
    case FaultKind::token_expired:
    case FaultKind::revoked:
      break;
  }
  const int status = fault.kind == FaultKind::too_many_requests ? 429 : fault.kind == FaultKind::server_error ? fault.status : 401;
  auto reply = options.fault_answer ? options.fault_answer(fault, request) : Response{status, "{}", "application/json", {}};
  if (fault.kind == FaultKind::too_many_requests && fault.retry_after_s > 0)
    reply.headers.emplace_back("Retry-After", std::to_string(fault.retry_after_s));
  return reply;
}

Response Server::State::control(const Request& request) {
  if (request.path == "/control/health") return Response{200, R"({"status":"ok"})", "application/json", {}};

  if (request.method == "DELETE") faults.clear();
  if (request.method == "POST") {
    const auto body = json::Document::parse(request.body);
    if (!body) return error_answer(400, body.error().message);
    if (const auto applied = faults.apply(body->root()); !applied) return error_answer(400, applied.error().message);
  }
  return Response{200, faults.describe(), "application/json", {}};
}

Server::Server(ServerOptions options, Handler handler, std::shared_ptr<Faults> faults)
    : faults_(std::move(faults)), state_(std::make_unique<State>(std::move(options), std::move(handler), *faults_)) {
  state_->listen();
}

Server::~Server() {
  stop();
}

void Server::stop() {
  if (state_->stopping.exchange(true)) return;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped.notify_all();
    // Wakes reads that wait for the rest of a request; answers under way are still written.
    for (auto& connection : state_->connections) ::shutdown(connection->fd, SHUT_RD);
  }
  state_->accepting.join();
  for (auto& connection : state_->connections) connection->thread.join();
  state_->connections.clear();
}

std::uint16_t Server::port() const {
  return state_->port;
}
std::string Server::url() const {
  return fmt::format("http://127.0.0.1:{}", state_->port);
}

}  // namespace q2o::sandbox
