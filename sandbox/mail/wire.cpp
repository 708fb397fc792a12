#include "sandbox/mail/wire.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <stdexcept>

#include "common/crypto/freed.h"

namespace q2o::sandbox::mail {
namespace {

constexpr std::size_t kLineMax = 64 << 10;

using crypto::Freed;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free>>;

void require(bool good) {
  if (!good) throw std::runtime_error("the sandbox's mail server cannot make its certificate");
}

X509Ptr self_signed(EVP_PKEY* key) {
  X509Ptr out(X509_new());
  require(out != nullptr);
  X509_set_version(out.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), 365L * 86400);
  X509_set_pubkey(out.get(), key);
  auto* name = X509_get_subject_name(out.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("q2o-sandbox mail"), -1, -1, 0);
  X509_set_issuer_name(out.get(), name);
  for (const auto& [nid, value] :
       {std::pair{NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"}, std::pair{NID_basic_constraints, "critical,CA:TRUE"}}) {
    const Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
    require(extension != nullptr && X509_add_ext(out.get(), extension.get(), -1) == 1);
  }
  require(X509_sign(out.get(), key, EVP_sha256()) > 0);
  return out;
}

}  // namespace

Certificate::Certificate() : context_(SSL_CTX_new(TLS_server_method())) {
  const Key key(EVP_EC_gen("P-256"));
  require(context_ != nullptr && key != nullptr);
  const auto certificate = self_signed(key.get());
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  require(SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1 && SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1);
  const Memory memory(BIO_new(BIO_s_mem()));
  require(memory != nullptr && PEM_write_bio_X509(memory.get(), certificate.get()) == 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  pem_.assign(text, static_cast<std::size_t>(size));
}

Wire::Wire(int socket) : socket_(socket) {
  constexpr timeval kSilence{60, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kSilence, sizeof kSilence);
}

Wire::~Wire() {
  if (tls_) SSL_shutdown(tls_.get());
  tls_.reset();
  ::close(socket_);
}

std::optional<std::string> Wire::read_line() {
  for (;;) {
    if (const auto end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      if (!line.empty() && line.back() == '\r') line.pop_back();
      return line;
    }
    if (buffer_.size() > kLineMax) return std::nullopt;
    char piece[16384];
    const auto got = tls_ ? SSL_read(tls_.get(), piece, sizeof piece) : static_cast<int>(::recv(socket_, piece, sizeof piece, 0));
    if (got <= 0) return std::nullopt;
    buffer_.append(piece, static_cast<std::size_t>(got));
  }
}

bool Wire::write(std::string_view text) {
  while (!text.empty()) {
    const auto sent = tls_ ? SSL_write(tls_.get(), text.data(), static_cast<int>(text.size()))
                           : static_cast<int>(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL));
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Wire::secure(const Certificate& certificate) {
  buffer_.clear();
  tls_.reset(SSL_new(certificate.context()));
  if (!tls_ || SSL_set_fd(tls_.get(), socket_) != 1 || SSL_accept(tls_.get()) != 1) {
    tls_.reset();
    return false;
  }
  return true;
}

}  // namespace q2o::sandbox::mail
