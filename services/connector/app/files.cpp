#include "services/connector/app/files.h"

#include <fmt/format.h>

namespace q2o::connector {

Files::Files(const Manifests& manifests, ConnectionStore& store, SourceApi& api, AccessTokens& tokens, BudgetGates& gates, Clock& clock,
             CallProbe& probe, CallOptions options)
    : manifests_(manifests), store_(store), api_(api), tokens_(tokens), gates_(gates), clock_(clock), probe_(probe), options_(options) {
  // The one who asks waits with a call open and keeps count himself: fewer tries here, and no hour of waiting.
  options_.wait_when_throttled = false;
  options_.attempts = std::min(options_.attempts, 3);
}

Result<SourceFile> Files::fetch(const WantedFile& wanted, std::stop_token stop) {
  const auto connection = store_.find(wanted.tenant, wanted.connection_id);
  if (!connection) return fail(Code::not_found, "no such connection", "NOT_FOUND", "List the connections to see their ids.");
  const Manifest& manifest = manifests_.at(connection->platform);
  if (manifest.files.entity.empty() || manifest.files.entity != wanted.entity)
    return fail(Code::invalid_argument, fmt::format("records of {} have no files on {}", wanted.entity, manifest.title), "NO_FILES",
                "Look at `files` of the platform and of the mapping.");
  if (wanted.bytes_expected > manifest.files.bytes_max) return fail(too_big(manifest.files));
  SourceCaller caller(*connection, manifest, api_, gates_.of(connection->id, manifest.budget), tokens_, clock_, probe_, options_,
                      [](const std::string&, milliseconds) {});
  auto file = caller.file(wanted.source_id, std::move(stop));
  if (!file) return fail(std::move(file.error().error));
  return std::move(*file);
}

}  // namespace q2o::connector
