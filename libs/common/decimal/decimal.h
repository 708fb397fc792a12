#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/result/result.h"

namespace q2o {

enum class Rounding { half_up, half_even, down };  ///< half_up: away from zero at .5

/// An exact decimal number: unscaled integer (128 bit) and scale (0..36; parsed ones 0..30). Money is never a double.
/// Keeps the scale it was written with ("12.10" prints "12.10"); comparison ignores trailing zeros.
/// Overflow throws std::overflow_error. A plain value, free of locks.
class Decimal {
 public:
  constexpr Decimal() = default;
  explicit Decimal(std::int64_t whole);
  static Decimal of_unscaled(__int128 unscaled, int scale);

  /// Optional sign, digits, optional point and digits, optional exponent (JSON number syntax, and ".00" as in QuickBooks
  /// reports; a leading '+' and thousands separators are refused). At most 30 significant digits.
  static Result<Decimal> parse(std::string_view text);
  /// For literals in code and tests; throws std::invalid_argument.
  static Decimal of(std::string_view text);

  std::string to_string() const;           ///< "-12.10"; never an exponent
  std::string to_string(int scale) const;  ///< exactly `scale` digits; rounds half_up where digits are lost
  Decimal rounded(int scale, Rounding mode) const;
  Decimal abs() const;
  bool is_zero() const { return unscaled_ == 0; }
  int sign() const { return unscaled_ > 0 ? 1 : unscaled_ < 0 ? -1 : 0; }
  int scale() const { return scale_; }
  __int128 unscaled() const { return unscaled_; }

  /// Quotient rounded to `scale` digits. Throws std::domain_error on division by zero.
  static Decimal divide(const Decimal& a, const Decimal& b, int scale, Rounding mode);

  Decimal operator-() const;
  Decimal& operator+=(const Decimal& other);
  Decimal& operator-=(const Decimal& other);
  friend Decimal operator+(Decimal a, const Decimal& b) { return a += b; }
  friend Decimal operator-(Decimal a, const Decimal& b) { return a -= b; }
  friend Decimal operator*(const Decimal& a, const Decimal& b);
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
  friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == std::strong_ordering::equal; }

 private:
  __int128 unscaled_ = 0;
  int scale_ = 0;
};

}  // namespace q2o
