#include "sandbox/generator/recipe.h"

#include <set>

#include "common/testing/testing.h"
#include "sandbox/checker/check.h"
#include "sandbox/generator/generator.h"

namespace q2o::sandbox::generator {
namespace {

TEST(Recipe, IsReadWithAndWithoutItsLastParts) {
  const auto whole = parse_recipe("generated:us:medium:7");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->scale, Scale::medium);
  EXPECT_EQ(whole->seed, 7u);
  const auto shortest = parse_recipe("generated");
  ASSERT_TRUE(shortest);
  EXPECT_EQ(shortest->scale, Scale::small);
  EXPECT_TRUE(is_recipe("generated:us"));
  const auto times = parse_recipe("generated:us:medium*4:7");
  ASSERT_TRUE(times);
  EXPECT_EQ(size_of(*times).invoices, 12'000);
  EXPECT_EQ(size_of(parse_recipe("generated:us:medium/4").value()).bills, 82);
  EXPECT_FALSE(is_recipe("./generated"));
  EXPECT_FALSE(is_recipe("generated_books"));
}

TEST(Recipe, RefusesWhatItDoesNotKnow) {
  for (const auto* text : {"generated:fr", "generated:us:huge", "generated:us:small:x", "generated:us:small:7:8", "generated:us:medium*:7",
                           "generated:us:medium*0:7", "generated:us:medium+4", "generated:us:small:", "generated:us:small:-1"}) {
    const auto recipe = parse_recipe(text);
    ASSERT_FALSE(recipe) << text;
    EXPECT_EQ(recipe.error().reason, "COMPANY_RECIPE") << text;
  }
}

class MediumCompany : public ::testing::TestWithParam<Profile> {};

TEST_P(MediumCompany, HasAboutSixThousandTransactionsInFourYearsAndTrueBooks) {
  const auto made = generate({.profile = GetParam(), .scale = Scale::medium, .seed = 7});
  EXPECT_GE(made.ledger.size(), 5'500u);
  EXPECT_LE(made.ledger.size(), 6'700u);
  EXPECT_EQ(made.first_date(), "2022-01-01");
  EXPECT_GE(made.of("Invoice").size(), 3'100u);
  EXPECT_GE(made.of("Customer").size() + made.of("Vendor").size(), 950u);
  EXPECT_GE(made.of("Account").size(), 200u);
  const auto complaints = checker::complaints_of(made);
  EXPECT_TRUE(complaints.empty()) << complaints.size() << " complaints, first: " << complaints.front();
}

INSTANTIATE_TEST_SUITE_P(EveryCountry, MediumCompany, ::testing::Values(Profile::us, Profile::uk, Profile::ca));

TEST(Scale, CompaniesOfDifferentScaleAreDifferentCompaniesToTheApi) {
  EXPECT_NE(generate({.scale = Scale::medium}).realm_id(), generate({}).realm_id());
  EXPECT_NE(generate({.profile = Profile::uk}).realm_id(), generate({.profile = Profile::ca}).realm_id());
}

TEST(Scale, TheNameOfEveryContactAndAccountIsUniqueInTheLargeCompany) {
  const auto made = generate({.scale = Scale::large, .seed = 3});
  EXPECT_GE(made.ledger.size(), 57'000u);
  EXPECT_LE(made.ledger.size(), 63'000u);
  EXPECT_GE(made.of("Invoice").size(), 39'800u);
  EXPECT_GE(made.of("Customer").size() + made.of("Vendor").size() + made.of("Employee").size(), 10'000u);
  EXPECT_GE(made.of("Account").size(), 600u);
  std::set<std::string> names;
  for (const auto* entity : {"Customer", "Vendor", "Employee"})
    for (const auto& object : made.of(entity))
      EXPECT_TRUE(names.insert(object["DisplayName"].text()).second) << object["DisplayName"].text();
}

}  // namespace
}  // namespace q2o::sandbox::generator
