#include "services/validator/adapters/intake.h"

#include "common/bus/topic.h"
#include "common/log/log.h"
#include "common/migrations/migrations.h"
#include "services/validator/adapters/store.h"

namespace q2o::validator {
namespace {

void refuse(pg::Tx& tx, const bus::Incoming& message, const Error& error) {
  log::error("message cannot be decoded", {{"topic", message.topic}, {"offset", static_cast<std::int64_t>(message.offset)}});
  bus::dead_letter(tx, "validator", message, error);
}

void take_one(pg::Tx& tx, const bus::Incoming& message) {
  if (message.topic == topic::kMigration) {
    const auto migration = migrations::decode(message);
    if (!migration) return refuse(tx, message, migration.error());
    if (migrations::apply(tx, *migration)) Store::ask_for_proof(tx, *migration);
    Store::remember_acceptances(tx, *migration);
    return;
  }
  connector::v1::StatusFact fact;
  if (!fact.ParseFromString(message.value)) {
    return refuse(tx, message, Error{Code::invalid_argument, "not a StatusFact", Retry::never, Effect::none, "UNDECODABLE", "", {}});
  }
  if (fact.has_run_extracted()) Store::remember_ranges(tx, fact);
}

}  // namespace

void take(pg::Pool& pool, std::span<const bus::Incoming> messages) {
  for (const auto& message : messages) {
    pool.transact([&](pg::Tx& tx) {
      if (pg::Inbox::insert(tx, "validator", message.id())) take_one(tx, message);
    });
  }
}

}  // namespace q2o::validator
