#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <set>

#include "common/audit/notes.h"
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

/// Commands that change nothing of ours, and why they are none by their rule.
const std::set<std::string, std::less<>> kOfNothing{"q2o.mapper.v1.MapperService.CheckMapping"};  // its text is too long for a query

/// Identity names in its own code what its commands are about (people/tests look at every entry that they make).
TEST(Contracts, SayOfEveryCommandWhatTheAuditNames) {
  google::protobuf::FileDescriptorSet set;
  ASSERT_TRUE(set.ParseFromString(std::string(embedded::contracts::kFiles[0].text)));
  google::protobuf::DescriptorPool pool;
  std::map<std::string, int> commands;
  for (const auto& file : set.file()) {
    const auto* built = pool.BuildFile(file);
    ASSERT_NE(built, nullptr) << file.name();
    for (int i = 0; i < built->service_count(); ++i) {
      for (int j = 0; j < built->service(i)->method_count(); ++j) {
        const auto& method = *built->service(i)->method(j);
        if (!file.package().starts_with("q2o.") || file.package() == "q2o.identity.v1" || !audit::is_command(method)) continue;
        ++commands[file.package()];
        EXPECT_TRUE(!audit::kind_made(method).empty() || !audit::named_by_request(method).empty() ||
                    kOfNothing.contains(method.full_name()))
            << method.full_name() << ": its entry would name nothing: begin its answer with what it makes, or name an id in its request";
      }
    }
  }
  for (const auto* package :
       {"q2o.billing.v1", "q2o.connector.v1", "q2o.loader.v1", "q2o.mapper.v1", "q2o.notifier.v1", "q2o.validator.v1"})
    EXPECT_GE(commands[package], 2) << package;
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
