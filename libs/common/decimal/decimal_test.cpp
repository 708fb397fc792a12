#include "common/decimal/decimal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>

#include "common/decimal/digits.h"

namespace q2o {
namespace {

using boost::multiprecision::cpp_int;

/// Digits and scale of some size, and the same as an unlimited integer.
struct Sample {
  std::int64_t unscaled = 0;
  int scale = 0;
  Decimal decimal() const { return Decimal::of_unscaled(unscaled, scale); }
  cpp_int at_scale(int wanted) const { return cpp_int(unscaled) * pow(cpp_int(10), static_cast<unsigned>(wanted - scale)); }
};

std::ostream& operator<<(std::ostream& out, const Sample& sample) {
  return out << sample.unscaled << "e-" << sample.scale;
}

rc::Gen<Sample> samples(int scale_max = 9) {
  return rc::gen::map(rc::gen::pair(rc::gen::arbitrary<std::int64_t>(), rc::gen::inRange(0, scale_max + 1)),
                      [](const auto& parts) { return Sample{parts.first, parts.second}; });
}

cpp_int unlimited(const Decimal& value) {
  const __int128 unscaled = value.unscaled();
  const bool negative = unscaled < 0;
  const auto magnitude = negative ? -static_cast<unsigned __int128>(unscaled) : static_cast<unsigned __int128>(unscaled);
  cpp_int out = (cpp_int(static_cast<std::uint64_t>(magnitude >> 64)) << 64) + static_cast<std::uint64_t>(magnitude);
  return negative ? -out : out;
}

/// a / b rounded half away from zero or to even, by plain integers.
cpp_int oracle_divide(const cpp_int& a, const cpp_int& b, Rounding mode) {
  const cpp_int quotient = abs(a) / abs(b);
  const cpp_int twice = (abs(a) % abs(b)) * 2;
  const bool up = mode != Rounding::down && (twice > abs(b) || (twice == abs(b) && (mode == Rounding::half_up || quotient % 2 == 1)));
  const cpp_int rounded = quotient + (up ? 1 : 0);
  return (a < 0) == (b < 0) ? rounded : -rounded;
}

RC_GTEST_PROP(DecimalProperty, PrintsWhatItParsed, ()) {
  const auto sample = *samples(18);
  RC_PRE(sample.unscaled != std::numeric_limits<std::int64_t>::min());
  const auto text = sample.decimal().to_string();
  RC_ASSERT(Decimal::parse(text)->to_string() == text);
  RC_ASSERT(Decimal::of(text).scale() == sample.scale);
}

RC_GTEST_PROP(DecimalProperty, AddsAndSubtractsLikeIntegers, ()) {
  const auto a = *samples();
  const auto b = *samples();
  const int scale = std::max(a.scale, b.scale);
  RC_ASSERT(unlimited(a.decimal() + b.decimal()) == a.at_scale(scale) + b.at_scale(scale));
  RC_ASSERT(unlimited(a.decimal() - b.decimal()) == a.at_scale(scale) - b.at_scale(scale));
}

RC_GTEST_PROP(DecimalProperty, MultipliesLikeIntegers, ()) {
  const auto a = *samples();
  const auto b = *samples();
  const Decimal product = a.decimal() * b.decimal();
  RC_ASSERT(unlimited(product) == cpp_int(a.unscaled) * b.unscaled);
  RC_ASSERT(product.scale() == a.scale + b.scale);
}

RC_GTEST_PROP(DecimalProperty, ComparesLikeIntegers, ()) {
  const auto a = *samples(36);
  const auto b = *rc::gen::oneOf(samples(36), rc::gen::just(a));
  const cpp_int left = a.at_scale(36);
  const cpp_int right = b.at_scale(36);
  RC_ASSERT((a.decimal() < b.decimal()) == (left < right));
  RC_ASSERT((a.decimal() == b.decimal()) == (left == right));
}

RC_GTEST_PROP(DecimalProperty, RoundsAndDividesLikeIntegers, ()) {
  const auto a = *samples();
  const auto b = *samples();
  const auto mode = *rc::gen::element(Rounding::half_up, Rounding::half_even, Rounding::down);
  const int scale = *rc::gen::inRange(0, 7);
  if (scale < a.scale) {
    const cpp_int unit = pow(cpp_int(10), static_cast<unsigned>(a.scale - scale));
    RC_ASSERT(unlimited(a.decimal().rounded(scale, mode)) == oracle_divide(a.unscaled, unit, mode));
  }
  if (b.unscaled == 0) return;
  const cpp_int numerator = cpp_int(a.unscaled) * pow(cpp_int(10), static_cast<unsigned>(scale + b.scale));
  const cpp_int denominator = cpp_int(b.unscaled) * pow(cpp_int(10), static_cast<unsigned>(a.scale));
  RC_ASSERT(unlimited(Decimal::divide(a.decimal(), b.decimal(), scale, mode)) == oracle_divide(numerator, denominator, mode));
}

RC_GTEST_PROP(DecimalProperty, SurvivesAnyText, (const std::string& text)) {
  if (const auto parsed = Decimal::parse(text)) RC_ASSERT(Decimal::parse(parsed->to_string())->to_string() == parsed->to_string());
}

TEST(Decimal, KeepsTheScaleItWasWrittenWith) {
  EXPECT_EQ(Decimal::of("12.10").to_string(), "12.10");
  EXPECT_EQ(Decimal::of("-0.05").to_string(), "-0.05");
  EXPECT_EQ(Decimal::of("0").to_string(), "0");
  EXPECT_EQ(Decimal::of("-0.00").to_string(), "0.00");
  EXPECT_EQ(Decimal(42).to_string(), "42");
}

/// Short numbers take a shorter way through the code: both ways meet here.
TEST(Decimal, PrintsNumbersOfEveryLength) {
  std::string digits;
  for (int length = 1; length <= 28; ++length) {  // with two places the 30 digits that are taken
    digits += static_cast<char>('0' + length % 10);
    for (const std::string sign : {"", "-"}) {
      EXPECT_EQ(Decimal::of(sign + digits).to_string(), sign + digits);
      EXPECT_EQ(Decimal::of(sign + "0." + digits).to_string(), sign + "0." + digits);
      EXPECT_EQ(Decimal::of(sign + digits + ".25").to_string(), sign + digits + ".25") << "length " << length;
    }
  }
}

TEST(Decimal, ReadsZeroAsQuickBooksReportsWriteIt) {
  EXPECT_EQ(Decimal::of(".00").to_string(), "0.00");
}

TEST(Decimal, ReadsExponents) {
  EXPECT_EQ(Decimal::of("1.5E3").to_string(), "1500");
  EXPECT_EQ(Decimal::of("15e-3").to_string(), "0.015");
  EXPECT_EQ(Decimal::of("0e9999").to_string(), "0");
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const std::string_view text : {"", "-", "+1", "1.", ".", "1,000", "1e", "1e+", " 1", "1 ", "0x10", "NaN", "1e99999", "1e31", "--1",
                                      "1.2.3", "1234567890123456789012345678901", "0.0000000000000000000000000000001"}) {
    const auto parsed = Decimal::parse(text);
    EXPECT_EQ(parsed.has_value() ? "" : parsed.error().reason, "BAD_DECIMAL") << text;
  }
}

TEST(Decimal, ComparesByValueNotByScale) {
  EXPECT_EQ(Decimal::of("1.50"), Decimal::of("1.5"));
  EXPECT_LT(Decimal::of("-2"), Decimal::of("-1.999"));
  const auto huge = Decimal::of("999999999999999999999999999999");
  const auto fine = Decimal::of_unscaled(1, 36);
  EXPECT_GT(huge, fine) << "does not fit one scale, must still compare";
  EXPECT_LT(-huge, -fine);
}

TEST(Decimal, RoundsAsTheCallSays) {
  const auto half = Decimal::of("2.345");
  EXPECT_EQ(half.rounded(2, Rounding::half_up).to_string(), "2.35");
  EXPECT_EQ(half.rounded(2, Rounding::half_even).to_string(), "2.34");
  EXPECT_EQ(half.rounded(2, Rounding::down).to_string(), "2.34");
  EXPECT_EQ((-half).rounded(2, Rounding::half_up).to_string(), "-2.35");
  EXPECT_EQ(Decimal::of("7").to_string(2), "7.00");
  EXPECT_EQ(Decimal::of("-0.001").to_string(2), "0.00");
}

TEST(Decimal, ThrowsRatherThanBeingWrong) {
  const auto huge = Decimal::of("999999999999999999999999999999");
  EXPECT_THROW(static_cast<void>(huge * huge), std::overflow_error);
  EXPECT_THROW(static_cast<void>(huge.rounded(30, Rounding::down)), std::overflow_error);
  EXPECT_THROW(Decimal::divide(huge, Decimal(0), 2, Rounding::half_up), std::domain_error);
  EXPECT_THROW(Decimal::of("abc"), std::invalid_argument);
}

TEST(Digits, StandInGroupsOfThree) {
  for (const auto& [plain, grouped] : std::initializer_list<std::pair<const char*, const char*>>{
           {"", ""},
           {"0", "0"},
           {"999", "999"},
           {"1000", "1,000"},
           {"-999", "-999"},
           {"-1000.5", "-1,000.5"},
           {"-2057745.08", "-2,057,745.08"},
           {".0001", ".0001"},
           {"123456789012345678901234567890.12", "123,456,789,012,345,678,901,234,567,890.12"}})
    EXPECT_EQ(with_thousands(plain), grouped);
}

}  // namespace
}  // namespace q2o
