#include "cli/login.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/json/json.h"

namespace q2o::cli {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kScheme = "https://";

std::string file_in(const std::string& folder) {
  return (fs::path(folder) / "login.json").string();
}

tl::unexpected<Error> bad_edge(const std::string& typed) {
  return fail(Code::invalid_argument, "\"" + typed + "\" is no address of an edge", "BAD_EDGE", "Give it as https://books.example.com.");
}

Result<std::string> content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return fail(Code::failed_precondition, path + " cannot be read", "NO_FILE", "Look at its name and rights.");
  return text.str();
}

/// Puts the credentials onto every call.
class Bearer final : public grpc::MetadataCredentialsPlugin {
 public:
  explicit Bearer(const Login& login) : login_(login) {}
  grpc::Status GetMetadata(grpc::string_ref, grpc::string_ref, const grpc::AuthContext&,
                           std::multimap<grpc::string, grpc::string>* metadata) override {
    if (!login_.key.empty()) {
      metadata->emplace("authorization", "Bearer " + login_.key.reveal());
    } else if (!login_.session.empty()) {
      metadata->emplace("cookie", std::string(kSessionCookie) + "=" + login_.session.reveal());
      // Whoever uses a cookie has to say that no foreign page does.
      metadata->emplace("origin", login_.edge);
    }
    return grpc::Status::OK;
  }

 private:
  const Login login_;
};

}  // namespace

Result<std::string> edge_address(const std::string& typed) {
  std::string_view rest = typed;
  if (rest.starts_with(kScheme)) rest.remove_prefix(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.empty() || rest.find_first_of("/?#@ \t\r\n") != std::string_view::npos || rest.find("://") != std::string_view::npos)
    return bad_edge(typed);
  return std::string(kScheme) + std::string(rest);
}

Result<std::optional<Login>> read_login(const std::string& state_folder) {
  Login out;
  if (const char* edge = std::getenv("Q2O_EDGE"); edge != nullptr && *edge != '\0') {
    const auto address = edge_address(edge);
    if (!address) return fail(address.error());
    out.edge = *address;
    if (const char* key = std::getenv("Q2O_API_KEY")) out.key = config::Secret(key);
    if (const char* file = std::getenv("Q2O_EDGE_CA")) {
      auto authorities = content(file);
      if (!authorities) return fail(authorities.error());
      out.authorities = std::move(*authorities);
    }
    return out;
  }
  const auto path = file_in(state_folder);
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) return std::nullopt;
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(Code::failed_precondition, path + " can be read by others", "LOGIN_NOT_PRIVATE",
                "chmod 600 it, or sign in again; who could read it could act for you: sign out everywhere if you doubt it.");
  auto text = content(path);
  if (!text) return fail(text.error());
  const auto document = json::Document::parse(std::move(*text));
  if (!document || !document->root().is_object())
    return fail(Code::failed_precondition, path + " is no login", "BAD_LOGIN_FILE", "Remove it and sign in again: q2o login.");
  const auto word = [&](const char* name) { return std::string(document->root()[name].text()); };
  const auto address = edge_address(word("edge"));
  if (!address) return fail(address.error());
  out.edge = *address;
  out.authorities = word("authorities");
  out.key = config::Secret(word("key"));
  out.session = config::Secret(word("session"));
  out.who = word("who");
  out.tenant = word("tenant");
  return out;
}

Status write_login(const std::string& state_folder, const Login& login) {
  json::Writer out;
  out.begin_object().field("edge", login.edge).field("authorities", login.authorities).field("key", login.key.reveal());
  out.field("session", login.session.reveal()).field("who", login.who).field("tenant", login.tenant).end_object();
  const config::Secret text(out.take());
  std::error_code seen_below;
  fs::create_directories(state_folder, seen_below);
  const auto path = file_in(state_folder);
  const auto fresh = path + ".new";
  ::unlink(fresh.c_str());
  // Private from its first moment, and whole or not there.
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  const bool written = file >= 0 && ::write(file, text.reveal().data(), text.reveal().size()) == static_cast<ssize_t>(text.reveal().size());
  if (file >= 0) ::close(file);
  if (!written || ::rename(fresh.c_str(), path.c_str()) != 0)
    return fail(Code::failed_precondition, "cannot write " + path, "STATE_FOLDER", "Choose another folder with Q2O_STATE.");
  return {};
}

bool forget_login(const std::string& state_folder) {
  return ::unlink(file_in(state_folder).c_str()) == 0;
}

std::shared_ptr<grpc::Channel> edge_channel(const Login& login) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = login.authorities;
  auto credentials = grpc::CompositeChannelCredentials(
      grpc::SslCredentials(tls), grpc::MetadataCredentialsFromPlugin(std::unique_ptr<grpc::MetadataCredentialsPlugin>(new Bearer(login))));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(64 << 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  auto target = login.edge.substr(kScheme.size());
  if (target.rfind(':') == std::string::npos || target.ends_with(']')) target += ":443";
  return grpc::CreateCustomChannel(target, credentials, arguments);
}

}  // namespace q2o::cli
