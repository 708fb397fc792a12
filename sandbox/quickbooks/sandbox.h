#pragma once

#include <memory>
#include <string>

#include "sandbox/company/company.h"
#include "sandbox/http/faults.h"
#include "sandbox/http/message.h"
#include "sandbox/quickbooks/budget.h"
#include "sandbox/quickbooks/clock.h"
#include "sandbox/quickbooks/tokens_issued.h"

namespace q2o::sandbox::quickbooks {

struct Options {
  std::string realm_id;  ///< empty: Company::realm_id()
  Credentials credentials;
  TokenRules tokens;
  Limits limits;
  std::size_t report_cells_max = 400'000;
  Clock clock = [] { return std::chrono::system_clock::now(); };
};

/// Plays QuickBooks Online for one company: OAuth, queries, reads, reports, attachments. Read-only for its clients. Thread-safe.
class Sandbox {
 public:
  Sandbox(Company company, Options options);
  ~Sandbox();

  Response handle(const Request& request);
  Handler http_handler();
  /// QuickBooks' own words for 429, 5xx, an expired token and a revoked connection (which it then is).
  Response fault_answer(const Fault& fault, const Request& request);
  const std::string& realm_id() const;
  const Credentials& credentials() const;
  std::size_t requests_refused() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace q2o::sandbox::quickbooks
