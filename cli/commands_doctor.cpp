#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>

#include "cli/commands.h"
#include "cli/doctor.h"
#include "cli/metrics_text.h"
#include "cli/terminal.h"
#include "common/http/http.h"
#include "common/json/json.h"
#include "q2o/connector/v1/connector.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"

namespace q2o::cli {
namespace {

constexpr std::uint64_t kDiskLeastMib = 2048;

/// What the services tell of themselves and of their database.
struct Versions {
  std::set<std::string> builds, postgres;
  std::size_t asked = 0;  ///< services that Postgres answers
};

std::string known(const std::string& version) {
  return version.empty() ? "not known" : version;
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

/// Build and database, from the service's metrics.
void check_metrics(const std::string& service, const std::string& port, Findings& findings, Versions& versions) {
  const auto page = ask(port, "/metrics");
  if (!page || page->status != 200) {
    findings.push_back({service, "unknown", "its metrics could not be read", logs_of(service)});
    return;
  }
  const auto version_of = [&](const char* metric) {
    const auto infos = metric_samples(page->body, metric);
    return infos.empty() || !infos.front().labels.contains("version") ? std::string("unknown") : infos.front().labels.at("version");
  };
  versions.builds.insert(version_of("q2o_build_info"));
  versions.postgres.insert(version_of("q2o_postgres_info"));
  ++versions.asked;
  findings.push_back({service, "ready", "build " + version_of("q2o_build_info"), ""});
  for (const auto& sample : metric_samples(page->body, "q2o_bus_stuck"))
    if (sample.value > 0) findings.push_back({service, "stuck", "the same place of the log fails again and again", logs_of(service)});
}

void check_service(const std::string& service, Findings& findings, Versions& versions) {
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
    findings.push_back({service, "not ready", response->body.substr(0, response->body.find('\n')),
                        "wait ten seconds and ask again; then " + logs_of(service)});
  } else {
    check_metrics(service, port, findings, versions);
  }
}

/// A service is ready only while Postgres answers its query; q2o itself holds no password.
Finding check_postgres(const Versions& versions) {
  if (versions.asked == 0)
    return {"postgres", "unknown", "no service is ready that could ask it", "start it with `make up`, " + logs_of("postgres")};
  return {"postgres", "answers", fmt::format("version {}, {} services have asked it", fmt::join(versions.postgres, ", "), versions.asked),
          ""};
}

/// `whose` says who writes into the folder.
Finding check_disk(const std::string& folder, const std::string& whose) {
  struct statvfs disk{};
  if (statvfs(folder.c_str(), &disk) != 0)
    return {"disk", "unknown", "cannot look at " + folder, "make the folder readable for who runs q2o"};
  const auto free_mib = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize >> 20;
  const bool good = free_mib > kDiskLeastMib;
  return {"disk", good ? "enough" : "low", fmt::format("{} MiB free for {}", grouped(free_mib), whose),
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
  const auto all_targets = targets(session);
  if (!all_targets) {
    findings.push_back({"targets", "unknown", "could not check: " + all_targets.error().message, logs_of("loader")});
    return;
  }
  for (const auto& target : *all_targets) {
    const bool good = target.state() != "blocked";
    findings.push_back({"target", target.state(), target.url() + " " + target.database() + ", version " + known(target.version()),
                        good ? "" : "`q2o migrate --dry-run …` names what blocks it; nothing is written"});
  }
}

/// Settings of targets that runs have changed and could not put back.
void check_settings(const Session& session, Findings& findings) {
  const auto left = left_settings(session, {});
  if (!left) {
    findings.push_back({"settings", "unknown", "could not check: " + left.error().message, logs_of("loader")});
    return;
  }
  for (const auto& setting : *left)
    findings.push_back({"setting", "left", fmt::format("{} {}: {}", setting.target().url(), setting.target().database(), setting.name()),
                        setting.remedy()});
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

std::string logs_of(const std::string& service) {
  return "look at `make logs SERVICE=" + service + "`";
}

int doctor(const Session& session) {
  Findings findings;
  Versions versions;
  check_kafka(findings);
  for (const auto& [service, address] : session.peers) check_service(service, findings, versions);
  check_edge(session, findings);
  findings.push_back(check_postgres(versions));
  if (versions.builds.size() > 1)
    findings.push_back({"builds", "differ", "the services are not of one build", "`make down`, `make build`, `make up`"});
  check_connections(session, findings);
  check_settings(session, findings);
  findings.push_back(check_disk(session.state_folder, "q2o's files"));
  if (const char* folder = std::getenv("Q2O_POSTGRES")) findings.push_back(check_disk(folder, "Postgres"));
  const bool good = std::ranges::all_of(findings, &Finding::good);
  print(session, findings, good);
  return good ? kDone : kError;
}

}  // namespace q2o::cli
