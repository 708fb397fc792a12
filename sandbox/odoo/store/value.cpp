#include "sandbox/odoo/store/value.h"

#include <functional>
#include <limits>

namespace q2o::sandbox::odoo {

Value Value::of_bool(bool value) {
  Value result;
  result.data_ = value;
  return result;
}

Value Value::of_integer(std::int64_t value) {
  Value result;
  result.data_ = value;
  return result;
}

Value Value::of_decimal(const Decimal& value) {
  Decimal fit = value;
  const auto limit = static_cast<__int128>(std::numeric_limits<std::int64_t>::max());
  while (fit.scale() > 0 && (fit.unscaled() > limit || fit.unscaled() < -limit)) fit = fit.rounded(fit.scale() - 1, Rounding::half_up);
  if (fit.unscaled() > limit || fit.unscaled() < -limit) throw std::overflow_error("number is too large: " + value.to_string());
  Value result;
  result.data_ = Number{static_cast<std::int64_t>(fit.unscaled()), static_cast<std::int8_t>(fit.scale())};
  return result;
}

Value Value::of_text(std::string text) {
  Value result;
  result.data_ = std::make_shared<const std::string>(std::move(text));
  return result;
}

Value Value::of_ids(Ids ids) {
  Value result;
  result.data_ = std::make_shared<const Ids>(std::move(ids));
  return result;
}

bool Value::truthy() const {
  if (const bool* flag = std::get_if<bool>(&data_)) return *flag;
  if (const auto* whole = std::get_if<std::int64_t>(&data_)) return *whole != 0;
  if (const auto* number = std::get_if<Number>(&data_)) return number->unscaled != 0;
  if (const auto* text = std::get_if<Text>(&data_)) return !(*text)->empty();
  if (const auto* ids = std::get_if<IdList>(&data_)) return !(*ids)->empty();
  return false;
}

std::int64_t Value::integer() const {
  if (const auto* whole = std::get_if<std::int64_t>(&data_)) return *whole;
  if (const bool* flag = std::get_if<bool>(&data_)) return *flag ? 1 : 0;
  return 0;
}

Decimal Value::decimal() const {
  if (const auto* number = std::get_if<Number>(&data_)) return Decimal::of_unscaled(number->unscaled, number->scale);
  return Decimal(integer());
}

const std::string& Value::text() const {
  static const std::string kNone;
  const auto* text = std::get_if<Text>(&data_);
  return text ? **text : kNone;
}

const Ids& Value::ids() const {
  static const Ids kNone;
  const auto* ids = std::get_if<IdList>(&data_);
  return ids ? **ids : kNone;
}

std::uint64_t Value::hash() const {
  if (const auto* text = std::get_if<Text>(&data_)) return std::hash<std::string>{}(**text);
  return std::hash<std::int64_t>{}(integer());
}

bool operator==(const Value& a, const Value& b) {
  if (a.data_.index() != b.data_.index()) return false;
  if (std::holds_alternative<Value::Number>(a.data_)) return a.decimal() == b.decimal();
  if (std::holds_alternative<Value::Text>(a.data_)) return a.text() == b.text();
  if (std::holds_alternative<Value::IdList>(a.data_)) return a.ids() == b.ids();
  return a.integer() == b.integer();
}

const Any* Dict::find(std::string_view key) const {
  for (const auto& member : members_)
    if (member.first == key) return &member.second;
  return nullptr;
}

Any* Dict::find(std::string_view key) {
  return const_cast<Any*>(std::as_const(*this).find(key));
}

Any& Dict::operator[](std::string_view key) {
  if (Any* found = find(key)) return *found;
  return members_.emplace_back(std::string(key), Any()).second;
}

void Dict::erase(std::string_view key) {
  std::erase_if(members_, [&](const auto& member) { return member.first == key; });
}

}  // namespace q2o::sandbox::odoo
