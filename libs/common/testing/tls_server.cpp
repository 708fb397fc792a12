#include "common/testing/tls_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "common/testing/process.h"

namespace q2o::testing {
namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

/// The head, and a body by its Content-Length.
std::string read_request(SSL* session) {
  std::string request;
  char buffer[4096];
  for (;;) {
    const auto head = request.find("\r\n\r\n");
    const auto length = request.find("Content-Length: ");
    if (head != std::string::npos && request.size() >= head + 4 + (length < head ? std::stoul(request.substr(length + 16)) : 0))
      return request;
    const int got = SSL_read(session, buffer, sizeof buffer);
    if (got <= 0) return request;
    request.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace

Certificate::Certificate(const std::string& name) {
  const auto folder = temporary_directory("certificate");
  certificate_file = folder + "/cert.pem";
  key_file = folder + "/key.pem";
  run({{"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key_file, "-out",
        certificate_file, "-days", "30", "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name},
       folder + "/openssl.log"});
}

struct TlsHttpServer::State {
  std::function<std::string(const std::string&)> answer;
  Context context{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
  int listener = -1;
  int port = 0;
  std::atomic<int> connections{0};
  std::jthread thread;

  void serve() {
    for (int client = accept(listener, nullptr, nullptr); client >= 0; client = accept(listener, nullptr, nullptr)) {
      ++connections;
      const Session session(SSL_new(context.get()), &SSL_free);
      SSL_set_fd(session.get(), client);
      if (SSL_accept(session.get()) == 1) {
        const auto text = answer(read_request(session.get()));
        static_cast<void>(SSL_write(session.get(), text.data(), static_cast<int>(text.size())));
        SSL_shutdown(session.get());
      }
      close(client);
    }
  }
};

TlsHttpServer::TlsHttpServer(const Certificate& certificate, std::function<std::string(const std::string&)> answer)
    : state_(std::make_unique<State>()) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to connections that the other side has left
  state_->answer = std::move(answer);
  auto* context = state_->context.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (SSL_CTX_use_certificate_file(context, certificate.certificate_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, certificate.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    throw std::runtime_error("the test server cannot read its certificate");
  state_->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(state_->listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(state_->listener, 64) != 0 ||
      getsockname(state_->listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("test server cannot listen");
  state_->port = ntohs(address.sin_port);
  state_->thread = std::jthread([state = state_.get()] { state->serve(); });
}

TlsHttpServer::~TlsHttpServer() {
  shutdown(state_->listener, SHUT_RDWR);  // wakes accept()
  state_->thread.join();
  close(state_->listener);
}

int TlsHttpServer::port() const {
  return state_->port;
}
int TlsHttpServer::connections() const {
  return state_->connections;
}

}  // namespace q2o::testing
