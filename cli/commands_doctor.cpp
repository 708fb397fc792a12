#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <set>

#include "cli/commands.h"
#include "cli/metrics_text.h"
#include "cli/terminal.h"
#include "common/http/http.h"
#include "common/json/json.h"
#include "q2o/connector/v1/connector.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"

namespace q2o::cli {
namespace {

constexpr int kPatienceMilliseconds = 2000;
/// A run in progress is some hundred messages behind; thousands mean that somebody does not work.
constexpr double kLagMost = 5000;
constexpr std::uint64_t kDiskLeastMib = 2048;

struct Finding {
  std::string what, state, detail;
  std::string todo;  ///< what a person does about it; empty when all is well
  bool good() const { return todo.empty(); }
};
using Findings = std::vector<Finding>;

std::string logs_of(const std::string& service) {
  return "look at `make logs SERVICE=" + service + "`";
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

Result<http::Response> ask(const std::string& port, const std::string& path) {
  http::Client client;
  http::Request request;
  request.url = "http://127.0.0.1:" + port + path;
  return client.send(request, std::chrono::milliseconds(kPatienceMilliseconds));
}

/// Lag and build, from the service's metrics.
void check_metrics(const std::string& service, const std::string& port, Findings& findings, std::set<std::string>& builds) {
  const auto page = ask(port, "/metrics");
  if (!page || page->status != 200) {
    findings.push_back({service, "unknown", "its metrics could not be read", logs_of(service)});
    return;
  }
  const auto infos = metric_samples(page->body, "q2o_build_info");
  const std::string version = infos.empty() || !infos.front().labels.contains("version") ? "unknown" : infos.front().labels.at("version");
  builds.insert(version);
  findings.push_back({service, "ready", "build " + version, ""});
  for (const auto& sample : metric_samples(page->body, "q2o_bus_lag_messages")) {
    const auto group = sample.labels.find("group");
    const bool good = sample.value <= kLagMost;
    findings.push_back(
        {"lag", good ? "keeps up" : "behind",
         fmt::format("{}: {:.0f} messages not handled yet", group == sample.labels.end() ? service : group->second, sample.value),
         good ? "" : "wait a minute and ask again; when it grows, " + logs_of(service)});
  }
}

void check_service(const std::string& service, Findings& findings, std::set<std::string>& builds) {
  const std::string variable = "Q2O_PORT_" + upper(service) + "_ADMIN";
  const char* port = std::getenv(variable.c_str());
  if (!port) {
    findings.push_back({service, "unknown", variable + " is not set", "start q2o by ./q2o in the project's folder"});
    return;
  }
  const auto response = ask(port, "/ready");
  if (!response) {
    findings.push_back({service, "down", response.error().message, "start it with `make up`, " + logs_of(service)});
  } else if (response->status != 200) {
    findings.push_back({service, "not ready", "it waits for Kafka, Postgres or its partitions",
                        "wait ten seconds and ask again; then " + logs_of(service)});
  } else {
    check_metrics(service, port, findings, builds);
  }
}

/// Empty when something on this machine accepts connections at the port, else why not.
std::string connect_trouble(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int handle = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (handle < 0) return std::strerror(errno);
  int error = connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    pollfd wait{handle, POLLOUT, 0};
    socklen_t size = sizeof error;
    if (poll(&wait, 1, kPatienceMilliseconds) <= 0)
      error = ETIMEDOUT;
    else if (getsockopt(handle, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
      error = errno;
  }
  close(handle);
  return error == 0 ? "" : std::strerror(error);
}

Finding check_port(const std::string& what, const char* variable) {
  const char* text = std::getenv(variable);
  const int port = text ? std::atoi(text) : 0;
  if (port <= 0 || port > 65535)
    return {what, "unknown", std::string(variable) + " is not set", "start q2o by ./q2o in the project's folder"};
  const auto trouble = connect_trouble(port);
  if (trouble.empty()) return {what, "reachable", fmt::format("127.0.0.1:{}", port), ""};
  return {what, "down", fmt::format("127.0.0.1:{}: {}", port, trouble), "start it with `make up`, " + logs_of(what)};
}

Finding check_disk(const std::string& folder) {
  struct statvfs disk{};
  if (statvfs(folder.c_str(), &disk) != 0)
    return {"disk", "unknown", "cannot look at " + folder, "make the folder readable, or choose another with Q2O_STATE"};
  const auto free_mib = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize >> 20;
  const bool good = free_mib > kDiskLeastMib;
  return {"disk", good ? "enough" : "low", fmt::format("{} MiB free", grouped(free_mib)),
          good ? "" : fmt::format("free space: Kafka and Postgres need {} MiB", grouped(kDiskLeastMib))};
}

/// Sign-ins that no longer work: nobody else would say so before the next run.
void check_connections(const Session& session, Findings& findings) {
  const auto sources = source_connections(session);
  if (!sources) {
    findings.push_back({"sources", "unknown", "could not check: " + sources.error().message, logs_of("connector")});
  } else {
    for (const auto& source : *sources) {
      const bool good = source.state() != "broken";
      findings.push_back({"source", source.state(), source.company_name() + (source.message().empty() ? "" : ": " + source.message()),
                          good ? "" : "sign in again: put a new QUICKBOOKS_REFRESH_TOKEN into the environment and run `q2o migrate`"});
    }
  }
  const auto loader = loader::v1::LoaderService::NewStub(session.channel("loader"));
  const auto targets = session.call("loader", *loader, &loader::v1::LoaderService::Stub::ListTargets, loader::v1::ListTargetsRequest{});
  if (!targets) {
    findings.push_back({"targets", "unknown", "could not check: " + targets.error().message, logs_of("loader")});
    return;
  }
  for (const auto& target : targets->targets()) {
    const bool good = target.state() != "blocked";
    findings.push_back({"target", target.state(), target.url() + " " + target.database(),
                        good ? "" : "`q2o migrate --dry-run …` names what blocks it; nothing is written"});
  }
}

void print(const Session& session, const Findings& findings, bool good) {
  json::Writer out;
  out.begin_array();
  for (const auto& finding : findings) {
    out.begin_object().field("what", finding.what).field("state", finding.state).field("detail", finding.detail);
    out.field("todo", finding.todo).field("good", finding.good()).end_object();
    if (session.json) continue;
    std::cout << fmt::format("  {} {:<10} {:<10} {}\n", finding.good() ? "ok " : "BAD", finding.what, finding.state, finding.detail);
    if (!finding.good()) std::cout << fmt::format("      → {}\n", finding.todo);
  }
  out.end_array();
  if (session.json)
    std::cout << out.text() << '\n';
  else
    std::cout << (good ? "All is well. Next: q2o status\n" : "Something needs you: see BAD above.\n");
}

}  // namespace

int doctor(const Session& session) {
  Findings findings;
  std::set<std::string> builds;
  findings.push_back(check_port("kafka", "Q2O_PORT_KAFKA"));
  findings.push_back(check_port("postgres", "Q2O_PORT_POSTGRES"));
  for (const auto& [service, address] : session.peers) check_service(service, findings, builds);
  if (builds.size() > 1)
    findings.push_back({"builds", "differ", "the services are not of one build", "`make down`, `make build`, `make up`"});
  check_connections(session, findings);
  findings.push_back(check_disk(session.state_folder));
  const bool good = std::ranges::all_of(findings, &Finding::good);
  print(session, findings, good);
  return good ? kDone : kError;
}

}  // namespace q2o::cli
