#pragma once

#include <optional>
#include <string>

#include "services/billing/app/ports.h"

namespace q2o::billing {

struct Caller {
  std::string tenant, actor, idempotency_key;
  std::string request = {};  ///< fingerprint of the call: a key that comes back with another one is a mistake
  std::string role = {};     ///< "operator", "owner", … as the edge has verified it; empty: asked from inside
  std::string key_id = {};   ///< of the API key that calls; empty: a person, or from inside
};

/// One of us. Who comes through the edge is what the edge says, whatever he calls himself; inside it is who says so.
bool is_operator(const Caller& caller);

Error key_reused();

/// The answer of an earlier call with the caller's key; nothing: the key is new, or there is none. Error invalid_argument
/// IDEMPOTENCY_KEY_REUSED. Ask first in the transaction that has the effect, and put the answer down at its end: calls with the same key
/// wait for each other, over all replicas.
std::optional<Result<std::string>> answered_before(Migrations& migrations, const Caller& caller);
/// `answer` as the caller gets it again; `migration`: with whose rows it goes.
void remember_answer(Migrations& migrations, const Caller& caller, const std::string& migration, std::string answer);

/// The same for a message.
template <class Message>
std::optional<Result<Message>> answered_before_with(Migrations& migrations, const Caller& caller) {
  auto known = answered_before(migrations, caller);
  if (!known) return std::nullopt;
  if (!*known) return fail(known->error());
  Message message;
  if (!message.ParseFromString(**known))
    return fail(Code::data_loss, "a kept answer cannot be read", "ANSWER_UNREADABLE", "Look at the migration, then use a new key.");
  return message;
}

}  // namespace q2o::billing
