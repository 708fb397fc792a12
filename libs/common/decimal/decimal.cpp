#include "common/decimal/decimal.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <stdexcept>

#include "common/decimal/digits.h"

namespace q2o {
namespace {

using Wide = __int128;
using UnsignedWide = unsigned __int128;

constexpr int kScaleMax = 36;
constexpr int kDigitsMax = 30;

constexpr auto kPowers = [] {
  std::array<Wide, kScaleMax + 2> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

Wide power(int exponent) {
  return kPowers[static_cast<std::size_t>(exponent)];
}

[[noreturn]] void overflow() {
  throw std::overflow_error("decimal: more digits than 128 bits hold");
}

Wide scaled_up(Wide value, int digits) {
  Wide out = 0;
  if (__builtin_mul_overflow(value, power(digits), &out)) overflow();
  return out;
}

UnsignedWide magnitude(Wide value) {
  return value < 0 ? UnsignedWide{0} - static_cast<UnsignedWide>(value) : static_cast<UnsignedWide>(value);
}

/// numerator / denominator, rounded. Both magnitudes are below 2^127, so `denominator - remainder` cannot wrap.
Wide divide_rounded(Wide numerator, Wide denominator, Rounding mode) {
  Wide quotient = numerator / denominator;
  const UnsignedWide remainder = magnitude(numerator % denominator);
  if (remainder == 0 || mode == Rounding::down) return quotient;
  const UnsignedWide rest = magnitude(denominator) - remainder;
  const bool tie = remainder == rest;
  const bool away = remainder > rest || (tie && (mode == Rounding::half_up || quotient % 2 != 0));
  if (!away) return quotient;
  return (numerator < 0) == (denominator < 0) ? quotient + 1 : quotient - 1;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The parts of a number. The whole digits may be missing: QuickBooks reports write zero as ".00".
struct Scan {
  bool negative = false;
  std::string_view whole, fraction;
  int exponent = 0;
  bool valid = false;
};

std::string_view take_digits(std::string_view text, std::size_t& at) {
  const std::size_t from = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return text.substr(from, at - from);
}

Scan scan(std::string_view text) {
  Scan out;
  std::size_t at = 0;
  if (at < text.size() && text[at] == '-') {
    out.negative = true;
    ++at;
  }
  out.whole = take_digits(text, at);
  if (at < text.size() && text[at] == '.') {
    ++at;
    out.fraction = take_digits(text, at);
    if (out.fraction.empty()) return out;
  } else if (out.whole.empty()) {
    return out;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    const bool minus = at < text.size() && text[at] == '-';
    if (minus || (at < text.size() && text[at] == '+')) ++at;
    const auto digits = take_digits(text, at);
    if (digits.empty() || digits.size() > 4) return out;
    for (const char c : digits) out.exponent = out.exponent * 10 + (c - '0');
    if (minus) out.exponent = -out.exponent;
  }
  out.valid = at == text.size();
  return out;
}

/// "-12.10" and the like: at most 18 digits, no exponent. Nothing: look at it more closely.
std::optional<Decimal> parse_short(std::string_view text) {
  constexpr std::size_t kLengthMax = 18;
  if (text.empty() || text.size() > kLengthMax) return std::nullopt;
  const bool negative = text.front() == '-';
  std::int64_t unscaled = 0;
  int scale = -1;  // no point yet
  std::size_t at = negative ? 1 : 0;
  if (at == text.size()) return std::nullopt;
  for (; at < text.size(); ++at) {
    if (is_digit(text[at])) {
      unscaled = unscaled * 10 + (text[at] - '0');
      if (scale >= 0) ++scale;
    } else if (text[at] == '.' && scale < 0 && at + 1 < text.size()) {
      scale = 0;
    } else {
      return std::nullopt;
    }
  }
  return Decimal::of_unscaled(negative ? -unscaled : unscaled, std::max(scale, 0));
}

tl::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(Code::invalid_argument, "not a decimal number (" + std::string(why) + "): \"" + std::string(text.substr(0, 60)) + "\"",
              "BAD_DECIMAL");
}

}  // namespace

Decimal::Decimal(std::int64_t whole) : unscaled_(whole) {}

Decimal Decimal::of_unscaled(__int128 unscaled, int scale) {
  if (scale < 0 || scale > kScaleMax) throw std::overflow_error("decimal: scale out of range");
  Decimal out;
  out.unscaled_ = unscaled;
  out.scale_ = scale;
  return out;
}

Result<Decimal> Decimal::parse(std::string_view text) {
  if (const auto quick = parse_short(text)) return *quick;
  const Scan parts = scan(text);
  if (!parts.valid) return refuse(text, "syntax");
  Wide unscaled = 0;
  int digits = 0;
  for (const auto run : {parts.whole, parts.fraction}) {
    for (const char c : run) {
      if (digits > 0 || c != '0') ++digits;
      if (digits > kDigitsMax) return refuse(text, "more than 30 significant digits");
      unscaled = unscaled * 10 + (c - '0');
    }
  }
  if (parts.fraction.size() > 1000) return refuse(text, "too many decimal places");
  int scale = static_cast<int>(parts.fraction.size()) - parts.exponent;
  if (unscaled == 0) scale = std::clamp(scale, 0, kDigitsMax);
  if (scale < 0) {
    if (digits - scale > kDigitsMax) return refuse(text, "more than 30 significant digits");
    unscaled *= power(-scale);
    scale = 0;
  }
  while (scale > kDigitsMax && unscaled % 10 == 0) {
    unscaled /= 10;
    --scale;
  }
  if (scale > kDigitsMax) return refuse(text, "too many decimal places");
  return of_unscaled(parts.negative ? -unscaled : unscaled, scale);
}

Decimal Decimal::of(std::string_view text) {
  auto parsed = parse(text);
  if (!parsed) throw std::invalid_argument(parsed.error().message);
  return *parsed;
}

namespace {

/// The digits with their point, written backwards from `end`; `Whole` is as wide as they need.
template <class Whole>
char* write_digits(Whole rest, int scale, char* end) {
  char* at = end;
  for (int written = 0; rest != 0 || written <= scale; ++written) {
    if (written == scale && scale > 0) *--at = '.';
    *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  return at;
}

}  // namespace

std::string_view digits(const Decimal& value, DigitsRoom& room) {
  char* const end = room.data() + room.size();
  const UnsignedWide rest = magnitude(value.unscaled());
  // Dividing 128 bits costs ten times as much, and money hardly ever needs them.
  const bool narrow = rest <= std::numeric_limits<std::uint64_t>::max();
  char* at = narrow ? write_digits(static_cast<std::uint64_t>(rest), value.scale(), end) : write_digits(rest, value.scale(), end);
  if (value.sign() < 0) *--at = '-';
  return {at, end};
}

std::string with_thousands(std::string digits) {
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  for (auto at = std::min(digits.find('.'), digits.size()); at > first + 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string Decimal::to_string() const {
  DigitsRoom room;
  return std::string(digits(*this, room));
}

std::string Decimal::to_string(int scale) const {
  return rounded(scale, Rounding::half_up).to_string();
}

Decimal Decimal::rounded(int scale, Rounding mode) const {
  if (scale == scale_) return *this;
  if (scale > scale_) return of_unscaled(scaled_up(unscaled_, scale - scale_), scale);
  if (scale < 0) throw std::overflow_error("decimal: negative scale");
  return of_unscaled(divide_rounded(unscaled_, power(scale_ - scale), mode), scale);
}

Decimal Decimal::abs() const {
  return unscaled_ < 0 ? -*this : *this;
}

Decimal Decimal::divide(const Decimal& a, const Decimal& b, int scale, Rounding mode) {
  if (b.unscaled_ == 0) throw std::domain_error("decimal: division by zero");
  if (scale < 0 || scale > kScaleMax) throw std::overflow_error("decimal: scale out of range");
  // quotient * 10^scale = a / b * 10^shift
  int shift = scale + b.scale_ - a.scale_;
  Wide numerator = a.unscaled_;
  Wide denominator = b.unscaled_;
  for (; shift > 0; --shift) {
    // Common factors of ten leave the denominator first, so that wide operands do not overflow without need.
    if (denominator % 10 == 0)
      denominator /= 10;
    else
      numerator = scaled_up(numerator, 1);
  }
  for (; shift < 0; ++shift) {
    if (numerator % 10 == 0)
      numerator /= 10;
    else
      denominator = scaled_up(denominator, 1);
  }
  return of_unscaled(divide_rounded(numerator, denominator, mode), scale);
}

Decimal Decimal::operator-() const {
  return of_unscaled(-unscaled_, scale_);
}

Decimal& Decimal::operator+=(const Decimal& other) {
  Wide left = unscaled_;
  Wide right = other.unscaled_;
  if (scale_ < other.scale_) left = scaled_up(left, other.scale_ - scale_);
  if (other.scale_ < scale_) right = scaled_up(right, scale_ - other.scale_);
  if (__builtin_add_overflow(left, right, &unscaled_)) overflow();
  scale_ = std::max(scale_, other.scale_);
  return *this;
}

Decimal& Decimal::operator-=(const Decimal& other) {
  return *this += -other;
}

Decimal operator*(const Decimal& a, const Decimal& b) {
  Wide product = 0;
  if (__builtin_mul_overflow(a.unscaled_, b.unscaled_, &product)) overflow();
  int scale = a.scale_ + b.scale_;
  while (scale > kScaleMax && product % 10 == 0) {
    product /= 10;
    --scale;
  }
  return Decimal::of_unscaled(product, scale);
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  if (a.scale_ == b.scale_ || a.sign() != b.sign() || a.unscaled_ == 0) return a.unscaled_ <=> b.unscaled_;
  Wide left = a.unscaled_;
  Wide right = b.unscaled_;
  Wide& shorter = a.scale_ < b.scale_ ? left : right;
  // What does not fit into 128 bits any more is the larger magnitude.
  if (__builtin_mul_overflow(shorter, power(std::abs(a.scale_ - b.scale_)), &shorter)) {
    const bool left_is_farther = a.scale_ < b.scale_;
    return left_is_farther == (a.sign() > 0) ? std::strong_ordering::greater : std::strong_ordering::less;
  }
  return left <=> right;
}

}  // namespace q2o
