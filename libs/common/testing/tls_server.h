#pragma once

#include <functional>
#include <memory>
#include <string>

namespace q2o::testing {

/// A self-made certificate for one name, and its key. Files in a temporary directory, gone at exit.
struct Certificate {
  explicit Certificate(const std::string& name);
  std::string certificate_file, key_file;
};

/// As RawHttpServer, over TLS 1.2 or 1.3 on 127.0.0.1.
class TlsHttpServer {
 public:
  TlsHttpServer(const Certificate& certificate, std::function<std::string(const std::string& request)> answer);
  ~TlsHttpServer();
  TlsHttpServer(const TlsHttpServer&) = delete;
  TlsHttpServer& operator=(const TlsHttpServer&) = delete;
  int port() const;
  int connections() const;  ///< that were accepted, with or without a handshake

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace q2o::testing
