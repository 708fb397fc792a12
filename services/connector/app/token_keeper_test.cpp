#include "services/connector/app/token_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/testing/testing.h"
#include "services/connector/tests/harness.h"

namespace q2o::connector {
namespace {

using testing::Harness;

TEST(TokenKeeper, RenewsOnceAndThenUsesWhatItHas) {
  Harness h;
  EXPECT_EQ(h.tokens.current("connection-1", 3600)->reveal(), "access-1");
  EXPECT_EQ(h.tokens.current("connection-1", 3600)->reveal(), "access-1");
  EXPECT_EQ(h.source.refreshes, 1);
  EXPECT_EQ(h.connections.stored.tokens.refresh.reveal(), "refresh-1");
  EXPECT_EQ(h.connections.stored.tokens.previous_refresh.reveal(), "refresh-0");
}

TEST(TokenKeeper, RenewsBeforeTheTokenExpires) {
  Harness h;
  ASSERT_TRUE(h.tokens.current("connection-1", 3600));
  h.clock.advance(std::chrono::minutes(59) + std::chrono::seconds(30));
  EXPECT_EQ(h.tokens.current("connection-1", 3600)->reveal(), "access-2");
}

TEST(TokenKeeper, DoesNotRenewWhatAnotherProcessHasRenewedAlready) {
  Harness h;
  const auto first = *h.tokens.current("connection-1", 3600);
  TokenKeeper other(h.connections, h.oauth, h.clock);
  ASSERT_EQ(other.renew("connection-1", first, 3600)->reveal(), "access-2");
  EXPECT_EQ(h.tokens.renew("connection-1", first, 3600)->reveal(), "access-2");
  EXPECT_EQ(h.source.refreshes, 2);
}

TEST(TokenKeeper, TriesTheTokenBeforeWhenTheNewOneIsRefused) {
  Harness h;
  h.connections.stored.tokens.refresh = config::Secret("never-arrived");
  h.connections.stored.tokens.previous_refresh = config::Secret("refresh-0");
  EXPECT_EQ(h.tokens.current("connection-1", 3600)->reveal(), "access-1");
}

TEST(TokenKeeper, ARevokedConnectionIsBrokenWithWordsThatHelp) {
  Harness h;
  h.source.revoked = true;
  const auto token = h.tokens.current("connection-1", 3600);
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().reason, "CONNECTION_BROKEN");
  EXPECT_THAT(token.error().hint, ::testing::HasSubstr("Connect the company again"));
  EXPECT_EQ(h.connections.stored.connection.state, "broken");
  const auto asked = h.source.requests().size();
  EXPECT_FALSE(h.tokens.current("connection-1", 3600));
  EXPECT_EQ(h.source.requests().size(), asked) << "a broken connection is not asked again";
}

TEST(TokenKeeper, AFreshTokenIsUsedNoMoreOnceAnotherProcessHasDisconnected) {
  Harness h;
  ASSERT_TRUE(h.tokens.current("connection-1", 3600));
  h.connections.elsewhere = true;  // the consent lives on at the platform: only we can stop using it
  ASSERT_TRUE(h.connections.begin_disconnect("tenant-1", "connection-1"));
  const auto token = h.tokens.current("connection-1", 3600);
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().reason, "CONNECTION_BROKEN");
  EXPECT_EQ(token.error().retry, Retry::never);
  EXPECT_EQ(h.source.refreshes, 1);
}

TEST(TokenKeeper, NothingIsUsedThatWasNotStoredBefore) {
  Harness h;
  h.connections.fail_stores = 1;
  const auto token = h.tokens.current("connection-1", 3600);
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().reason, "TOKENS_NOT_STORED");
  EXPECT_EQ(token.error().retry, Retry::after_backoff);
  EXPECT_EQ(h.connections.stored.tokens.refresh.reveal(), "refresh-0");
}

TEST(TokenKeeper, APairThatCouldNotBeStoredIsKeptAndStoredBeforeTheServerIsAskedAgain) {
  Harness h;
  h.connections.fail_stores = 3;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(h.tokens.current("connection-1", 3600));
  EXPECT_EQ(h.tokens.pending(), 1u);
  EXPECT_TRUE(h.connections.held()) << "nobody else may renew with the pair that is used up";
  EXPECT_EQ(h.tokens.current("connection-1", 3600)->reveal(), "access-1");
  EXPECT_EQ(h.source.refreshes, 1);
  EXPECT_EQ(h.tokens.pending(), 0u);
  EXPECT_FALSE(h.connections.held());
  EXPECT_EQ(h.connections.stored.tokens.refresh.reveal(), "refresh-1");
}

TEST(TokenKeeper, StoresAWaitingPairByItselfAsSoonAsItCan) {
  Harness h;
  h.connections.fail_stores = 3;
  EXPECT_FALSE(h.tokens.current("connection-1", 3600));
  {
    std::jthread loop([&](const std::stop_token& stop) { h.tokens.store_pending(stop); });
    EXPECT_TRUE(q2o::testing::eventually([&] { return h.tokens.pending() == 0; }));
  }
  EXPECT_EQ(h.connections.stored.tokens.refresh.reveal(), "refresh-1");
  EXPECT_EQ(h.connections.stores, 4);
}

TEST(TokenKeeper, TriesALastTimeWhenTheProcessEnds) {
  Harness h;
  h.connections.fail_stores = 1;
  EXPECT_FALSE(h.tokens.current("connection-1", 3600));
  std::stop_source ended;
  ended.request_stop();
  h.tokens.store_pending(ended.get_token());
  EXPECT_EQ(h.connections.stored.tokens.refresh.reveal(), "refresh-1");
}

TEST(TokenKeeper, APairThatWaitedLosesAgainstTheSignInOfAPerson) {
  Harness h;
  h.connections.fail_stores = 1;
  EXPECT_FALSE(h.tokens.current("connection-1", 3600));
  h.connections.stored.tokens = {config::Secret("access-of-the-person"), config::Secret("refresh-of-the-person"), {}, 4'000'000'000, 99};
  EXPECT_EQ(h.tokens.current("connection-1", 3600)->reveal(), "access-of-the-person");
  EXPECT_EQ(h.connections.stored.tokens.refresh.reveal(), "refresh-of-the-person");
}

TEST(TokenKeeper, WaitsForAnotherProcessThatRenewsAndThenSaysSo) {
  Harness h;
  const auto right = h.connections.begin_renewal("connection-1");
  ASSERT_TRUE(right);
  const auto token = h.tokens.current("connection-1", 3600);
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().reason, "SIGN_IN_BUSY");
  EXPECT_EQ(token.error().retry, Retry::after_backoff);
  EXPECT_GE(h.clock.waited(), std::chrono::seconds(15));
  EXPECT_EQ(h.source.refreshes, 0);
  h.connections.end_renewal(*right);
  EXPECT_EQ(h.tokens.current("connection-1", 3600)->reveal(), "access-1");
}

}  // namespace
}  // namespace q2o::connector
