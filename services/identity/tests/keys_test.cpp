#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "common/ids/ids.h"
#include "common/pg/embedded.h"
#include "common/rpc/rpc.h"
#include "common/sealing/remote_keys.h"
#include "common/sealing/services.h"
#include "common/testing/testing.h"
#include "embedded/identity_schema.h"
#include "services/identity/adapters/key_service.h"

namespace q2o::identity {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// The service over a real Postgres and real gRPC, and a client as every service has one.
class KeysOfTenants : public ::testing::Test {
 protected:
  void SetUp() override {
    folder = fs::path(::testing::TempDir()) / ("masters-" + ids::uuid_v4());
    fs::create_directories(folder);
    std::ofstream(folder / "master.1.key") << std::string(64, 'a');
    ::chmod((folder / "master.1.key").c_str(), 0600);
    pool = std::make_unique<pg::Pool>(q2o::testing::Postgres::instance().fresh_schema());
    pg::migrate(*pool, pg::schema_of(embedded::identity_schema::kFiles));
    masters = std::make_unique<MasterKeys>(folder.string());
    keeper = std::make_unique<KeyKeeper>(*pool, *masters);
    service = std::make_unique<KeyService>(*keeper, *masters, config::Secret("token"),
                                           [this](const v1::DestroyTenantKeysRequest& purge) { told.push_back(purge.purge_id()); });
    start("127.0.0.1:0");
  }
  void TearDown() override { fs::remove_all(folder); }
  void start(const std::string& address) {
    server = std::make_unique<rpc::Server>(address, std::vector<grpc::Service*>{service.get()}, metrics);
  }
  std::string address() { return "127.0.0.1:" + std::to_string(server->port()); }
  std::unique_ptr<sealing::RemoteKeys> client(std::chrono::milliseconds valid = 10min, const std::string& token = "token") {
    return std::make_unique<sealing::RemoteKeys>(
        sealing::RemoteKeys::Options{address(), "mapper", config::Secret(token), valid / 10, valid}, metrics);
  }
  std::string bytes_of(sealing::RemoteKeys& keys, std::uint32_t version) { return keys.version(owner, version).value()->bytes.reveal(); }

  fs::path folder;
  std::unique_ptr<pg::Pool> pool;
  std::unique_ptr<MasterKeys> masters;
  std::unique_ptr<KeyKeeper> keeper;
  std::vector<std::string> told;  ///< purges
  std::unique_ptr<KeyService> service;
  metrics::Registry metrics;
  std::unique_ptr<rpc::Server> server;
  const sealing::Owner owner{ids::uuid_v4(), ids::uuid_v4()};
};

TEST_F(KeysOfTenants, AreMadeOnceAndTheSameForEveryService) {
  const auto one = client();
  const auto other = client();
  const auto key = one->current(owner).value();
  EXPECT_EQ(key->version, 1U);
  EXPECT_EQ(key->bytes.reveal().size(), 32U);
  EXPECT_EQ(bytes_of(*other, 1), key->bytes.reveal());
  EXPECT_NE(one->current({owner.tenant, ""}).value()->bytes.reveal(), key->bytes.reveal());
}

TEST_F(KeysOfTenants, AreForServicesOnly) {
  const auto stranger = client(10min, "guess");
  EXPECT_EQ(stranger->current(owner).error().reason, "KEYS_UNAVAILABLE");
  EXPECT_TRUE(keeper->list(owner.tenant).empty());
  EXPECT_FALSE(client()->current({"no-uuid", ""}));
}

TEST_F(KeysOfTenants, StayInMemoryWhileIdentityIsAwayAndAreFoundAgain) {
  const auto keys = client(2s);
  const auto before = keys->current(owner).value()->bytes.reveal();
  EXPECT_TRUE(keys->usable());
  const auto at = address();
  server.reset();
  EXPECT_EQ(keys->current(owner).value()->bytes.reveal(), before) << "no call for what is in memory";
  ASSERT_TRUE(q2o::testing::eventually([&] { return !keys->current(owner); })) << "but not for ever";
  EXPECT_EQ(keys->current(owner).error().retry, Retry::after_backoff);
  EXPECT_FALSE(keys->usable());
  start(at);
  ASSERT_TRUE(q2o::testing::eventually([&] { return keys->current(owner).has_value(); }));
  EXPECT_EQ(bytes_of(*keys, 1), before);
}

TEST_F(KeysOfTenants, AreRotatedForNewWrites) {
  const auto keys = client();
  const auto first = keys->current(owner).value()->bytes.reveal();
  EXPECT_EQ(keeper->rotate(owner.tenant), 1U);
  keys->forget(owner.tenant, "");
  EXPECT_EQ(keys->current(owner).value()->version, 2U);
  EXPECT_EQ(bytes_of(*keys, 1), first);
  EXPECT_NE(bytes_of(*keys, 2), first);
}

TEST_F(KeysOfTenants, OutliveAMasterKey) {
  const auto keys = client();
  const auto before = keys->current(owner).value()->bytes.reveal();
  const auto rotated = keeper->rotate_master().value();
  EXPECT_EQ(rotated.master_version(), 2U);
  EXPECT_EQ(rotated.rewrapped(), 1U);
  EXPECT_FALSE(fs::exists(folder / "master.1.key"));
  EXPECT_EQ(client()->current(owner).value()->bytes.reveal(), before);
  EXPECT_EQ(keeper->list(owner.tenant).front().master_version(), 2U);
  // Another replica that still knows the first one only.
  KeyKeeper replica(*pool, *masters);
  EXPECT_EQ(replica.keys(owner)->keys(0).key(), before);
}

TEST_F(KeysOfTenants, MadeInTheMomentOfARotationAreNotLost) {
  std::atomic<bool> over = false;
  std::atomic<int> rotations = 0;
  std::string trouble;
  std::jthread rotating([&] {
    while (!over) {
      if (const auto done = keeper->rotate_master(); !done) trouble = done.error().message;
      ++rotations;
    }
  });
  MasterKeys other_masters(folder.string());
  KeyKeeper replica(*pool, other_masters);  // knows the folder as it was
  std::map<std::string, std::string> made;
  for (int i = 0; i < 60 || rotations < 5; ++i) {
    auto& maker = i % 2 == 0 ? *keeper : replica;
    const sealing::Owner one{owner.tenant, ids::uuid_v4()};
    const auto keys = maker.keys(one);
    ASSERT_TRUE(keys) << keys.error().message;
    made[one.migration] = keys->keys(0).key();
  }
  over = true;
  rotating.join();
  EXPECT_EQ(trouble, "");
  for (const auto& [migration, key] : made) {
    const auto again = keeper->keys({owner.tenant, migration});
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->keys(0).key(), key);
  }
}

TEST_F(KeysOfTenants, AreDestroyedForGood) {
  const auto keys = client();
  const sealing::Owner other{owner.tenant, ids::uuid_v4()};
  keys->current(owner).value();
  keys->current(other).value();
  const auto wrapped = pool->transact(
      [&](pg::Tx& tx) { return tx.one("select wrapped from data_key where migration_id = $1", {owner.migration}).bytes("wrapped"); });
  const auto destroyed = keeper->destroy(owner.tenant, owner.migration).value();
  ASSERT_EQ(destroyed.size(), 1U);
  EXPECT_FALSE(destroyed[0].destroyed_at().empty());
  keys->forget(owner.tenant, owner.migration);
  EXPECT_EQ(keys->version(owner, 1).error().reason, "KEY_DESTROYED");
  EXPECT_TRUE(keys->version(other, 1));
  EXPECT_EQ(keys->current(owner).value()->version, 2U) << "a version is never used twice";
  // A copy of the wrapped key, as a backup has it, does not open: its master key is gone.
  EXPECT_EQ(masters->unwrap(1, wrapped, owner.tenant + "/" + owner.migration + "/1").error().reason, "NO_MASTER_KEY");
  EXPECT_EQ(pool->transact([&](pg::Tx& tx) { return tx.one("select count(*) as n from outbox", {}).integer("n"); }), 1);
}

TEST_F(KeysOfTenants, AreDestroyedForAPurgeOfWhichTheAuditHears) {
  const auto keys = client();
  keys->current(owner).value();
  const auto stub = v1::KeyService::NewStub(rpc::channel(address()));
  v1::DestroyTenantKeysRequest request;
  request.set_tenant_id(owner.tenant);
  const auto destroy = [&] {
    const auto context = sealing::service_context(owner.tenant, "billing", config::Secret("token"), 10s);
    v1::DestroyTenantKeysResponse answer;
    const auto status = stub->DestroyTenantKeys(context.get(), request, &answer);
    return status.ok() ? std::to_string(answer.destroyed_size()) : rpc::to_error(status).reason;
  };
  EXPECT_EQ(destroy(), "BAD_PURGE");
  keys->forget(owner.tenant, "");
  EXPECT_TRUE(keys->version(owner, 1)) << "nothing was destroyed";
  request.set_purge_id(ids::uuid_v4());
  EXPECT_EQ(destroy(), "1");
  EXPECT_EQ(destroy(), "1") << "again";
  EXPECT_EQ(told, (std::vector<std::string>{request.purge_id(), request.purge_id()}));
}

}  // namespace
}  // namespace q2o::identity
