#pragma once

#include <functional>
#include <string>

#include "sandbox/http/message.h"
#include "sandbox/odoo/rules/rules.h"

namespace q2o::sandbox::odoo {

struct RpcAccess {
  std::string database, login, password;
};

/// A checked object.execute_kw call.
struct RpcCall {
  Id user = 0;
  std::string method;
  Call call;
};

/// Answers POST /jsonrpc: common.version, common.authenticate, object.execute_kw. `execute` returns the result as JSON or throws OdooError.
Response answer_rpc(const Request& request, const RpcAccess& access, const std::function<std::string(const RpcCall&)>& execute);

/// Runs one call as one transaction: what fails leaves no trace.
std::string run_transaction(Env& env, const RpcCall& call);

}  // namespace q2o::sandbox::odoo
