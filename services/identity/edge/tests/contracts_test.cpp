#include <gtest/gtest.h>

#include "embedded/contracts.h"
#include "services/identity/edge/rules.h"

namespace q2o::identity::edge {
namespace {

Rules rules() {
  return Rules::of_contracts(embedded::contracts::kFiles[0].text);
}

/// Methods for people and programs that have no REST path, and why.
const std::map<std::string, std::string, std::less<>> kWithoutRest{};

TEST(Contracts, SayOfEveryMethodWhoMayCallIt) {
  ASSERT_GT(rules().all().size(), 60U) << "the contracts were not found";
  const auto known = rules();
  for (const auto& [path, rule] : known.all())
    EXPECT_NE(rule.access.level(), v1::LEVEL_UNSPECIFIED) << path << ": option (q2o.identity.v1.access) is missing";
}

TEST(Contracts, GiveEveryMethodForOthersARestPath) {
  const auto known = rules();
  for (const auto& [path, rule] : known.all()) {
    if (rule.access.level() == v1::LEVEL_SERVICE) {
      EXPECT_FALSE(rule.by_rest) << path << " is for services only and has a REST path";
      continue;
    }
    if (rule.streams || kWithoutRest.contains(path)) continue;
    EXPECT_TRUE(rule.by_rest) << path << ": option (google.api.http) is missing";
  }
}

TEST(Contracts, LetKeysOnlyDoWhatNeedsNoPersonAtTheKeyboard) {
  const auto known = rules();
  for (const auto& [path, rule] : known.all()) {
    EXPECT_FALSE(rule.access.fresh() && !rule.access.scope().empty())
        << path << " asks for a fresh sign-in, which a key cannot give, and has a scope";
  }
}

TEST(Rules, KnowNoneOfWhatIsForServicesOnly) {
  const auto all = rules();
  EXPECT_NE(all.find("/q2o.billing.v1.MigrationService/Start"), nullptr);
  for (const char* path :
       {"/q2o.identity.v1.KeyService/GetDataKeys", "/q2o.billing.v1.MigrationService/start", "/q2o.billing.v1.MigrationService/Start/",
        "/grpc.health.v1.Health/Check", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        "/envoy.service.auth.v3.Authorization/Check", "", "/"}) {
    EXPECT_EQ(all.find(path), nullptr) << path;
  }
}

TEST(Rules, RefuseWhatIsNoContract) {
  EXPECT_THROW(Rules::of_contracts("\xff\xff"), std::invalid_argument);
  EXPECT_THROW(Rules::of_contracts(""), std::invalid_argument);
}

}  // namespace
}  // namespace q2o::identity::edge
