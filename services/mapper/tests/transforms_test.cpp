#include "services/mapper/domain/language/transforms.h"

#include <gtest/gtest.h>

namespace q2o::mapper::language {
namespace {

/// Applies one transform, given as in a mapping file, to a JSON value; the result as JSON, or "refused: REASON".
std::string apply(const std::string& transform, const std::string& value) {
  static const Tables tables{{"colours", {{"red", "\"rot\""}, {"7", "8"}, {"none", "null"}}}};
  Complaints complaints;
  const auto definition = json::Document::parse(transform).value();
  const auto step = bind_transform(definition.root(), tables, "", complaints);
  if (!step) return "complaint: " + complaints.all().front().message;
  const auto document = json::Document::parse(value).value();
  Scalar scalar;
  read(document.root(), scalar);
  if (const auto trouble = step(scalar)) return "refused: " + std::string(trouble->reason);
  std::string out;
  write(scalar, out);
  return out;
}

struct Case {
  const char *transform, *value, *expected;
};

class Transforms : public ::testing::TestWithParam<Case> {};
TEST_P(Transforms, DoWhatTheirExampleSays) {
  EXPECT_EQ(GetParam().expected, apply(GetParam().transform, GetParam().value)) << GetParam().transform;
}

INSTANTIATE_TEST_SUITE_P(
    All, Transforms,
    ::testing::Values(Case{R"({"name":"trim"})", R"("  Net 30 \n")", R"("Net 30")"}, Case{R"({"name":"trim"})", R"("   ")", "null"},
                      Case{R"({"name":"trim"})", "true", "refused: WRONG_TYPE"}, Case{R"({"name":"upper"})", R"("usd é")", R"("USD é")"},
                      Case{R"({"name":"lower"})", R"("US")", R"("us")"},
                      Case{R"({"name":"truncate","characters":3})", R"("aéßd")", R"("aéß")"},
                      Case{R"({"name":"prefix","text":"Fax: "})", R"("555")", R"("Fax: 555")"},
                      Case{R"({"name":"suffix","text":"%"})", "8", R"("8%")"},
                      Case{R"x({"name":"strip_suffix","text":" (deleted)"})x", R"x("Travel (deleted)")x", R"("Travel")"},
                      Case{R"x({"name":"strip_suffix","text":" (deleted)"})x", R"("Travel")", R"("Travel")"},
                      Case{R"({"name":"split_first_email"})", R"("a@x.test, b@x.test")", R"("a@x.test")"},
                      Case{R"({"name":"split_more_emails"})", R"("a@x.test, b@x.test")", R"("b@x.test")"},
                      Case{R"({"name":"split_more_emails"})", R"("a@x.test")", "null"},
                      Case{R"({"name":"last_part","separator":":"})", R"("Job:Labor")", R"("Labor")"},
                      Case{R"({"name":"letters_and_digits"})", R"("A-1 b")", R"("A1b")"},
                      Case{R"({"name":"html_escape_lines"})", R"("R&D <x>\r\nBox \"4\"")", R"("R&amp;D &lt;x&gt;<br/>Box \"4\"")"}));
INSTANTIATE_TEST_SUITE_P(
    Values, Transforms,
    ::testing::Values(
        Case{R"({"name":"decimal"})", R"("12.50")", "12.50"},
        Case{R"({"name":"decimal"})", "0.1000000000000000055", "0.1000000000000000055"},
        Case{R"({"name":"decimal"})", R"("1,000")", "refused: NOT_A_NUMBER"},
        Case{R"({"name":"decimal"})", "true", "refused: NOT_A_NUMBER"}, Case{R"({"name":"round","scale":2})", "1.005", "1.01"},
        Case{R"({"name":"round","scale":2})", "1", "1"}, Case{R"({"name":"negate"})", "5.00", "-5.00"},
        Case{R"({"name":"integer"})", R"("30")", "30"}, Case{R"({"name":"integer"})", "30.5", "refused: NOT_A_WHOLE_NUMBER"},
        Case{R"({"name":"integer"})", "99999999999", "refused: NUMBER_TOO_LARGE"},
        Case{R"({"name":"integer"})", "-2147483648", "-2147483648"},
        Case{R"({"name":"date"})", R"("2026-03-14T10:00:00-07:00")", R"("2026-03-14")"},
        Case{R"({"name":"date"})", R"("2026-02-30")", "refused: NOT_A_DATE"}, Case{R"({"name":"date"})", "20260101", "refused: NOT_A_DATE"},
        Case{R"({"name":"text"})", "5664", R"("5664")"}, Case{R"({"name":"text"})", R"(["a"])", "refused: WRONG_TYPE"},
        Case{R"({"name":"boolean"})", R"("true")", "true"}, Case{R"({"name":"boolean"})", R"("yes")", "refused: WRONG_TYPE"},
        Case{R"({"name":"map","table":"colours"})", R"("red")", R"("rot")"}, Case{R"({"name":"map","table":"colours"})", "7", "8"},
        Case{R"({"name":"map","table":"colours"})", R"("none")", "null"},
        Case{R"({"name":"map","table":"colours"})", R"("blue")", "refused: UNKNOWN_VALUE"},
        Case{R"({"name":"map","table":"colours","otherwise":"x"})", R"("blue")", R"("x")"},
        Case{R"({"name":"map","table":{"a":true}})", R"("a")", "true"}));

TEST(TransformRegistry, DocumentsEveryTransform) {
  const std::string text = document_transforms();
  for (const auto& group : {text_transforms(), value_transforms()}) {
    for (const auto& transform : group) EXPECT_NE(std::string::npos, text.find(std::string("### ") + std::string(transform.name) + "\n"));
  }
}

}  // namespace
}  // namespace q2o::mapper::language
