#include "services/identity/people/app/allowance.h"

#include "common/log/log.h"

namespace q2o::identity::people {
namespace {

constexpr std::chrono::seconds kLocalFor{5};
constexpr std::size_t kBucketsMost = 10'000;
/// A minute's calls may come at once up to this part of them.
constexpr double kBurst = 0.5;

/// Taken at a time: what a busy caller uses in a second or so, so that little is lost and the database is asked once a second.
int piece_of(std::uint32_t per_minute) {
  return std::clamp(static_cast<int>(per_minute / 60), 1, 100);
}

tl::unexpected<Error> limited(std::chrono::milliseconds wait) {
  return fail(Error{Code::resource_exhausted, "more calls than are allowed in a minute", Retry::after_backoff, Effect::none, "RATE_LIMITED",
                    "Wait " + std::to_string((wait.count() + 999) / 1000) + " s, then call at a slower pace.", wait});
}

}  // namespace

Status Allowance::take(const std::string& bucket, std::uint32_t per_minute) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto at = local_.find(bucket); at != local_.end() && at->second.until > now_()) {
      if (at->second.left > 0) {
        --at->second.left;
        return {};
      }
      if (at->second.wait.count() > 0)
        return limited(std::chrono::duration_cast<std::chrono::milliseconds>(at->second.until - now_()) + std::chrono::milliseconds(1));
    }
  }
  Local fetched;
  try {
    fetched = fetch(bucket, per_minute);
  } catch (const std::exception& problem) {
    log::warn("the rate limit cannot be reckoned", {{"error", problem.what()}});
    return fail(Error{Code::unavailable,
                      "the call cannot be admitted now",
                      Retry::after_backoff,
                      Effect::none,
                      "LIMIT_UNAVAILABLE",
                      "Try again in a moment.",
                      {}});
  }
  const bool got_one = fetched.left > 0;
  if (got_one) --fetched.left;
  const std::lock_guard lock(mutex_);
  if (local_.size() > kBucketsMost) local_.clear();
  auto& local = local_[bucket];
  // Somebody else may have fetched meanwhile: what he has left stays.
  if (local.until > now_() && local.wait.count() == 0) fetched.left += local.left;
  local = fetched;
  if (got_one) return {};
  return limited(fetched.wait);
}

Allowance::Local Allowance::fetch(const std::string& bucket, std::uint32_t per_minute) {
  const auto got = pool_.transact([&](pg::Tx& tx) {
    const double most = std::max(1.0, per_minute * kBurst);
    tx.exec("insert into rate_bucket (bucket, tokens, filled_at) values ($1, $2::bigint, clock_timestamp()) on conflict do nothing",
            {bucket, static_cast<std::int64_t>(most)});
    // The database's clock: replicas must not disagree about it.
    const auto row = tx.one(
        "select (tokens * 1000000)::bigint as millionths, (extract(epoch from clock_timestamp() - filled_at) * 1000)::bigint as passed "
        "from rate_bucket where bucket = $1 for update",
        {bucket});
    TokenBucket tokens{static_cast<double>(row.integer("millionths")) / 1e6, static_cast<double>(per_minute), most};
    tokens.refill(std::chrono::milliseconds(row.integer("passed")));
    const int taken = tokens.take(piece_of(per_minute));
    tx.exec("update rate_bucket set tokens = $2::bigint / 1000000.0, filled_at = clock_timestamp() where bucket = $1",
            {bucket, static_cast<std::int64_t>(tokens.tokens * 1e6)});
    return std::pair(taken, tokens.until_next());
  });
  Local out;
  out.left = got.first;
  if (out.left == 0) out.wait = got.second;
  out.until = now_() + (out.left > 0 ? std::chrono::milliseconds(kLocalFor) : out.wait);
  return out;
}

std::size_t Allowance::sweep() {
  return pool_.transact(
      [](pg::Tx& tx) { return tx.exec("delete from rate_bucket where filled_at < now() - interval '1 hour'").affected(); });
}

}  // namespace q2o::identity::people
