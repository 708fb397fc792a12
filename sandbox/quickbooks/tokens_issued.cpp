#include "sandbox/quickbooks/tokens_issued.h"

#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "common/ids/ids.h"

namespace q2o::sandbox::quickbooks {
namespace {

std::vector<std::string> parts_of(std::string_view token) {
  std::vector<std::string> out;
  for (;;) {
    const auto dash = token.find('-');
    out.emplace_back(token.substr(0, dash));
    if (dash == std::string_view::npos) return out;
    token.remove_prefix(dash + 1);
  }
}

std::int64_t number(const std::string& text) {
  std::int64_t out = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() ? out : -1;
}

std::int64_t seconds(Moment moment) {
  return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
}

}  // namespace

std::string time_text(Moment moment) {
  // Pacific time without its summer rule: the offset says what is meant.
  const auto local = moment - std::chrono::hours(7);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::milliseconds>(local - day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}-07:00", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

Tokens::Tokens(Credentials credentials, TokenRules rules, std::string realm, Clock clock)
    : credentials_(std::move(credentials)), rules_(rules), realm_(std::move(realm)), clock_(std::move(clock)) {}

std::string Tokens::sealed(const std::string& text) const {
  return text + "-" + ids::sha256_hex(credentials_.client_secret + "|" + realm_ + "|" + text).substr(0, 24);
}

std::string Tokens::refresh_text(std::uint64_t generation) const {
  return generation == 0 ? credentials_.first_refresh_token : sealed(fmt::format("RT1-{}", generation));
}

std::string Tokens::access_text(std::uint64_t generation, std::int64_t expires) const {
  return sealed(fmt::format("AT1-{}-{}", generation, expires));
}

std::optional<std::uint64_t> Tokens::generation_of(std::string_view token) const {
  if (token == credentials_.first_refresh_token) return 0;
  const auto parts = parts_of(token);
  if (parts.size() != 3 || parts[0] != "RT1" || number(parts[1]) <= 0) return std::nullopt;
  const auto generation = static_cast<std::uint64_t>(number(parts[1]));
  return refresh_text(generation) == token ? std::optional{generation} : std::nullopt;
}

TokenPair Tokens::issue(std::uint64_t generation) {
  generation_ = generation;
  return {access_text(generation, seconds(clock_()) + rules_.access_seconds), refresh_text(generation)};
}

std::optional<TokenPair> Tokens::refresh(std::string_view refresh_token) {
  const std::lock_guard lock(mutex_);
  const auto generation = generation_of(refresh_token);
  if (!generation || revoked_) return std::nullopt;
  const bool living = !generation_ || *generation == *generation_;
  if (living) {
    replaced_at_ = clock_();
    return issue(*generation + 1);
  }
  const bool in_grace =
      rules_.grace_seconds > 0 && *generation + 1 == *generation_ && clock_() - replaced_at_ < std::chrono::seconds(rules_.grace_seconds);
  return in_grace ? std::optional{issue(*generation_)} : std::nullopt;
}

TokenPair Tokens::reconnect() {
  const std::lock_guard lock(mutex_);
  const auto next = generation_.value_or(0) + 1;
  if (revoked_) refused_up_to_ = next;
  revoked_ = false;
  return issue(next);
}

AccessState Tokens::check(std::string_view access_token) {
  const std::lock_guard lock(mutex_);
  const auto parts = parts_of(access_token);
  if (revoked_ || parts.size() != 4 || parts[0] != "AT1" || number(parts[1]) < 0 || number(parts[2]) < 0) return AccessState::unknown;
  const auto generation = static_cast<std::uint64_t>(number(parts[1]));
  if (access_text(generation, number(parts[2])) != access_token || generation < refused_up_to_) return AccessState::unknown;
  return seconds(clock_()) < number(parts[2]) ? AccessState::valid : AccessState::expired;
}

void Tokens::revoke() {
  const std::lock_guard lock(mutex_);
  revoked_ = true;
}

bool Tokens::revoked() const {
  const std::lock_guard lock(mutex_);
  return revoked_;
}

bool Tokens::is_ours(std::string_view token) const {
  if (generation_of(token)) return true;
  const auto parts = parts_of(token);
  return parts.size() == 4 && parts[0] == "AT1" && sealed(fmt::format("AT1-{}-{}", parts[1], parts[2])) == token;
}

}  // namespace q2o::sandbox::quickbooks
