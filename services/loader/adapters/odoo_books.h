#pragma once

#include <atomic>
#include <functional>
#include <mutex>

#include "common/http/http.h"
#include "services/loader/app/books.h"

namespace q2o::loader {

/// Odoo's JSON-RPC (`POST /jsonrpc`). Authenticates once, and sends nothing secret before the other side has said that it is an Odoo 18
/// (error VERSION_UNSUPPORTED); every answer is read with its digits.
class OdooBooks final : public Books {
 public:
  OdooBooks(http::Client& http, TargetAccess access) : http_(http), access_(std::move(access)) {}
  Result<std::string> version(std::chrono::milliseconds deadline) override;
  Result<CallResult> call(std::string_view model, std::string_view method, std::string_view args, std::string_view kwargs,
                          std::chrono::milliseconds deadline) override;
  Result<std::int64_t> user_id(std::chrono::milliseconds deadline) override;

 private:
  Result<CallResult> send(std::string_view service, std::string_view method, const std::string& args, std::chrono::milliseconds deadline);
  http::Client& http_;
  TargetAccess access_;
  Status looks_like_odoo(std::chrono::milliseconds deadline);
  std::mutex mutex_;
  std::atomic<bool> known_ = false;  ///< it has answered like an Odoo 18
  std::int64_t user_id_ = 0;
};

/// A question changes nothing, so one that failed at once (a gateway's hiccup) is asked again a few times before the caller starts over
/// with everything it had asked before. One that took long, or is refused for good, is not.
Result<CallResult> ask_again(const std::function<Result<CallResult>()>& ask, const std::function<void(std::chrono::milliseconds)>& wait);

/// Odoo's answer: the result, or its error object as our Error. Everything that is no JSON-RPC answer is "effect unknown".
Result<CallResult> read_rpc_answer(const http::Response& response);

}  // namespace q2o::loader
