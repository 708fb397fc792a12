#include "services/connector/domain/sample.h"

#include <gmock/gmock.h>

namespace q2o::connector {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::set<std::string> fields(const std::string& text) {
  return fields_of(json::Document::parse(text).value().root());
}

TEST(Sample, NamesWhatHasAValueAndPutsAllPositionsOfAListTogether) {
  EXPECT_THAT(
      fields(R"({"Id":"1","Memo":"","Note":null,"Line":[{"Amount":1},{"Amount":2,"Item":{"value":"7"}}],"Tags":["a"],"Active":false})"),
      ElementsAre("Active", "Id", "Line.*.Amount", "Line.*.Item.value", "Tags.*"));
  EXPECT_THAT(fields("[]"), ElementsAre());
}

TEST(Sample, CountsRecordsAndNotValues) {
  Sample sample;
  sample.add(R"({"Line":[{"Amount":1},{"Amount":2}]})");
  sample.add(R"({"Memo":"x"})");
  sample.add("no JSON at all");
  EXPECT_EQ(sample.records(), 3u);
  EXPECT_THAT(sample.fields(), ElementsAre(Pair("Line.*.Amount", 1u), Pair("Memo", 1u)));
}

TEST(Sample, IsBounded) {
  Sample sample;
  for (int i = 0; i < 3000; ++i) sample.add("{\"F" + std::to_string(i) + "\":1}");
  EXPECT_EQ(sample.fields().size(), Sample::kFieldsMax);
}

}  // namespace
}  // namespace q2o::connector
