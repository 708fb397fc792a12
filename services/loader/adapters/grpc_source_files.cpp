#include "services/loader/adapters/grpc_source_files.h"

#include <fmt/format.h>

#include "common/crypto/signed_token.h"
#include "common/http/http.h"
#include "common/rpc/rpc.h"

namespace q2o::loader {
namespace {

/// Longer than the connector tries by itself.
constexpr std::chrono::milliseconds kFileCall{600'000};

}  // namespace

GrpcSourceFiles::GrpcSourceFiles(const std::string& connector)
    : connector_(connector::v1::ConnectorService::NewStub(rpc::channel(connector))) {}

Result<std::string> GrpcSourceFiles::fetch(const RunInfo& run, const Item& item) {
  const auto context = rpc::context(run.tenant_id, "loader", kFileCall);
  connector::v1::GetFileRequest request;
  request.set_migration_id(run.key.migration_id);
  request.set_run(run.key.run);
  request.set_entity(item.entity);
  request.set_source_id(item.file_id);
  request.set_bytes_expected(item.file_bytes);
  const auto reader = connector_->GetFile(context.get(), request);
  connector::v1::GetFileResponse piece;
  std::string bytes;
  std::uint64_t size = 0;
  for (bool first = true; reader->Read(&piece); first = false) {
    if (first) size = piece.size();
    bytes += piece.chunk();
  }
  if (const auto status = reader->Finish(); !status.ok()) return fail(rpc::to_error(status));
  if (bytes.size() != size)
    return fail(Error{Code::data_loss,
                      fmt::format("{} of {} bytes came from the connector", bytes.size(), size),
                      Retry::after_backoff,
                      Effect::none,
                      "FILE_CUT",
                      "",
                      {}});
  return crypto::base64(bytes);
}

}  // namespace q2o::loader
