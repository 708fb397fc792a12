#pragma once

#include "services/billing/app/commands.h"
#include "services/billing/app/process_manager.h"
#include "services/billing/tests/fakes.h"
#include "tests/sim/world.h"

namespace q2o::sim {

/// The lifecycle: commands of people, facts of the services, one copy of the store per transaction.
class Billing {
 public:
  Billing();
  void take_connector(const Message& message);
  void take_mapper(const Message& message);
  void take_loader(const Message& message);
  void take_report(const Message& message);
  /// What nobody asks for: looked at every few seconds.
  void advance();
  const Message* published(std::size_t number);
  const billing::v1::Migration& migration() const { return db_.store.rows.begin()->second; }
  const std::vector<billing::v1::Event>& events() const { return db_.store.events.begin()->second; }
  std::map<std::string, billing::StageCounts> counts() const;
  void pause();
  void resume();

 private:
  struct Db {
    billing::fakes::FakeMigrations store;
    std::set<std::string> inbox;
  };
  template <class Fact>
  void take(const Message& message);
  Db db_;
  billing::fakes::FakePeers peers_;
  billing::Commands commands_;
  billing::ProcessManager manager_;
  std::vector<Message> outbox_;
};

class Advance final : public Process {
 public:
  explicit Advance(Billing& billing) : billing_(billing) {}
  void turn() override { billing_.advance(); }

 private:
  Billing& billing_;
};

/// A person who pauses now and then, and resumes what a person has paused.
class Person final : public Process {
 public:
  Person(World& world, Billing& billing) : world_(world), billing_(billing), pauses_left_(world.weather().pauses) {}
  void turn() override;

 private:
  World& world_;
  Billing& billing_;
  int pauses_left_;
};

}  // namespace q2o::sim
