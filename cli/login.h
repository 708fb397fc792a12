#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/config/config.h"
#include "common/result/result.h"

/// Being signed in at an edge: from then on every command goes there, over TLS, instead of to the services of this machine.
namespace q2o::cli {

struct Login {
  std::string edge;         ///< "https://localhost:15443"
  std::string authorities;  ///< PEM of who vouches for the edge's certificate; empty: the system's
  config::Secret key;       ///< an API key; or
  config::Secret session;   ///< a session
  std::string who, tenant;  ///< for words only; the edge decides itself
};

/// As identity names it (services/identity/edge/session_cookie.h).
inline constexpr std::string_view kSessionCookie = "__Host-q2o_session";

/// "https://books.example.com" or with a port, nothing more; given without the scheme too. Error BAD_EDGE.
Result<std::string> edge_address(const std::string& typed);

/// From Q2O_EDGE with Q2O_API_KEY (and Q2O_EDGE_CA), else from the folder's file `login.json`, which only its owner may read. Nothing: not
/// signed in.
Result<std::optional<Login>> read_login(const std::string& state_folder);
Status write_login(const std::string& state_folder, const Login& login);
/// False: there was none.
bool forget_login(const std::string& state_folder);

/// Every call over it bears the credentials. One per process.
std::shared_ptr<grpc::Channel> edge_channel(const Login& login);

}  // namespace q2o::cli
