#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace q2o::sandbox::mail {

/// A certificate for localhost and 127.0.0.1 that the program makes for itself and signs itself. Thread-safe once made.
class Certificate {
 public:
  Certificate();
  SSL_CTX* context() const { return context_.get(); }
  const std::string& pem() const { return pem_; }  ///< what a client has to trust

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
  std::string pem_;
};

/// One accepted connection, in clear until secure(). One thread; another one may only call ::shutdown on the descriptor.
class Wire {
 public:
  explicit Wire(int socket);  ///< closes it at the end
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  /// Without its line end; nothing when the other side has gone, is silent for a minute, or sends a line of more than 64 KiB.
  std::optional<std::string> read_line();
  bool write(std::string_view text);
  /// What was read before the handshake is thrown away (command injection).
  bool secure(const Certificate& certificate);
  bool is_secure() const { return tls_ != nullptr; }

 private:
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };
  int socket_;
  std::unique_ptr<SSL, Free> tls_;
  std::string buffer_;
};

}  // namespace q2o::sandbox::mail
