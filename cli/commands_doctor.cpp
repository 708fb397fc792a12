#include <fmt/format.h>
#include <sys/statvfs.h>

#include <cstdlib>
#include <iostream>

#include "cli/commands.h"
#include "common/http/http.h"
#include "common/json/json.h"

namespace q2o::cli {
namespace {

struct Finding {
  std::string what, state, detail;
  bool good = true;
};

Finding check_service(const std::string& service) {
  std::string variable = "Q2O_PORT_" + service + "_ADMIN";
  for (char& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const char* port = std::getenv(variable.c_str());
  if (!port) return {service, "unknown", variable + " is not set: start q2o by ./q2o in the project's folder", false};
  http::Client client;
  http::Request request;
  request.url = std::string("http://127.0.0.1:") + port + "/ready";
  const auto response = client.send(request, std::chrono::seconds(3));
  if (!response) return {service, "down", response.error().message + "; see `make logs SERVICE=" + service + "`", false};
  return {service, response->status == 200 ? "ready" : "not ready", response->body.substr(0, 200), response->status == 200};
}

Finding check_disk(const std::string& folder) {
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0) return {"disk", "unknown", "cannot look at " + folder, false};
  const auto free_mib = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize >> 20;
  return {"disk", free_mib > 2048 ? "enough" : "low", fmt::format("{} MiB free", free_mib), free_mib > 2048};
}

}  // namespace

int doctor(const Session& session) {
  std::vector<Finding> findings;
  for (const auto& [service, address] : session.peers) findings.push_back(check_service(service));
  findings.push_back(check_disk(session.state_folder));
  bool good = true;
  json::Writer out;
  out.begin_array();
  for (const auto& finding : findings) {
    good = good && finding.good;
    out.begin_object().field("what", finding.what).field("state", finding.state).field("detail", finding.detail).field("good", finding.good).end_object();
    if (!session.json) std::cout << fmt::format("  {} {:<10} {:<10} {}\n", finding.good ? "ok " : "BAD", finding.what, finding.state, finding.detail);
  }
  out.end_array();
  if (session.json) std::cout << out.text() << '\n';
  else std::cout << (good ? "All parts answer.\n" : "Something needs you: see BAD above.\n");
  return good ? kDone : kError;
}

}  // namespace q2o::cli
