#include "services/identity/edge/gate.h"

#include <fmt/format.h>

namespace q2o::identity {

const char* word(Role role) {
  switch (role) {
    case Role::viewer:
      return "viewer";
    case Role::accountant:
      return "accountant";
    case Role::owner:
      return "owner";
    case Role::none:
      break;
  }
  return "none";
}

namespace edge {
namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kKey = "mk_";
constexpr const char* kEnterAgain = "Enter your password again, then repeat the call.";
constexpr const char* kNeverFresh =
    "Your sign-in service does not say when it asked for your password (claim auth_time). Sign in here with a password of your own "
    "('forgotten "
    "password' sets one), then repeat the call.";

Role role_for(v1::Level level) {
  switch (level) {
    case v1::LEVEL_VIEWER:
      return Role::viewer;
    case v1::LEVEL_ACCOUNTANT:
      return Role::accountant;
    case v1::LEVEL_OWNER:
      return Role::owner;
    default:
      return Role::none;
  }
}
tl::unexpected<Error> not_signed_in() {
  return fail(Code::unauthenticated, "this call needs somebody who is signed in", "NOT_SIGNED_IN",
              "Sign in, or send an API key as 'Authorization: Bearer mk_…'.");
}

/// An actor that looks like one of ours decides things in the services, so only the operator's flag makes it.
bool claims_to_be_ours(std::string_view actor) {
  return actor == "operator" || actor.starts_with("operator:");
}

}  // namespace

Result<Pass> Gate::check(const Knock& knock) const {
  const Rule* rule = rules_.find(knock.path);
  if (rule == nullptr)
    return fail(Code::unimplemented, "there is no such call", "METHOD_UNKNOWN", "docs/api/openapi.yaml lists all calls.");
  const bool everybody = rule->access.level() == v1::LEVEL_PUBLIC;
  // A browser sends the cookie with whatever page makes the call, and takes one that the answer sets: other pages may only read, which
  // Envoy's CORS keeps from them. Programs send no origin; with the cookie they have to say that they are no page.
  const bool by_cookie = knock.authorization.empty() && knock.claims.empty() && !knock.session.empty();
  const bool foreign = knock.origin.empty() ? by_cookie && !everybody : !options_.origins.contains(knock.origin);
  if (foreign && !knock.only_reads && knock.authorization.empty())
    return fail(Code::permission_denied, "the page that makes this call is not one of ours", "ORIGIN_NOT_ALLOWED",
                "Calls with the session's cookie need the header 'Origin' of an allowed page; programs use an API key.");
  auto asker = who(knock, everybody);
  if (!asker) return fail(asker.error());
  if (!*asker) {
    if (everybody) return Pass{*rule, std::nullopt};
    return not_signed_in();
  }
  if (!everybody) {
    if (const auto allowed = may(**asker, rule->access); !allowed) return fail(allowed.error());
  }
  if (const auto admitted = askers_.admit(**asker); !admitted) return fail(admitted.error());
  return Pass{*rule, std::move(*asker)};
}

Result<std::optional<Asker>> Gate::who(const Knock& knock, bool everybody_may) const {
  std::optional<Result<Asker>> found;
  if (!knock.claims.empty()) {
    found = askers_.by_token(knock.claims);
  } else if (knock.authorization.starts_with(kBearer) && std::string_view(knock.authorization).substr(kBearer.size()).starts_with(kKey)) {
    found = askers_.by_key(std::string_view(knock.authorization).substr(kBearer.size()));
  } else if (!knock.authorization.empty()) {
    return fail(Code::unauthenticated, "the token is none that we accept", "TOKEN_REFUSED",
                "It is expired, altered, for somebody else, or its issuer is not configured; docs/security.md says what is accepted.");
  } else if (!knock.session.empty()) {
    found = askers_.by_session(knock.session);
    // Who signs in again brings the old cookie along.
    if (!*found && everybody_may) return std::nullopt;
  }
  if (!found) return std::nullopt;
  if (!*found) return fail(found->error());
  Asker asker = std::move(**found);
  if (asker.is_operator)
    asker.actor = "operator:" + asker.actor;
  else if (claims_to_be_ours(asker.actor))
    return fail(Code::permission_denied, "this name is kept for us", "ACTOR_RESERVED", "Give the key or the person another name.");
  return std::optional(std::move(asker));
}

Status Gate::may(const Asker& asker, const v1::Access& access) const {
  if (asker.by_key) {
    if (access.scope().empty() || access.fresh())
      return fail(Code::permission_denied, "this cannot be done with an API key", "NOT_WITH_A_KEY", "A person has to sign in and do it.");
    if (!asker.scopes.contains(access.scope()))
      return fail(Code::permission_denied, fmt::format("the API key lacks the scope '{}'", access.scope()), "SCOPE_MISSING",
                  "An owner makes a key with this scope.");
  }
  if (access.level() == v1::LEVEL_OPERATOR && !asker.is_operator)
    return fail(Code::permission_denied, "only an operator may do this", "OPERATORS_ONLY", "Ask an operator.");
  if (const Role needed = role_for(access.level()); needed != Role::none) {
    if (asker.tenant.empty())
      return fail(Code::permission_denied, "you belong to no company yet", "NO_COMPANY", "Accept an invitation, or sign up a company.");
    if (asker.role < needed)
      return fail(Code::permission_denied, fmt::format("this needs the role '{}', yours is '{}'", word(needed), word(asker.role)),
                  "ROLE_TOO_LOW", "Ask an owner of the company to do it, or to give you the role.");
  }
  if (access.fresh() && clock_() - asker.signed_in_at > options_.fresh)
    return fail(Error{Code::unauthenticated,
                      "this needs a sign-in of the last quarter of an hour",
                      Retry::after_reauthentication,
                      Effect::none,
                      "SIGN_IN_AGAIN",
                      asker.signed_in_at == std::chrono::system_clock::time_point{} ? kNeverFresh : kEnterAgain,
                      {}});
  return {};
}

}  // namespace edge
}  // namespace q2o::identity
