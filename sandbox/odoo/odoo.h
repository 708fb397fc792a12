#pragma once

#include <memory>
#include <string>

#include "sandbox/http/message.h"

namespace q2o::sandbox::odoo {

struct OdooOptions {
  std::string database = "odoo";
  std::string login = "admin";
  std::string password = "admin";
  std::string today;  ///< "2026-04-30"; empty = the clock's
  /// The external ids of the chart's accounts are made of their codes, as in the charts of countries ("1_121000", not "1_receivable").
  bool national_chart = false;
};

/// An Odoo 18 community server with a US company, in memory: POST /jsonrpc as strict as the real one, GET /web/health,
/// and for tests GET /control/dump (records of ours as canonical JSON) and POST /control/reset. Thread-safe: calls are worked off
/// one at a time, each as one transaction.
class OdooSandbox {
 public:
  explicit OdooSandbox(OdooOptions options = {});
  ~OdooSandbox();
  Response handle(const Request& request);
  /// "account.move.create": what a JSON-RPC call asks for, as the name for fault rules; else method and path.
  static std::string route_of(const Request& request);
  /// The records of ours, sorted by external id, references as external ids.
  std::string dump();
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace q2o::sandbox::odoo
