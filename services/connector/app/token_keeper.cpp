#include "services/connector/app/token_keeper.h"

#include "common/log/log.h"

namespace q2o::connector {
namespace {

// Clocks differ by up to a minute.
constexpr std::int64_t kToleranceSeconds = 60;

}  // namespace

bool TokenKeeper::fresh(const Tokens& tokens) const {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
  return !tokens.access.empty() && tokens.expires_at > now + kToleranceSeconds;
}

Result<config::Secret> TokenKeeper::current(const std::string& connection_id, int access_seconds) {
  {
    std::lock_guard lock(mutex_);
    if (const auto known = cache_.find(connection_id); known != cache_.end() && fresh(known->second)) return known->second.access;
  }
  return renew(connection_id, {}, access_seconds);
}

Result<Renewal> TokenKeeper::refresh(const SignIn& sign_in, int access_seconds) {
  const auto& old = sign_in.tokens;
  auto answer = oauth_.refresh(sign_in.connection.token_url, sign_in.credentials, old.refresh, access_seconds);
  const bool dead = !answer && answer.error().reason == "INVALID_GRANT";
  if (dead && !old.previous_refresh.empty()) {
    log::warn("refresh token refused, trying the one before", {{"connection", sign_in.connection.id}});
    if (auto second = oauth_.refresh(sign_in.connection.token_url, sign_in.credentials, old.previous_refresh, access_seconds))
      answer = std::move(second);
  }
  if (!answer) {
    if (answer.error().code != Code::unauthenticated) return tl::unexpected(answer.error());
    Error broken = answer.error();
    broken.reason = "CONNECTION_BROKEN";
    return Renewal{std::nullopt, broken};
  }
  // The same value may come back: then the one before stays the one before.
  answer->previous_refresh = answer->refresh.reveal() == old.refresh.reveal() ? old.previous_refresh : old.refresh;
  return Renewal{std::move(*answer), std::nullopt};
}

Result<config::Secret> TokenKeeper::renew(const std::string& connection_id, const config::Secret& refused, int access_seconds) {
  auto tokens = store_.renew(connection_id, [&](const SignIn& sign_in) -> Result<Renewal> {
    if (sign_in.connection.state == "broken")
      return fail(Error{Code::unauthenticated,
                        sign_in.connection.message,
                        Retry::never,
                        Effect::none,
                        "CONNECTION_BROKEN",
                        "Connect the company again.",
                        {}});
    if (fresh(sign_in.tokens) && sign_in.tokens.access.reveal() != refused.reveal()) return Renewal{};
    return refresh(sign_in, access_seconds);
  });
  std::lock_guard lock(mutex_);
  cache_.erase(connection_id);
  if (!tokens) return tl::unexpected(tokens.error());
  cache_[connection_id] = *tokens;
  return tokens->access;
}

}  // namespace q2o::connector
