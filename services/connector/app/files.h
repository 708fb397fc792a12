#pragma once

#include "services/connector/app/connections.h"

namespace q2o::connector {

struct WantedFile {
  std::string tenant, connection_id, entity, source_id;
  std::uint64_t bytes_expected = 0;  ///< as the record says; 0: it does not
};

/// The bytes of the files that hang on records, asked for one by one within the connection's budget. Nothing is kept. Thread-safe.
class Files {
 public:
  Files(const Manifests& manifests, ConnectionStore& store, SourceApi& api, AccessTokens& tokens, BudgetGates& gates, Clock& clock,
        CallProbe& probe, CallOptions options);

  /// Error not_found: no such connection; unavailable with `retry_after`: ask again then; else the file cannot be had, and why.
  Result<SourceFile> fetch(const WantedFile& wanted, std::stop_token stop);

 private:
  const Manifests& manifests_;
  ConnectionStore& store_;
  SourceApi& api_;
  AccessTokens& tokens_;
  BudgetGates& gates_;
  Clock& clock_;
  CallProbe& probe_;
  CallOptions options_;
};

}  // namespace q2o::connector
