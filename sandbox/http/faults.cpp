#include "sandbox/http/faults.h"

#include <array>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

namespace q2o::sandbox {
namespace {

constexpr std::array kNames{
    std::pair{FaultKind::too_many_requests, std::string_view{"too_many_requests"}},
    std::pair{FaultKind::server_error, std::string_view{"server_error"}},
    std::pair{FaultKind::slow, std::string_view{"slow"}},
    std::pair{FaultKind::hang, std::string_view{"hang"}},
    std::pair{FaultKind::cut_before, std::string_view{"cut_before"}},
    std::pair{FaultKind::cut_after, std::string_view{"cut_after"}},
    std::pair{FaultKind::token_expired, std::string_view{"token_expired"}},
    std::pair{FaultKind::revoked, std::string_view{"revoked"}},
};

Result<int> whole_number(const json::Value& rule, std::string_view key, int otherwise) {
  if (!rule.has(key)) return otherwise;
  const auto& value = rule[key];
  int out = 0;
  const auto text = value.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (!value.is_number() || error != std::errc{} || end != text.data() + text.size())
    return fail(Code::invalid_argument, fmt::format("faults: {} must be a whole number", key), "BAD_FAULT");
  return out;
}

Result<double> chance(const json::Value& rule) {
  if (!rule.has("probability")) return 1.0;
  const auto text = std::string(rule["probability"].text());
  char* end = nullptr;
  const double out = std::strtod(text.c_str(), &end);
  if (!rule["probability"].is_number() || *end != '\0' || out < 0 || out > 1)
    return fail(Code::invalid_argument, "faults: probability must be a number between 0 and 1", "BAD_FAULT");
  return out;
}

Result<Fault> read_rule(const json::Value& rule) {
  Fault fault;
  const auto kind = fault_kind(rule["kind"].text());
  if (!kind) return fail(Code::invalid_argument, fmt::format("faults: unknown kind \"{}\"", rule["kind"].text()), "BAD_FAULT");
  fault.kind = *kind;
  fault.route = rule["route"].text();
  for (const auto& [key, field] : {std::pair{"count", &Fault::count}, std::pair{"skip", &Fault::skip}, std::pair{"status", &Fault::status},
                                   std::pair{"delay_ms", &Fault::delay_ms}, std::pair{"retry_after_s", &Fault::retry_after_s}}) {
    auto number = whole_number(rule, key, fault.*field);
    if (!number) return fail(number.error());
    fault.*field = *number;
  }
  auto probability = chance(rule);
  if (!probability) return fail(probability.error());
  fault.probability = *probability;
  return fault;
}

}  // namespace

std::string_view to_text(FaultKind kind) {
  for (const auto& [value, name] : kNames)
    if (value == kind) return name;
  return "unknown";
}

std::optional<FaultKind> fault_kind(std::string_view text) {
  for (const auto& [value, name] : kNames)
    if (name == text) return value;
  return std::nullopt;
}

void Faults::add(Fault fault) {
  const std::lock_guard lock(mutex_);
  rules_.push_back(std::move(fault));
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  rules_.clear();
  struck_ = 0;
}

void Faults::reseed(std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  random_.seed(seed);
}

std::optional<Fault> Faults::strike(std::string_view route) {
  const std::lock_guard lock(mutex_);
  for (auto rule = rules_.begin(); rule != rules_.end(); ++rule) {
    if (route.find(rule->route) == std::string_view::npos) continue;
    if (rule->skip > 0) {
      --rule->skip;
      continue;
    }
    if (rule->probability < 1.0 && std::uniform_real_distribution<double>(0, 1)(random_) >= rule->probability) continue;
    Fault out = *rule;
    if (rule->count > 0 && --rule->count == 0) rules_.erase(rule);
    ++struck_;
    return out;
  }
  return std::nullopt;
}

int Faults::struck() const {
  const std::lock_guard lock(mutex_);
  return struck_;
}

Status Faults::apply(const json::Value& body) {
  std::vector<Fault> rules;
  for (const auto& item : body["faults"].items()) {
    auto rule = read_rule(item);
    if (!rule) return fail(rule.error());
    if (rule->count == 0) continue;
    rules.push_back(std::move(*rule));
  }
  auto seed = whole_number(body, "seed", 0);
  if (!seed) return fail(seed.error());
  if (body["clear"].truthy()) clear();
  if (body.has("seed")) reseed(static_cast<std::uint64_t>(*seed));
  for (auto& rule : rules) add(std::move(rule));
  return {};
}

std::string Faults::describe() const {
  const std::lock_guard lock(mutex_);
  json::Writer out;
  out.begin_object().field("struck", struck_).key("faults").begin_array();
  for (const auto& rule : rules_) {
    out.begin_object().field("kind", std::string(to_text(rule.kind))).field("route", rule.route).field("count", rule.count);
    out.field("skip", rule.skip).field("status", rule.status).field("delay_ms", rule.delay_ms).field("retry_after_s", rule.retry_after_s);
    out.key("probability").raw(fmt::format("{}", rule.probability)).end_object();
  }
  out.end_array().end_object();
  return out.take();
}

}  // namespace q2o::sandbox
