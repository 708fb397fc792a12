#include "services/billing/adapters/grpc_peers.h"

#include <fmt/format.h>

#include "common/rpc/rpc.h"

namespace q2o::billing {
namespace {

constexpr std::chrono::milliseconds kDeadline{10'000};

}  // namespace

GrpcPeers::GrpcPeers(const std::string& connector, const std::string& mapper, const std::string& loader)
    : connector_(connector::v1::ConnectorService::NewStub(rpc::channel(connector))),
      mapper_(mapper::v1::MapperService::NewStub(rpc::channel(mapper))),
      loader_(loader::v1::LoaderService::NewStub(rpc::channel(loader))) {}

Result<Peers::Source> GrpcPeers::source(const std::string& tenant, const std::string& connection_id) {
  const auto context = rpc::context(tenant, "billing", kDeadline);
  connector::v1::ListConnectionsRequest request;
  request.set_connection_id(connection_id);
  connector::v1::ListConnectionsResponse answer;
  if (const auto status = connector_->ListConnections(context.get(), request, &answer); !status.ok()) return fail(rpc::to_error(status));
  for (const auto& connection : answer.connections()) {
    if (connection.connection_id() == connection_id)
      return Source{connection.slug(), connection.platform(), connection.state() == "connected", connection.message(),
                    connection.fiscal_year_first_month()};
  }
  return fail(Code::not_found, fmt::format("there is no source connection '{}'", connection_id), "CONNECTION_NOT_FOUND",
              "Save the connection first.");
}

Result<Peers::Target> GrpcPeers::target(const std::string& tenant, const std::string& target_id) {
  const auto context = rpc::context(tenant, "billing", kDeadline);
  loader::v1::ListTargetsRequest request;
  request.set_target_id(target_id);
  loader::v1::ListTargetsResponse answer;
  if (const auto status = loader_->ListTargets(context.get(), request, &answer); !status.ok()) return fail(rpc::to_error(status));
  for (const auto& target : answer.targets()) {
    if (target.target_id() == target_id) return Target{target.state() == "ready", "its state is '" + target.state() + "'"};
  }
  return fail(Code::not_found, fmt::format("there is no target '{}'", target_id), "TARGET_NOT_FOUND", "Save the target first.");
}

Result<std::string> GrpcPeers::mapping(const std::string& tenant, const std::string& platform, const std::string& version) {
  const auto context = rpc::context(tenant, "billing", kDeadline);
  mapper::v1::CurrentMappingRequest request;
  request.set_platform(platform);
  request.set_version(version);
  mapper::v1::CurrentMappingResponse answer;
  if (const auto status = mapper_->CurrentMapping(context.get(), request, &answer); !status.ok()) return fail(rpc::to_error(status));
  return answer.version();
}

}  // namespace q2o::billing
