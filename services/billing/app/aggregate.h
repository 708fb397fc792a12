#pragma once

#include <string>
#include <vector>

#include "common/result/result.h"
#include "q2o/billing/v1/migration.pb.h"
#include "services/billing/domain/transitions.h"

namespace q2o::billing {

/// One migration and what happened to it since it was read. Every change bumps the version and leaves an event.
class Aggregate {
 public:
  explicit Aggregate(v1::Migration migration) : migration_(std::move(migration)), stored_version_(migration_.version()) {}

  const v1::Migration& get() const { return migration_; }
  v1::Migration& edit() { return migration_; }
  State state() const { return static_cast<State>(migration_.state()); }
  std::uint64_t stored_version() const { return stored_version_; }
  const std::vector<v1::Event>& events() const { return events_; }
  bool changed() const { return !events_.empty(); }
  /// The books differ, and nobody has said that this is right.
  bool waits_for_acceptance() const { return state() == State::validating && migration_.verdict() == "DIFFERENT"; }
  /// The present run began, went on or ended: what happens to the migration after a run says nothing about that run.
  bool touched_run() const;

  /// Takes the step of the table, or says what is missing.
  Status step(Trigger trigger, const std::string& actor, const std::string& reason, const std::string& now);
  /// Changes the directive (state stays). Nothing happens when it is the same with the same reason.
  void direct(v1::Directive directive, const std::string& actor, const std::string& reason, const std::string& now);

  /// Something that is no step but belongs into the history; `kind` as "PAYMENT_DISPUTED". Changes of fields go before it.
  void note(const std::string& kind, const std::string& actor, const std::string& reason, const std::string& now) {
    record(kind, state(), actor, reason, now);
  }
  /// Error failed_precondition while the payment is disputed or was given back.
  Status may_run() const;

  /// A new run of a READY migration, as ordered; `order.mapping_version` is the one to use.
  Status start_run(v1::RunOrder order, const std::string& actor, const std::string& reason, const std::string& now);

 private:
  void record(const std::string& kind, State from, const std::string& actor, const std::string& reason, const std::string& now);
  v1::Migration migration_;
  std::uint64_t stored_version_;
  std::vector<v1::Event> events_;
};

}  // namespace q2o::billing
