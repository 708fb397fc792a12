#include "services/billing/app/once.h"

namespace q2o::billing {

bool is_operator(const Caller& caller) {
  if (!caller.role.empty()) return caller.role == "operator";
  return caller.actor == "operator" || caller.actor.starts_with("operator:");
}

Error key_reused() {
  return {Code::invalid_argument,
          "the idempotency key was used for another request",
          Retry::never,
          Effect::none,
          "IDEMPOTENCY_KEY_REUSED",
          "Send the same request with it, or another key.",
          {}};
}

std::optional<Result<std::string>> answered_before(Migrations& migrations, const Caller& caller) {
  if (caller.idempotency_key.empty()) return std::nullopt;
  const auto known = migrations.answered(caller.tenant, caller.idempotency_key);
  if (!known) return std::nullopt;
  if (known->request != caller.request) return fail(key_reused());
  return known->answer;
}

void remember_answer(Migrations& migrations, const Caller& caller, const std::string& migration, std::string answer) {
  if (caller.idempotency_key.empty()) return;
  migrations.remember(caller.tenant, caller.idempotency_key, {caller.request, migration, std::move(answer)});
}

}  // namespace q2o::billing
