#include "sandbox/mail/mail.h"

namespace q2o::sandbox::mail {
namespace {

Response error(int status, const std::string& message) {
  return {status, Node::object({{"error", message}}).dump()};
}

}  // namespace

Response MailSandbox::handle(const Request& request) {
  const auto& path = request.path;
  if (path == "/mailbox") {
    if (request.method == "DELETE") mailbox_.clear();
    return {200, mailbox_.describe(std::string(request.parameter("to"))).dump(2)};
  }
  if (path == "/control/smtp") return control_smtp(request);
  if (path == "/control/certificate") return {200, certificate_pem(), "application/x-pem-file"};
  if (path == "/control/hooks" && request.method == "POST") return hooks_.script(request);
  if (path == "/hooks" && request.method == "DELETE") {
    hooks_.clear();
    return {200, "{}"};
  }
  constexpr std::string_view kHook = "/hook/", kHooks = "/hooks/";
  if (path.starts_with(kHook) && request.method == "POST") return hooks_.receive(path.substr(kHook.size()), request);
  if (path.starts_with(kHooks) && request.method == "GET") return {200, hooks_.describe(path.substr(kHooks.size())).dump(2)};
  return error(404, "there is nothing here; see sandbox/README.md");
}

Response MailSandbox::control_smtp(const Request& request) {
  if (request.method == "DELETE") faults_.clear();
  if (request.method == "POST") {
    const auto body = json::Document::parse(request.body);
    if (!body) return error(400, body.error().message);
    if (const auto applied = faults_.apply(body->root()); !applied) return error(400, applied.error().message);
  }
  return {200, faults_.describe()};
}

}  // namespace q2o::sandbox::mail
