#include "tests/sim/billing.h"

#include "tests/sim/source.h"

namespace q2o::sim {
namespace {

const billing::Caller kPerson{kTenant, "person", {}};

std::string now() {
  return "2026-01-01T00:00:00Z";
}

}  // namespace

Billing::Billing()
    : commands_(
          [this](const std::function<void(billing::Migrations&)>& work) {
            auto copy = db_.store;
            work(copy);
            db_.store = std::move(copy);
          },
          peers_, now),
      manager_(now) {
  billing::v1::CreateMigrationRequest request;
  request.set_platform("quickbooks_online");
  request.set_source_connection_id("source");
  request.set_target_id("target");
  request.set_automatic_start(true);
  const auto made = commands_.create(kPerson, request);
  if (!made || !commands_.mark_paid({kTenant, "operator", {}}, made->migration_id(), "paid"))
    throw std::logic_error("the migration does not start");
}

template <class Fact>
void Billing::take(const Message& message) {
  Fact fact;
  if (!fact.ParseFromString(message.value)) throw std::logic_error("a status topic holds something else");
  // One transaction: all of it or nothing. The steps around it are the consumer's.
  auto copy = db_;
  if (!copy.inbox.insert(message.id).second) return;
  manager_.apply(copy.store, fact);
  db_ = std::move(copy);
}

void Billing::take_connector(const Message& message) {
  take<connector::v1::StatusFact>(message);
}
void Billing::take_mapper(const Message& message) {
  take<mapper::v1::StatusFact>(message);
}
void Billing::take_loader(const Message& message) {
  take<loader::v1::StatusFact>(message);
}
void Billing::take_report(const Message& message) {
  take<validator::v1::ValidationCompleted>(message);
}

void Billing::advance() {
  if (migration().state() != billing::v1::STATE_RUNNING) return;
  auto copy = db_.store;
  manager_.try_validate(copy, kTenant, migration().migration_id());
  db_.store = std::move(copy);
}

const Message* Billing::published(std::size_t number) {
  const auto& all = db_.store.published;
  while (outbox_.size() < all.size()) {
    const auto& next = all[outbox_.size()];
    outbox_.push_back({"billing/" + std::to_string(next.version()), next.SerializeAsString()});
  }
  return number < outbox_.size() ? &outbox_[number] : nullptr;
}

std::map<std::string, billing::StageCounts> Billing::counts() const {
  return db_.store.run_counts.empty() ? std::map<std::string, billing::StageCounts>{} : db_.store.run_counts.begin()->second;
}

void Billing::pause() {
  static_cast<void>(commands_.pause(kPerson, migration().migration_id(), "a person"));
}

void Billing::resume() {
  if (!commands_.resume(kPerson, migration().migration_id())) throw std::logic_error("a person cannot resume");
}

void Person::turn() {
  const auto& migration = billing_.migration();
  if (migration.state() != billing::v1::STATE_RUNNING) return;
  if (migration.directive() == billing::v1::DIRECTIVE_PAUSE) {
    if (billing_.events().back().actor() == kPerson.actor && world_.chance(0.3)) billing_.resume();
  } else if (pauses_left_ > 0 && world_.chance(0.02)) {
    --pauses_left_;
    billing_.pause();
  }
}

}  // namespace q2o::sim
