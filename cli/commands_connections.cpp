#include <fmt/format.h>

#include <iostream>

#include "cli/commands.h"
#include "common/json/json.h"
#include "q2o/connector/v1/connector.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"

namespace q2o::cli {

Result<std::vector<connector::v1::Connection>> source_connections(const Session& session) {
  using connector::v1::ConnectorService;
  const auto connector = ConnectorService::NewStub(session.channel("connector"));
  return session.pages("connector", *connector, &ConnectorService::Stub::ListConnections, {}).map([](const auto& all) {
    return std::vector(all.connections().begin(), all.connections().end());
  });
}

Result<std::vector<loader::v1::Target>> targets(const Session& session) {
  using loader::v1::LoaderService;
  const auto loader = LoaderService::NewStub(session.channel("loader"));
  return session.pages("loader", *loader, &LoaderService::Stub::ListTargets, {}).map([](const auto& all) {
    return std::vector(all.targets().begin(), all.targets().end());
  });
}

Result<std::vector<loader::v1::LeftSetting>> left_settings(const Session& session, const std::string& migration_id) {
  using loader::v1::LoaderService;
  const auto loader = LoaderService::NewStub(session.channel("loader"));
  loader::v1::ListLeftSettingsRequest request;
  request.set_migration_id(migration_id);
  return session.pages("loader", *loader, &LoaderService::Stub::ListLeftSettings, request).map([](const auto& all) {
    return std::vector(all.settings().begin(), all.settings().end());
  });
}

int connections(const Session& session) {
  const auto sources = source_connections(session);
  if (!sources) return report_error(session, sources.error());
  const auto all_targets = targets(session);
  if (!all_targets) return report_error(session, all_targets.error());
  if (session.json) {
    json::Writer out;
    out.begin_object().key("sources").begin_array();
    for (const auto& source : *sources) {
      out.begin_object().field("id", source.connection_id()).field("slug", source.slug()).field("company", source.company_name());
      out.field("state", source.state()).field("message", source.message()).end_object();
    }
    out.end_array().key("targets").begin_array();
    for (const auto& target : *all_targets) {
      out.begin_object().field("id", target.target_id()).field("url", target.url()).field("database", target.database());
      out.field("state", target.state()).field("version", target.version()).end_object();
    }
    out.end_array().end_object();
    std::cout << out.text() << '\n';
    return kDone;
  }
  std::cout << "Sources\n";
  for (const auto& source : *sources) {
    std::cout << fmt::format("  {}  {:<12} {}  {}\n", source.connection_id(), source.state(), source.company_name(), source.slug());
    if (!source.message().empty()) std::cout << "    " << source.message() << '\n';
  }
  std::cout << "Targets\n";
  for (const auto& target : *all_targets) {
    std::cout << fmt::format("  {}  {:<12} {} {} ({})\n", target.target_id(), target.state(), target.url(), target.database(),
                             target.version());
  }
  std::cout << "\nNext: q2o migrate --help\n";
  return kDone;
}

}  // namespace q2o::cli
