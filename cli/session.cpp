#include "cli/session.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "common/ids/ids.h"
#include "common/json/json.h"

namespace q2o::cli {
namespace {

struct Peer {
  const char* service;
  const char* variable;
  const char* fallback;  // as in deploy/local/ports.env
};
constexpr Peer kPeers[]{{"billing", "Q2O_PORT_BILLING", "15101"},     {"connector", "Q2O_PORT_CONNECTOR", "15102"},
                        {"mapper", "Q2O_PORT_MAPPER", "15103"},       {"loader", "Q2O_PORT_LOADER", "15104"},
                        {"validator", "Q2O_PORT_VALIDATOR", "15105"}, {"notifier", "Q2O_PORT_NOTIFIER", "15106"},
                        {"identity", "Q2O_PORT_IDENTITY", "15107"}};

Result<std::string> read_or_create_tenant(const std::string& folder) {
  const std::filesystem::path path = std::filesystem::path(folder) / "tenant";
  std::error_code ignored_exists;
  std::filesystem::create_directories(folder, ignored_exists);
  std::string id;
  if (std::ifstream in(path); in) in >> id;
  if (ids::is_uuid(id)) return id;
  if (!id.empty())
    return fail(Code::failed_precondition, path.string() + " does not hold a tenant id", "BAD_TENANT_FILE", "Restore or remove the file.");
  id = ids::uuid_v4();
  std::ofstream out(path);
  out << id << '\n';
  if (!out.flush())
    return fail(Code::failed_precondition, "cannot write " + path.string(), "STATE_FOLDER", "Choose another folder with Q2O_STATE.");
  return id;
}

/// The login of who runs the program; a person must be found again behind what was paused, stopped or accepted.
std::string login() {
  const auto* known = getpwuid(geteuid());
  return known == nullptr ? "user " + std::to_string(geteuid()) : known->pw_name;
}

}  // namespace

void Session::use(const Login& at_edge) {
  login = at_edge;
  edge = edge_channel(at_edge);
  tenant = at_edge.tenant;
}

std::shared_ptr<grpc::Channel> Session::channel(const std::string& service) const {
  if (edge) return edge;
  return rpc::channel(peers.at(service));
}

bool Session::never_reached(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE && status.error_details().empty() &&
         status.error_message().find("failed to connect") != std::string::npos;
}

Error Session::explain(const std::string& service, Error error) const {
  if (login) {
    if (error.code == Code::unavailable && error.hint.empty()) {
      error.message = "the edge at " + login->edge + " does not answer: " + error.message;
      error.hint = "Look at the address and the certificate; `q2o logout` to work with the services of this machine again.";
    }
    if (error.reason == "SESSION_ENDED") error.hint = "Sign in again: q2o login " + login->edge;
    return error;
  }
  if (error.code == Code::unavailable && error.hint.empty()) {
    error.message = "the " + service + " service does not answer at " + peers.at(service) + ": " + error.message;
    error.hint = "Start the stack with `make up`, look at it with `make status` and `make logs SERVICE=" + service + "`.";
  }
  return error;
}

Result<Session> open_session(const std::string& state_folder) {
  Session session;
  session.state_folder = state_folder;
  session.actor = "cli:" + login();
  for (const Peer& peer : kPeers) {
    const char* port = std::getenv(peer.variable);
    session.peers[peer.service] = std::string("127.0.0.1:") + (port ? port : peer.fallback);
  }
  const auto login = read_login(state_folder);
  if (!login) return fail(login.error());
  if (*login) {
    session.use(**login);
    return session;
  }
  if (const char* tenant = std::getenv("Q2O_TENANT")) {
    session.tenant = tenant;
    if (!ids::is_uuid(session.tenant))
      return fail(Code::invalid_argument, "Q2O_TENANT is not a UUID", "BAD_TENANT", "Unset it, or give the tenant's UUID.");
    return session;
  }
  auto tenant = read_or_create_tenant(state_folder);
  if (!tenant) return fail(tenant.error());
  session.tenant = *tenant;
  return session;
}

int report_error(const Session& session, const Error& error) {
  if (session.json) {
    json::Writer out;
    out.begin_object().key("error").begin_object();
    out.field("message", error.message).field("reason", error.reason).field("hint", error.hint).field("code", static_cast<int>(error.code));
    out.end_object().end_object();
    std::cout << out.text() << '\n';
  } else {
    std::cerr << "q2o: " << error.message << '\n';
    if (!error.hint.empty()) std::cerr << "     " << error.hint << '\n';
    if (!error.reason.empty()) std::cerr << "     (" << error.reason << ")\n";
  }
  return kError;
}

}  // namespace q2o::cli
