#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <type_traits>

#include "common/pg/pg.h"
#include "common/result/result.h"

/// Calls that make something, made again because the answer was lost: the header Idempotency-Key of the call that this thread answers
/// (acting::Call) names the order, and an order of a tenant is carried out once.
namespace q2o::once {

/// The table, to be put before the schema files of a service that uses this.
pg::Migration schema();
/// So long the same key gets the same answer. Where no sweeper of config/retention.toml runs, this deletes what is older; how many rows.
inline constexpr std::chrono::hours kKept{30 * 24};
std::size_t sweep(pg::Tx& tx);

struct Kept {
  std::string made, answer;
};
/// The answer of an earlier call with this call's key; nothing: the key is new, or there is none. Waits for a call with the same key that
/// is under way, over all replicas: ask in the transaction that has the effect. Errors: invalid_argument IDEMPOTENCY_KEY_REUSED,
/// IDEMPOTENCY_KEY_INVALID.
Result<std::optional<Kept>> before(pg::Tx& tx);
/// Puts the answer down. Nothing without a key.
void keep(pg::Tx& tx, const Kept& kept);
Error answer_unreadable();
/// already_exists ALREADY_MADE: the answer showed a secret, which nobody gets a second time.
Error already_made(const std::string& made);

template <class Message>
Result<Message> read(const Kept& kept) {
  Message out;
  if (!out.ParseFromString(kept.answer)) return fail(answer_unreadable());
  return out;
}

/// `work` makes something in `tx` and says in a message what: Result<Message>. Done once per key; the same key again gets the first answer.
/// What failed is not remembered.
template <class Work>
std::invoke_result_t<const Work&> answered(pg::Tx& tx, const Work& work) {
  using Message = typename std::invoke_result_t<const Work&>::value_type;
  const auto known = before(tx);
  if (!known) return fail(known.error());
  if (*known) return read<Message>(**known);
  auto made = work();
  if (made) keep(tx, {"", made->SerializeAsString()});
  return made;
}

/// The same where the answer holds a secret that is shown once: it is not kept, and the same key again hears what it has made.
/// `name_of(answer)`: "endpoint/<id>".
template <class Work, class NameOf>
std::invoke_result_t<const Work&> shown_once(pg::Tx& tx, const Work& work, const NameOf& name_of) {
  const auto known = before(tx);
  if (!known) return fail(known.error());
  if (*known) return fail(already_made((*known)->made));
  auto made = work();
  if (made) keep(tx, {name_of(*made), ""});
  return made;
}

/// For work that is more than one transaction (it asks others over the network) and harmless when it is done again, which a process that
/// dies before it has put the answer down makes happen.
template <class Work>
std::invoke_result_t<const Work&> answered_after(pg::Pool& pool, const Work& work) {
  using Message = typename std::invoke_result_t<const Work&>::value_type;
  const auto known = pool.transact([](pg::Tx& tx) { return before(tx); });
  if (!known) return fail(known.error());
  if (*known) return read<Message>(**known);
  const auto made = work();
  if (!made) return made;
  return pool.transact([&](pg::Tx& tx) { return answered(tx, [&] { return made; }); });
}

}  // namespace q2o::once
