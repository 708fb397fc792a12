#pragma once

#include <gtest/gtest.h>

#include "services/billing/app/commands.h"
#include "services/billing/app/process_manager.h"
#include "services/billing/tests/fakes.h"

namespace q2o::billing::testing {

inline const Caller kOwner{"tenant", "cli", {}};
inline const Caller kOperator{"tenant", "operator", {}};

class Lifecycle : public ::testing::Test {
 protected:
  v1::CreateMigrationRequest request(bool automatic) {
    v1::CreateMigrationRequest out;
    out.set_platform("quickbooks_online");
    out.set_source_connection_id("source");
    out.set_target_id("target");
    out.set_automatic_start(automatic);
    return out;
  }
  std::string created(bool automatic = true) { return commands_.create(kOwner, request(automatic))->migration_id(); }
  std::string running() {
    const auto id = created();
    EXPECT_TRUE(commands_.mark_paid(kOperator, id, "paid by invoice"));
    return id;
  }
  Result<v1::Migration> start(const Caller& caller, const std::string& id, const v1::RunOrder& order = {}) {
    v1::StartRequest wanted;
    wanted.set_migration_id(id);
    *wanted.mutable_order() = order;
    return commands_.start(caller, wanted);
  }
  static v1::RunOrder replay(std::uint32_t source_run = 0) {
    v1::RunOrder order;
    order.set_kind(v1::RUN_KIND_REPLAY);
    order.set_source_run(source_run);
    return order;
  }
  static v1::RunOrder undo() {
    v1::RunOrder order;
    order.set_kind(v1::RUN_KIND_UNDO);
    return order;
  }
  /// A migration whose first run has read the source and is proven.
  std::string completed() {
    const auto id = validating();
    auto f = fact<connector::v1::StatusFact>(id);
    f.mutable_run_extracted();
    manager_.apply(store_, f);
    proven(id, "MATCHED");
    return id;
  }
  v1::Migration now(const std::string& id) { return *commands_.get(kOwner, id); }
  State state(const std::string& id) { return static_cast<State>(now(id).state()); }

  template <class Fact>
  Fact fact(const std::string& id, std::uint32_t run = 1) {
    Fact out;
    out.mutable_scope()->set_tenant_id("tenant");
    out.mutable_scope()->set_migration_id(id);
    out.mutable_scope()->set_run(run);
    return out;
  }
  void extracted(const std::string& id, std::uint64_t n) {
    auto f = fact<connector::v1::StatusFact>(id);
    f.mutable_entity_progress()->set_entity("Invoice");
    f.mutable_entity_progress()->set_extracted(n);
    f.mutable_entity_progress()->set_done(true);
    manager_.apply(store_, f);
  }
  void mapped(const std::string& id, std::uint64_t n) {
    auto f = fact<mapper::v1::StatusFact>(id);
    f.mutable_entity_progress()->set_entity("Invoice");
    f.mutable_entity_progress()->set_mapped(n);
    f.mutable_entity_progress()->set_done(true);
    manager_.apply(store_, f);
  }
  void loaded(const std::string& id, std::uint64_t n, std::uint32_t run = 1) {
    auto f = fact<loader::v1::StatusFact>(id, run);
    auto* entity = f.mutable_run_loaded()->add_entities();
    entity->set_entity("Invoice");
    entity->set_loaded(n);
    manager_.apply(store_, f);
  }
  void proven(const std::string& id, const std::string& verdict, const std::string& failure = {}) {
    auto f = fact<validator::v1::ValidationCompleted>(id);
    f.set_verdict(verdict);
    f.set_failure(failure);
    f.set_report_id("report-" + std::to_string(f.scope().run()));
    manager_.apply(store_, f);
  }
  std::string validating() {
    const auto id = running();
    extracted(id, 3);
    mapped(id, 3);
    loaded(id, 3);
    return id;
  }

  fakes::FakeMigrations store_;
  fakes::FakePeers peers_;
  std::string clock_text_ = "2026-01-01T00:00:00Z";
  Clock clock_ = [this] { return clock_text_; };
  Commands commands_{[this](const std::function<void(Migrations&)>& work) { work(store_); }, peers_, clock_};
  ProcessManager manager_{clock_};
};

}  // namespace q2o::billing::testing
