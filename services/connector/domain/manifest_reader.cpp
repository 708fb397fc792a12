#include "services/connector/domain/manifest_reader.h"

#include <fmt/format.h>

#include <charconv>

namespace q2o::connector {
namespace {

const json::Value& absent() {
  static const json::Value null;
  return null;
}

}  // namespace

std::string Complaints::text() const {
  std::string all;
  for (const auto& line : lines_) all += (all.empty() ? "" : "\n") + line;
  return all;
}

ObjectReader::ObjectReader(const json::Value& object, std::string place, Complaints& complaints)
    : object_(object), place_(std::move(place)), complaints_(complaints) {
  if (!object.is_object()) complaints_.add(place_, "must be an object");
}

void ObjectReader::complain(std::string_view key, const std::string& what) {
  complaints_.add(place_ + "." + std::string(key), what);
}

const json::Value& ObjectReader::value(std::string_view key, bool required) {
  known_.emplace(key);
  if (object_.has(key)) return object_[key];
  if (required && object_.is_object()) complain(key, "is missing");
  return absent();
}

const json::Value& ObjectReader::member(std::string_view key, json::Value::Kind kind, std::string_view kind_name, bool required) {
  const json::Value& found = value(key, required);
  if (found.is_null() || found.kind() == kind) return found;
  complain(key, fmt::format("must be {}", kind_name));
  return absent();
}

std::string ObjectReader::text(std::string_view key) {
  const json::Value& found = member(key, json::Value::Kind::string, "a text", true);
  if (found.is_string() && found.text().empty()) complain(key, "must not be empty");
  return std::string(found.text());
}

std::string ObjectReader::text(std::string_view key, std::string_view fallback) {
  const json::Value& found = member(key, json::Value::Kind::string, "a text", false);
  return std::string(found.is_null() ? fallback : found.text());
}

int ObjectReader::integer(std::string_view key, int min, int max) {
  if (value(key, true).is_null()) return min;
  return integer(key, min, min, max);
}

int ObjectReader::integer(std::string_view key, int fallback, int min, int max) {
  const json::Value& found = member(key, json::Value::Kind::number, "a whole number", false);
  if (found.is_null()) return fallback;
  int out = 0;
  const auto digits = found.text();
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (error == std::errc() && end == digits.data() + digits.size() && out >= min && out <= max) return out;
  complain(key, fmt::format("must be a whole number from {} to {}, not {}", min, max, digits));
  return fallback;
}

bool ObjectReader::flag(std::string_view key, bool fallback) {
  const json::Value& found = member(key, json::Value::Kind::boolean, "true or false", false);
  return found.is_null() ? fallback : found.truthy();
}

std::vector<std::string> ObjectReader::texts(std::string_view key, bool required) {
  std::vector<std::string> all;
  for (const auto& item : member(key, json::Value::Kind::array, "a list of texts", required).items()) {
    if (!item.is_string() || item.text().empty()) complain(key, "must hold texts only");
    all.emplace_back(item.text());
  }
  if (required && all.empty() && object_.has(key)) complain(key, "must not be empty");
  return all;
}

std::map<std::string, std::string> ObjectReader::map(std::string_view key, bool required) {
  std::map<std::string, std::string> all;
  for (const auto& [name, entry] : member(key, json::Value::Kind::object, "an object of texts", required).members()) {
    if (!entry.is_string()) complain(key, fmt::format("'{}' must be a text", name));
    all.emplace(name, entry.text());
  }
  return all;
}

void ObjectReader::refuse_unknown() {
  for (const auto& [name, entry] : object_.members())
    if (!known_.contains(name)) complain(name, "is not known here (misspelt?)");
}

}  // namespace q2o::connector
