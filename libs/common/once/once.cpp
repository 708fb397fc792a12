#include "common/once/once.h"

#include <google/protobuf/message.h>

#include "common/acting/acting.h"
#include "common/ids/ids.h"
#include "common/pg/acting.h"
#include "embedded/once_schema.h"

namespace q2o::once {
namespace {

constexpr std::size_t kKeyBytesMax = 255;
constexpr std::string_view kAnswer = "answered_call.answer", kRequest = "answered_call.request";

/// The call with a key that is being answered; null where there is none.
const acting::Call* keyed_call() {
  const auto* call = acting::call();
  return call == nullptr || call->idempotency_key.empty() || call->request == nullptr ? nullptr : call;
}

/// Keyed: a request may hold a password.
std::string fingerprint(pg::Tx& tx, const acting::Call& call) {
  return tx.fingerprint({call.tenant, "", kRequest, call.idempotency_key},
                        ids::sha256_hex(call.method + "\n" + call.request->SerializeAsString()));
}

}  // namespace

pg::Migration schema() {
  const auto& file = embedded::once_schema::kFiles[0];
  return {"common/" + std::string(file.name), std::string(file.text)};
}

std::size_t sweep(pg::Tx& tx) {
  return tx.exec("delete from answered_call where created_at < now() - $1 * interval '1 hour'", {static_cast<std::int64_t>(kKept.count())})
      .affected();
}

Result<std::optional<Kept>> before(pg::Tx& tx) {
  const auto* call = keyed_call();
  if (call == nullptr) return std::nullopt;
  const auto& key = call->idempotency_key;
  if (key.size() > kKeyBytesMax)
    return fail(Code::invalid_argument, "the idempotency key is longer than 255 bytes", "IDEMPOTENCY_KEY_INVALID", "Take a UUID.");
  tx.exec("select pg_advisory_xact_lock(hashtextextended(current_schema() || '/once/' || $1 || '/' || $2, 0))", {call->tenant, key});
  const auto rows = tx.exec("select request, made, answer from answered_call where tenant_id = $1 and key = $2", {call->tenant, key});
  if (rows.empty()) return std::nullopt;
  if (rows[0].text("request") != fingerprint(tx, *call))
    return fail(Code::invalid_argument, "the idempotency key was used for another request", "IDEMPOTENCY_KEY_REUSED",
                "Send the same request with it, or another key.");
  return Kept{rows[0].text("made"), tx.open({call->tenant, "", kAnswer, key}, rows[0].bytes("answer"))};
}

void keep(pg::Tx& tx, const Kept& kept) {
  const auto* call = keyed_call();
  if (call == nullptr) return;
  pg::act_for(tx, acting::tenant(call->tenant));  // whomever the work has acted for last
  tx.exec("insert into answered_call (tenant_id, key, request, made, answer) values ($1, $2, $3, $4, $5)",
          {call->tenant, call->idempotency_key, fingerprint(tx, *call), kept.made,
           pg::Param::bytes(tx.seal_bytes({call->tenant, "", kAnswer, call->idempotency_key}, kept.answer))});
}

Error answer_unreadable() {
  return {Code::data_loss,
          "a kept answer cannot be read",
          Retry::never,
          Effect::none,
          "ANSWER_UNREADABLE",
          "Look whether what you ordered is there; then use a new key.",
          {}};
}

Error already_made(const std::string& made) {
  return {Code::already_exists,
          "an earlier call with this idempotency key has made " + made + "; what it showed once is not shown again",
          Retry::never,
          Effect::none,
          "ALREADY_MADE",
          "Where its answer was lost: end " + made + " and make another with a new key.",
          {}};
}

}  // namespace q2o::once
