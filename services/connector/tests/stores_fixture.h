#pragma once

#include <gtest/gtest.h>

#include "common/ids/ids.h"
#include "common/migrations/migrations.h"
#include "common/testing/testing.h"
#include "services/connector/adapters/postgres_connections.h"
#include "services/connector/tests/shipped.h"
#include "services/connector/wiring.h"

/// A connector schema of its own, with the shipped platform and one tenant.
namespace q2o::connector::testing {

using config::Secret;

class Stores : public ::testing::Test {
 protected:
  Stores()
      : pool(q2o::testing::Postgres::instance().fresh_schema()), sealer(Secret(std::string(32, 'k'))), connections(pool, sealer, "test") {
    pg::migrate(pool, schema_files());
    manifests.emplace("quickbooks_online", testing::shipped());
  }

  Connection save(const std::string& refresh = "refresh-0") {
    Connection wanted{"", tenant, "qbo123", "quickbooks_online", "123", "http://source", "http://token", "", "", "", ""};
    return connections.save({wanted, {Secret("client"), Secret("very-secret")}, {{}, Secret(refresh), {}, 0}});
  }
  billing::v1::Migration migration(std::uint64_t version, billing::v1::Directive directive = billing::v1::DIRECTIVE_GO) {
    billing::v1::Migration m;
    m.set_tenant_id(tenant);
    m.set_migration_id(migration_id);
    m.set_version(version);
    m.set_state(billing::v1::STATE_RUNNING);
    m.set_directive(directive);
    m.set_run(1);
    m.set_platform("quickbooks_online");
    m.set_source_connection_id("c");
    m.set_connection_slug("qbo123");
    return m;
  }
  void apply(const billing::v1::Migration& m) {
    pool.transact([&](pg::Tx& tx) { migrations::apply(tx, m); });
  }
  std::vector<v1::StatusFact> facts() {
    return pool.transact([](pg::Tx& tx) {
      std::vector<v1::StatusFact> all;
      for (const auto row : tx.exec("SELECT value FROM outbox ORDER BY id")) all.emplace_back().ParseFromString(row.bytes("value"));
      return all;
    });
  }

  const std::string tenant = ids::uuid_v4(), migration_id = ids::uuid_v4();
  pg::Pool pool;
  crypto::Sealer sealer;
  PostgresConnections connections;
  Manifests manifests;
};

}  // namespace q2o::connector::testing
