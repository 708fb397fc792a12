#include "services/billing/adapters/facts.h"

#include "common/bus/topic.h"
#include "common/log/log.h"
#include "services/billing/adapters/pg_migrations.h"

namespace q2o::billing {
namespace {

template <class Fact>
void apply_as(pg::Tx& tx, ProcessManager& manager, const bus::Incoming& message) {
  Fact fact;
  if (!fact.ParseFromString(message.value)) {
    const Error error{Code::invalid_argument, "not a " + fact.GetTypeName(), Retry::never, Effect::none, "UNDECODABLE", "", {}};
    log::error("fact cannot be decoded", {{"topic", message.topic}, {"offset", static_cast<std::int64_t>(message.offset)}});
    bus::dead_letter(tx, "billing", message, error);
    return;
  }
  PgMigrations migrations(tx);
  manager.apply(migrations, fact);
  tx.notify(kWorkChannel);
}

}  // namespace

void take_facts(pg::Pool& pool, ProcessManager& manager, std::span<const bus::Incoming> messages) {
  for (const auto& message : messages) {
    pool.transact([&](pg::Tx& tx) {
      if (!pg::Inbox::insert(tx, "billing", message.id())) return;  // seen before: nothing to do
      if (message.topic == topic::kConnectorStatus)
        apply_as<connector::v1::StatusFact>(tx, manager, message);
      else if (message.topic == topic::kMapperStatus)
        apply_as<mapper::v1::StatusFact>(tx, manager, message);
      else if (message.topic == topic::kLoaderStatus)
        apply_as<loader::v1::StatusFact>(tx, manager, message);
      else if (message.topic == topic::kValidatorReport)
        apply_as<validator::v1::ValidationCompleted>(tx, manager, message);
    });
  }
}

}  // namespace q2o::billing
