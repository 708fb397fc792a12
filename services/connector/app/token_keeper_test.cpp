#include "services/connector/app/token_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(TokenKeeper, NothingIsUsedThatWasNotStoredBefore) {
  Harness h;
  h.connections.lose_next_commit = true;
  EXPECT_THROW(static_cast<void>(h.tokens.current("connection-1", 3600)), std::runtime_error);
  EXPECT_EQ(h.connections.stored.tokens.refresh.reveal(), "refresh-0");
}

}  // namespace
}  // namespace q2o::connector
