#include "services/billing/payments/adapters/pricing_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "services/billing/payments/tests/shipped.h"

namespace q2o::billing::payments {
namespace {

class PricesInAFile : public ::testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(path_, std::ios::binary) << text; }
  void TearDown() override { std::filesystem::remove(path_); }
  std::string text_ = shipped_text("pricing_config.json");
  std::string path_ = (std::filesystem::temp_directory_path() / ("q2o-prices-" + std::to_string(getpid()) + ".json")).string();
  metrics::Registry metrics_;
};

TEST_F(PricesInAFile, AChangeIsTakenWithoutARestartAndAWrongOneIsNot) {
  write(text_);
  PricingFile file(path_, metrics_);
  const auto first = file.current();
  EXPECT_EQ(first->version, shipped_pricing().version);
  EXPECT_EQ(file.current(), first);

  auto dearer = text_;
  dearer.replace(dearer.find("\"base_price\": 1499"), 18, "\"base_price\": 15990");
  write(dearer);
  const auto second = file.current();
  EXPECT_NE(second->version, first->version);
  EXPECT_EQ(second->tiers[2].base_price, Decimal(15990));

  write("{\"currency\": 7}");
  EXPECT_EQ(file.current(), second);
  EXPECT_THAT(metrics_.text(), testing::HasSubstr("q2o_billing_pricing_config_good 0"));
  write(text_);
  EXPECT_EQ(file.current()->version, first->version);
  EXPECT_THAT(metrics_.text(), testing::HasSubstr("q2o_billing_pricing_config_good 1"));
}

TEST_F(PricesInAFile, AServiceDoesNotStartWithWrongPrices) {
  write("{}");
  EXPECT_THROW(PricingFile(path_, metrics_), std::runtime_error);
  EXPECT_THROW(PricingFile(path_ + ".none", metrics_), std::runtime_error);
}

TEST(PricesPath, TheEnvironmentWins) {
  EXPECT_EQ(pricing_path("config"), "config/pricing_config.json");
  ASSERT_EQ(::setenv("PRICING_CONFIG_PATH", "/elsewhere.json", 1), 0);
  EXPECT_EQ(pricing_path("config"), "/elsewhere.json");
  ::unsetenv("PRICING_CONFIG_PATH");
}

}  // namespace
}  // namespace q2o::billing::payments
