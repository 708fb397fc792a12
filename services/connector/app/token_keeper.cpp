#include "services/connector/app/token_keeper.h"

#include "common/log/log.h"

namespace q2o::connector {
namespace {

// Clocks differ by up to a minute.
constexpr std::int64_t kToleranceSeconds = 60;
/// How long a caller waits for another process that renews, and how often it looks.
constexpr milliseconds kPatience{15000}, kLook{200};
constexpr milliseconds kStoreAgain{500};

Error lost(const Connection& connection) {
  return {Code::unauthenticated, connection.message, Retry::never, Effect::none, "CONNECTION_BROKEN", "Connect the company again.", {}};
}

bool usable(const Connection& connection) {
  return connection.state == "unverified" || connection.state == "connected";
}

Error later(std::string message, std::string reason) {
  return {Code::unavailable, std::move(message), Retry::after_backoff, Effect::none, std::move(reason), "It is tried again by itself.", {}};
}

}  // namespace

bool TokenKeeper::fresh(const Tokens& tokens) const {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
  return !tokens.access.empty() && tokens.expires_at > now + kToleranceSeconds;
}

/// Looked up each time: a token kept in memory would outlive a disconnection, which may come through another process.
Result<config::Secret> TokenKeeper::current(const std::string& connection_id, int access_seconds, const std::stop_token& stop) {
  if (!pending_of(connection_id))
    if (const auto found = what_is_there(connection_id, {}))
      return *found ? Result<config::Secret>((*found)->access) : tl::unexpected(found->error());
  return renew(connection_id, {}, access_seconds, stop);
}

std::shared_ptr<std::mutex> TokenKeeper::alone(const std::string& connection_id) {
  const std::lock_guard lock(mutex_);
  auto& one = alone_[connection_id];
  if (!one) one = std::make_shared<std::mutex>();
  return one;
}

Result<config::Secret> TokenKeeper::renew(const std::string& connection_id, const config::Secret& refused, int access_seconds,
                                          const std::stop_token& stop) {
  const auto one_thread = alone(connection_id);
  const std::lock_guard turn(*one_thread);
  auto tokens = renewed(connection_id, refused, access_seconds, stop);
  if (!tokens) return tl::unexpected(tokens.error());
  return tokens->access;
}

Result<Tokens> TokenKeeper::renewed(const std::string& connection_id, const config::Secret& refused, int access_seconds,
                                    const std::stop_token& stop) {
  // Asking again with the pair before would throw away the one that waits here.
  if (const auto waiting = pending_of(connection_id))
    if (const auto stored = store(*waiting); !stored) return stored;
  const auto give_up = clock_.now() + kPatience;
  while (true) {
    const auto right = store_.begin_renewal(connection_id);
    auto found = what_is_there(connection_id, refused);
    if (right && !found) return under_right(*right, access_seconds);
    if (right) give_back(*right);
    if (found) return std::move(*found);
    if (clock_.now() >= give_up || !clock_.wait(kLook, stop)) return fail(later("another process is renewing the sign-in", "SIGN_IN_BUSY"));
  }
}

/// Nothing: a renewal is needed.
std::optional<Result<Tokens>> TokenKeeper::what_is_there(const std::string& connection_id, const config::Secret& refused) {
  const auto sign_in = store_.open(connection_id);
  if (!sign_in) return fail(sign_in.error());
  if (!usable(sign_in->connection)) return fail(lost(sign_in->connection));
  if (fresh(sign_in->tokens) && sign_in->tokens.access.reveal() != refused.reveal()) return sign_in->tokens;
  return std::nullopt;
}

/// When something throws here, the right runs out by itself: nobody may renew while it is not clear what is stored.
Result<Tokens> TokenKeeper::under_right(const RenewalRight& right, int access_seconds) {
  const auto sign_in = store_.open(right.connection_id);
  if (!sign_in) return tl::unexpected(sign_in.error());
  auto answer = refresh(*sign_in, access_seconds, [&] { return store_.extend_renewal(right); });
  if (answer) {
    answer->fence = right.fence;
    return store({right, *answer});
  }
  Error error = answer.error();
  if (error.code == Code::unauthenticated) {
    error.reason = "CONNECTION_BROKEN";
    store_.renewal_refused(right, error);
  }
  give_back(right);
  return fail(error);
}

void TokenKeeper::give_back(const RenewalRight& right) {
  try {
    store_.end_renewal(right);
  } catch (const std::exception& error) {
    log::warn("the right to renew tokens runs out by itself", {{"connection", right.connection_id}, {"error", error.what()}});
  }
}

Result<Tokens> TokenKeeper::refresh(const SignIn& sign_in, int access_seconds, const std::function<bool()>& may_ask) {
  const auto& old = sign_in.tokens;
  auto answer = oauth_.refresh(sign_in.connection.token_url, sign_in.credentials, old.refresh, access_seconds, may_ask);
  const bool dead = !answer && answer.error().reason == "INVALID_GRANT";
  if (dead && !old.previous_refresh.empty()) {
    log::warn("refresh token refused, trying the one before", {{"connection", sign_in.connection.id}});
    if (auto second = oauth_.refresh(sign_in.connection.token_url, sign_in.credentials, old.previous_refresh, access_seconds, may_ask))
      answer = std::move(second);
  }
  if (!answer) return answer;
  // The same value may come back: then the one before stays the one before.
  answer->previous_refresh = answer->refresh.reveal() == old.refresh.reveal() ? old.previous_refresh : old.refresh;
  return answer;
}

/// A pair is never handed out before it is stored, and never forgotten before either.
Result<Tokens> TokenKeeper::store(const Pending& pair) {
  const std::string& id = pair.right.connection_id;
  try {
    auto stored = store_.store_renewed(pair.right, pair.tokens);
    give_back(pair.right);
    const std::lock_guard lock(mutex_);
    if (pending_.erase(id) > 0) log::info("renewed tokens are stored now", {{"connection", id}});
    return stored;
  } catch (const std::exception& error) {
    // Also when the commit is in doubt: storing the same pair again is harmless, losing it is not.
    log::error("renewed tokens could not be stored; they are kept and stored as soon as the database is back",
               {{"connection", id}, {"error", error.what()}});
    const std::lock_guard lock(mutex_);
    pending_[id] = pair;
    came_.notify_all();
    return fail(later("the renewed sign-in could not be stored yet: the database is away", "TOKENS_NOT_STORED"));
  }
}

std::optional<TokenKeeper::Pending> TokenKeeper::pending_of(const std::string& connection_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(connection_id);
  return found == pending_.end() ? std::nullopt : std::optional(found->second);
}

std::size_t TokenKeeper::pending() const {
  const std::lock_guard lock(mutex_);
  return pending_.size();
}

bool TokenKeeper::store_all_pending() {
  std::vector<std::string> ids;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, pair] : pending_) ids.push_back(id);
  }
  bool all = true;
  for (const auto& id : ids) {
    const auto one_thread = alone(id);
    const std::lock_guard turn(*one_thread);
    if (const auto pair = pending_of(id)) all = store(*pair).has_value() && all;
  }
  return all;
}

void TokenKeeper::store_pending(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      came_.wait(lock, stop, [&] { return !pending_.empty(); });
    }
    if (!store_all_pending()) clock_.wait(kStoreAgain, stop);
  }
  if (!store_all_pending())
    log::error("the process ends with renewed tokens that could not be stored; the source's previous pair is tried at the next start", {});
}

}  // namespace q2o::connector
