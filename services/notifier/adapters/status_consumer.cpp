#include "services/notifier/adapters/status_consumer.h"

#include <map>

#include "common/bus/topic.h"
#include "common/ids/ids.h"
#include "services/notifier/adapters/store.h"

namespace q2o::notifier {
namespace {

constexpr const char* kConsumer = "progress";

/// Decodes and applies one message; false when the bytes are no such fact.
template <class Fact>
bool apply_as(const bus::Incoming& message, v1::Progress& progress, bool& changed) {
  Fact fact;
  if (!fact.ParseFromString(message.value)) return false;
  changed = apply(progress, fact) || changed;
  return true;
}

bool apply_message(const bus::Incoming& message, v1::Progress& progress, bool& changed) {
  if (message.topic == topic::kMigration) return apply_as<billing::v1::Migration>(message, progress, changed);
  if (message.topic == topic::kConnectorStatus) return apply_as<connector::v1::StatusFact>(message, progress, changed);
  if (message.topic == topic::kMapperStatus) return apply_as<mapper::v1::StatusFact>(message, progress, changed);
  if (message.topic == topic::kLoaderStatus) return apply_as<loader::v1::StatusFact>(message, progress, changed);
  return apply_as<validator::v1::ValidationCompleted>(message, progress, changed);
}

}  // namespace

namespace {

/// The messages after which something may be worth telling: those of a migration's life, not the many counts.
bool may_be_news(const bus::Incoming& message) {
  return message.topic == topic::kMigration || message.topic == topic::kValidatorReport;
}

/// Facts about connections, which belong to a tenant and mostly to no migration.
template <class Fact>
void announce_fact(pg::Tx& tx, const Announcer& announcer, const bus::Incoming& message) {
  Fact fact;
  if (!fact.ParseFromString(message.value) || !ids::is_uuid(fact.scope().tenant_id())) return;
  for (const auto& notice : notices_of(fact, message.id(), announcer.public_url())) announcer.announce(tx, notice);
}

void announce_connections(pg::Tx& tx, const Announcer* announcer, const bus::Incoming& message) {
  if (announcer == nullptr) return;
  if (message.topic == topic::kConnectorStatus) announce_fact<connector::v1::StatusFact>(tx, *announcer, message);
  if (message.topic == topic::kLoaderStatus) announce_fact<loader::v1::StatusFact>(tx, *announcer, message);
}

/// Applies one message and tells what it makes worth telling. False when it does not decode.
bool apply_and_tell(pg::Tx& tx, const Announcer* announcer, const bus::Incoming& message, v1::Progress& progress, bool& changed) {
  if (announcer == nullptr || !may_be_news(message)) return apply_message(message, progress, changed);
  const v1::Progress before = progress;
  if (!apply_message(message, progress, changed)) return false;
  for (const auto& notice : notices_of(before, progress, announcer->public_url())) announcer->announce(tx, notice);
  return true;
}

}  // namespace

std::vector<std::string> status_topics() {
  return {topic::kMigration, topic::kConnectorStatus, topic::kMapperStatus, topic::kLoaderStatus, topic::kValidatorReport};
}

void consume(pg::Pool& pool, std::span<const bus::Incoming> messages, const Announcer* announcer) {
  // Ordered by id, so that two consumers lock rows in the same order.
  std::map<std::string, std::vector<const bus::Incoming*>> by_migration;
  std::vector<const bus::Incoming*> strangers;
  for (const auto& message : messages) {
    const auto migration = message.header("q2o-migration");
    const bool ours = migration.empty() || (ids::is_uuid(migration) && ids::is_uuid(message.header("q2o-tenant")));
    (ours ? by_migration[migration] : strangers).push_back(&message);
  }
  pool.transact([&](pg::Tx& tx) {
    for (const auto* message : strangers) {
      if (!pg::Inbox::insert(tx, kConsumer, message->id())) continue;
      bus::dead_letter(
          tx, "notifier", *message,
          Error{Code::invalid_argument, "q2o-migration or q2o-tenant is no id", Retry::never, Effect::none, "UNDECODABLE", "", {}});
    }
    for (const auto& [migration_id, group] : by_migration) {
      if (migration_id.empty()) {  // facts about connections belong to no migration
        for (const auto* message : group) {
          if (pg::Inbox::insert(tx, kConsumer, message->id())) announce_connections(tx, announcer, *message);
        }
        continue;
      }
      v1::Progress progress = load_for_update(tx, migration_id);
      const auto run = progress.run();
      bool changed = false;
      for (const auto* message : group) {
        if (!pg::Inbox::insert(tx, kConsumer, message->id())) continue;
        announce_connections(tx, announcer, *message);
        if (!apply_and_tell(tx, announcer, *message, progress, changed)) {
          bus::dead_letter(tx, "notifier", *message,
                           Error{Code::invalid_argument, "the message does not decode", Retry::never, Effect::none, "UNDECODABLE", "", {}});
        }
      }
      if (!changed) continue;
      if (progress.run() != run) forget_samples(tx, migration_id);
      const std::string tenant = group.front()->header("q2o-tenant");
      sample(tx, tenant, progress);
      save(tx, tenant, progress);
    }
  });
}

}  // namespace q2o::notifier
