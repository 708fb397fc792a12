#include "common/log/log.h"

#include <gtest/gtest.h>

#include "common/json/json.h"

namespace q2o::log {
namespace {

TEST(Log, WritesOneJsonObjectALineWhateverTheFieldsHold) {
  configure("tested", Level::info);
  ::testing::internal::CaptureStderr();
  info("batch \"loaded\"", {{"name", "a\nb\"\x01"}, {"records", 5}, {"good", true}});
  debug("not wanted");
  const auto text = ::testing::internal::GetCapturedStderr();
  ASSERT_EQ(std::ranges::count(text, '\n'), 1);
  const auto line = json::Document::parse(text);
  ASSERT_TRUE(line) << text;
  EXPECT_EQ(line->root()["service"].text(), "tested");
  EXPECT_EQ(line->root()["level"].text(), "info");
  EXPECT_EQ(line->root()["message"].text(), "batch \"loaded\"");
  EXPECT_EQ(line->root()["name"].text(), "a\nb\"\x01");
  EXPECT_EQ(line->root()["records"].kind(), json::Value::Kind::number);
  EXPECT_TRUE(line->root()["good"].truthy());
}

}  // namespace
}  // namespace q2o::log
