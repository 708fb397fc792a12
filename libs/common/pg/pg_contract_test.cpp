#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/acting/acting.h"
#include "common/liveness/liveness.h"
#include "common/pg/pg.h"
#include "common/testing/testing.h"

namespace q2o::pg {
namespace {

using namespace std::chrono_literals;

class Pg : public ::testing::Test {
 protected:
  Options options = testing::Postgres::instance().fresh_schema();
  Pool pool{options};
  void SetUp() override {
    migrate(pool,
            {{"001_init.sql",
              "create table thing (id bigint primary key, name text, body bytea, tags text[]); insert into thing values (0, 'zero');"}});
  }
  std::int64_t count(std::string_view table) {
    return pool.transact([&](Tx& tx) { return tx.one("select count(*) as n from " + std::string(table)).integer("n"); });
  }
};

TEST_F(Pg, GivesBackEveryKindOfValueAsItWasStored) {
  const std::string body("\x00\xff\\'\n", 5);
  const std::vector<std::string> tags{"plain", "with \"quotes\"", "back\\slash", "comma, {brace}", ""};
  pool.transact([&](Tx& tx) { tx.exec("insert into thing values ($1, $2, $3, $4)", {1, "Müller's \\ name", Param::bytes(body), tags}); });
  pool.transact([&](Tx& tx) {
    const auto row = tx.one("select * from thing where id = $1", {std::int64_t{1}});
    EXPECT_EQ(row.text("name"), "Müller's \\ name");
    EXPECT_EQ(row.bytes("body"), body);
    EXPECT_EQ(row.text_array("tags"), tags);
    const auto zero = tx.one("select * from thing where id = 0");
    EXPECT_TRUE(zero.is_null("body"));
    EXPECT_EQ(zero.optional_text("body"), std::nullopt);
    EXPECT_THROW(static_cast<void>(zero.text("nonsense")), std::out_of_range);
  });
}

TEST_F(Pg, TellsItsVersionOrThatItDoesNotAnswer) {
  EXPECT_TRUE(server_version(options)->starts_with("15."));
  auto nowhere = options;
  nowhere.host = "127.0.0.1";
  nowhere.port = testing::free_port();
  const auto silent = server_version(nowhere);
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().reason, "DATABASE_UNAVAILABLE");
}

class Isolated : public Pg {
 protected:
  void SetUp() override {
    migrate(pool,
            {{"001_init.sql",
              "create table private (tenant_id text not null, id bigint primary key); insert into private values ('ann', 1), ('eve', 2);"
              "select isolate_tenants();"}});
  }
  /// What a transaction sees when its thread works for this one.
  std::vector<std::string> seen(const acting::Whom& whom, Pool& through) {
    const acting::Scope scope(whom);
    return through.transact([&](Tx& tx) {
      std::vector<std::string> out;
      for (const auto row : tx.exec("select tenant_id from private order by id")) out.push_back(row.text("tenant_id"));
      return out;
    });
  }
  std::vector<std::string> seen(const acting::Whom& whom) { return seen(whom, pool); }
  using Tenants = std::vector<std::string>;
};

TEST_F(Isolated, ShowsTheRowsOfWhomTheThreadWorksFor) {
  options.connections = 1;
  Pool narrow(options);  // the same connection serves all of them in turn
  for (auto* through : {&pool, &narrow, &narrow}) {
    EXPECT_EQ(seen(acting::tenant("ann"), *through), Tenants{"ann"});
    EXPECT_EQ(seen(acting::nobody(), *through), Tenants{});
    EXPECT_EQ(seen(acting::everyone(), *through), (Tenants{"ann", "eve"}));
    EXPECT_EQ(seen(acting::tenant("eve"), *through), Tenants{"eve"});
    EXPECT_EQ(seen(acting::tenant("*"), *through), Tenants{}) << "no tenant is everyone";
  }
  EXPECT_EQ(count("private"), 2) << "outside of a call: the service itself";
}

TEST_F(Isolated, AFailedTransactionLeavesNothingBehind) {
  {
    const acting::Scope ann(acting::tenant("ann"));
    EXPECT_THROW(pool.transact([](Tx& tx) { tx.exec("insert into private values ('eve', 3)"); }), SqlError);
    EXPECT_THROW(pool.transact([](Tx&) { throw std::runtime_error("no"); }), std::runtime_error);
  }
  EXPECT_EQ(seen(acting::tenant("eve")), Tenants{"eve"});
  EXPECT_EQ(count("private"), 2);
}

TEST_F(Isolated, ManyThreadsEachSeeTheirOwn) {
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (const std::string who : {"ann", "eve", "*", ""})
      threads.emplace_back([&, who] {
        for (int i = 0; i < 50; ++i) {
          const auto rows = seen(who == "*" ? acting::everyone() : acting::tenant(who));
          if (rows.size() != (who == "*" ? 2U : who.empty() ? 0U : 1U) || (rows.size() == 1 && rows[0] != who)) ++wrong;
        }
      });
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(Isolated, GuessesTheRightNumberOfRows) {
  pool.transact([](Tx& tx) {
    tx.exec("insert into private select 'ann', n from generate_series(10, 5009) as n");
    tx.exec("analyze private");
  });
  const auto plan = pool.transact([](Tx& tx) { return tx.exec("explain select * from private where id > 0")[0].text("QUERY PLAN"); });
  const auto at = plan.find("rows=");
  ASSERT_NE(at, std::string::npos) << plan;
  EXPECT_GT(std::stoi(plan.substr(at + 5)), 4500) << plan;
}

TEST_F(Pg, TakesArraysForUnnestAndAny) {
  pool.transact([&](Tx& tx) {
    const std::vector<std::int64_t> ids{5, 6, 7};
    tx.exec("insert into thing (id, name, body) select * from unnest($1::bigint[], $2::text[], $3::bytea[])",
            {ids, std::vector<std::string>{"a", "b", "c"}, Param::bytes_array({"x", std::string("\0", 1), "\\"})});
    EXPECT_EQ(tx.exec("delete from thing where id = any($1::bigint[])", {std::vector<std::int64_t>{5, 6}}).affected(), 2u);
    EXPECT_EQ(tx.one("select body from thing where id = 7").bytes("body"), "\\");
  });
}

TEST_F(Pg, RollsBackWhenTheWorkThrows) {
  EXPECT_THROW(pool.transact([](Tx& tx) {
    tx.exec("insert into thing values (9)");
    throw std::runtime_error("changed my mind");
  }),
               std::runtime_error);
  EXPECT_EQ(count("thing"), 1);
}

TEST_F(Pg, NamesTheConstraintThatRefused) {
  try {
    pool.transact([](Tx& tx) { tx.exec("insert into thing values ($1)", {0}); });
    FAIL() << "a second row 0 was taken";
  } catch (const SqlError& problem) {
    EXPECT_EQ(problem.sqlstate, "23505");
    EXPECT_EQ(problem.constraint, "thing_pkey");
  }
}

TEST_F(Pg, RefusesTextWithNulInsteadOfCuttingIt) {
  EXPECT_THROW(pool.transact([](Tx& tx) { tx.exec("insert into thing values (3, $1)", {std::string("a\0b", 3)}); }), SqlError);
}

TEST_F(Pg, RepeatsATransactionThatLostADeadlock) {
  pool.transact([](Tx& tx) { tx.exec("insert into thing values (1, ''), (2, '')"); });
  std::atomic<int> locked = 0;
  std::atomic<int> attempts = 0;
  const auto lock_both = [&](int first, int second) {
    pool.transact([&](Tx& tx) {
      ++attempts;
      tx.exec("update thing set name = name || 'x' where id = $1", {first});
      ++locked;
      testing::eventually([&] { return locked >= 2; });
      tx.exec("update thing set name = name || 'x' where id = $1", {second});
    });
  };
  std::thread other([&] { lock_both(2, 1); });
  lock_both(1, 2);
  other.join();
  EXPECT_EQ(attempts, 3);
  pool.transact([](Tx& tx) { EXPECT_EQ(tx.one("select string_agg(name, ',') as all from thing where id > 0").text("all"), "xx,xx"); });
}

TEST_F(Pg, RepeatsAfterTheConnectionWasCutBeforeCommit) {
  int attempts = 0;
  pool.transact([&](Tx& tx) {
    tx.exec("insert into thing values (1)");
    if (++attempts > 1) return;
    const auto self = tx.one("select pg_backend_pid() as pid").integer("pid");
    Pool(options).transact([&](Tx& killer) { killer.exec("select pg_terminate_backend($1::int, 5000)", {self}); });
    tx.exec("select 1");
  });
  EXPECT_EQ(attempts, 2);
  EXPECT_EQ(count("thing"), 2);
}

TEST_F(Pg, GoesOnAfterTheServerWasRestarted) {
  testing::Postgres::instance().restart_immediately();
  pool.transact([](Tx& tx) { tx.exec("insert into thing values (1)"); });
  EXPECT_EQ(count("thing"), 2);
}

TEST_F(Pg, SurvivesAPlanThatASchemaChangeMadeStale) {
  const auto read = [&] { return pool.transact([](Tx& tx) { return tx.exec("select * from thing where id = $1", {0}).size(); }); };
  EXPECT_EQ(read(), 1u);
  pool.transact([](Tx& tx) { tx.exec("alter table thing add column extra text"); });
  EXPECT_EQ(read(), 1u);
}

TEST_F(Pg, RefusesAMigrationThatWasChangedAfterwards) {
  EXPECT_NO_THROW(migrate(
      pool, {{"001_init.sql",
              "create table thing (id bigint primary key, name text, body bytea, tags text[]); insert into thing values (0, 'zero');"}}));
  EXPECT_THROW(migrate(pool, {{"001_init.sql", "create table other ();"}}), std::runtime_error);
}

TEST_F(Pg, MigratesOnceWhenReplicasStartTogether) {
  const auto fresh = testing::Postgres::instance().fresh_schema();
  std::vector<std::thread> replicas;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 4; ++i) {
    replicas.emplace_back([&] {
      try {
        Pool own(fresh);
        migrate(own, {{"001.sql", "create table once (); "}});
      } catch (const std::exception&) {
        ++failed;
      }
    });
  }
  for (auto& replica : replicas) replica.join();
  EXPECT_EQ(failed, 0);
}

TEST_F(Pg, InboxSaysOnceThatAMessageIsNew) {
  const auto deliver = [&](std::string_view consumer) {
    return pool.transact([&](Tx& tx) { return Inbox::insert(tx, consumer, "message-1"); });
  };
  EXPECT_TRUE(deliver("a"));
  EXPECT_FALSE(deliver("a"));
  EXPECT_TRUE(deliver("b"));
}

TEST_F(Pg, ListenerWakesOnNotifyAndKeepsListeningAfterARestart) {
  Listener listener(options, "news");
  EXPECT_TRUE(listener.wait(5s, {})) << "a new session has to look";
  EXPECT_FALSE(listener.wait(50ms, {}));
  pool.transact([](Tx& tx) { tx.notify("news", "hello"); });
  EXPECT_TRUE(listener.wait(5s, {}));
  testing::Postgres::instance().restart_immediately();
  EXPECT_TRUE(testing::eventually([&] { return listener.wait(100ms, {}); }));
  pool.transact([](Tx& tx) { tx.notify("news"); });
  EXPECT_TRUE(testing::eventually([&] { return listener.wait(100ms, {}); }));
}

TEST_F(Pg, ListenerReturnsAtOnceWhenStopped) {
  Listener listener(options, "news");
  listener.wait(5s, {});
  std::stop_source stop;
  stop.request_stop();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(listener.wait(30s, stop.get_token()));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

class Leases : public Pg {
 protected:
  Pool other{options};
  std::optional<Lease> take(Pool& from, std::string_view owner, std::chrono::milliseconds ttl) {
    return from.transact([&](Tx& tx) { return try_lease(tx, "job", "1", owner, ttl); });
  }
  bool holds(Pool& from, const Lease& lease) {
    return from.transact([&](Tx& tx) { return held(tx, lease); });
  }
};

TEST_F(Leases, AreHeldByOneAtATime) {
  const auto mine = take(pool, "a", 60s);
  ASSERT_TRUE(mine);
  EXPECT_FALSE(take(other, "b", 60s));
  pool.transact([&](Tx& tx) { release(tx, *mine); });
  EXPECT_TRUE(take(other, "b", 60s));
}

TEST_F(Leases, FenceOffAHolderWhoseTimeRanOut) {
  const auto slow = take(pool, "slow", 1ms);
  ASSERT_TRUE(slow);
  std::optional<Lease> quick;
  ASSERT_TRUE(testing::eventually([&] { return (quick = take(other, "quick", 60s)).has_value(); }));
  EXPECT_GT(quick->fence, slow->fence);
  EXPECT_FALSE(holds(pool, *slow));
  EXPECT_FALSE(pool.transact([&](Tx& tx) { return renew(tx, *slow, 60s); }));
  EXPECT_TRUE(holds(other, *quick));
  pool.transact([&](Tx& tx) { release(tx, *slow); });
  EXPECT_TRUE(holds(other, *quick)) << "a zombie must not release its successor's lease";
}

TEST_F(Leases, OfAKilledProcessAreTakenOverAtOnce) {
  auto killed = liveness::make_name("loader");
  killed.replace(killed.rfind('.') + 1, std::string::npos, "1");  // our process id, but begun at another time
  const auto lost = take(pool, killed, 60s);
  ASSERT_TRUE(lost);
  const auto mine = take(other, liveness::make_name("loader"), 60s);
  ASSERT_TRUE(mine);
  EXPECT_GT(mine->fence, lost->fence);
  EXPECT_FALSE(holds(pool, *lost));
  EXPECT_FALSE(take(pool, liveness::make_name("loader"), 60s)) << "the new holder lives";
}

TEST_F(Leases, AreSeenToBeHeldWhileTheHolderWrites) {
  const auto mine = take(pool, "a", 60s);
  ASSERT_TRUE(mine);
  pool.transact([&](Tx& tx) {
    ASSERT_TRUE(renew(tx, *mine, 60s));  // the row is locked until this transaction ends
    EXPECT_FALSE(other.transact([&](Tx& theirs) {
      theirs.exec("set local lock_timeout = 100");
      return try_lease(theirs, "job", "1", "b", 60s);
    })) << "nobody waits for the lock";
  });
}

bool waits_for_a_lock(Pool& pool) {
  return pool.transact([](Tx& tx) { return tx.one("select count(*) as n from pg_locks where not granted").integer("n") > 0; });
}

TEST_F(Leases, CannotBeTakenOverWhileTheHolderWrites) {
  const auto mine = take(pool, "a", 1ms);
  ASSERT_TRUE(mine);
  std::atomic<bool> taken = false;
  std::thread rival;
  pool.transact([&](Tx& tx) {
    ASSERT_TRUE(held(tx, *mine));
    rival = std::thread([&] {
      take(other, "b", 60s);
      taken = true;
    });
    EXPECT_TRUE(testing::eventually([&] { return waits_for_a_lock(other); }));
    EXPECT_FALSE(taken);
  });
  rival.join();
  EXPECT_TRUE(taken);
  EXPECT_FALSE(holds(pool, *mine));
}

}  // namespace
}  // namespace q2o::pg
