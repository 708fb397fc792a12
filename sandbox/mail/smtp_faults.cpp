#include "sandbox/mail/smtp_faults.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "sandbox/json/node.h"

namespace q2o::sandbox::mail {
namespace {

constexpr std::array<std::string_view, 3> kKinds{"reply", "drop", "slow"};
constexpr std::array<std::string_view, 7> kSteps{"connect", "ehlo", "starttls", "mail", "rcpt", "data", "dot"};

tl::unexpected<Error> bad(const std::string& what) {
  return fail(Code::invalid_argument, "smtp faults: " + what, "BAD_FAULT");
}

Status read_number(const json::Value& rule, std::string_view key, int& out) {
  if (!rule.has(key)) return {};
  const auto digits = rule[key].text();
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (!rule[key].is_number() || error != std::errc{} || end != digits.data() + digits.size())
    return bad(fmt::format("{} must be a whole number", key));
  return {};
}

Result<SmtpFault> read_rule(const json::Value& rule) {
  SmtpFault out;
  out.kind = rule["kind"].text();
  out.at = rule["at"].text();
  out.address = rule["address"].text();
  if (rule.has("text")) out.text = rule["text"].text();
  if (std::ranges::find(kKinds, out.kind) == kKinds.end()) return bad(fmt::format("kind is reply, drop or slow, not \"{}\"", out.kind));
  if (std::ranges::find(kSteps, out.at) == kSteps.end()) return bad(fmt::format("at is a step of the session, not \"{}\"", out.at));
  for (const auto& [key, field] :
       {std::pair{"code", &SmtpFault::code}, std::pair{"delay_ms", &SmtpFault::delay_ms}, std::pair{"count", &SmtpFault::count}}) {
    if (auto read = read_number(rule, key, out.*field); !read) return fail(read.error());
  }
  return out;
}

}  // namespace

std::optional<SmtpFault> SmtpFaults::strike(std::string_view at, std::string_view address) {
  const std::lock_guard lock(mutex_);
  const auto rule = std::ranges::find_if(
      rules_, [&](const SmtpFault& fault) { return fault.at == at && (fault.address.empty() || fault.address == address); });
  if (rule == rules_.end()) return std::nullopt;
  const auto out = *rule;
  ++struck_;
  if (rule->count > 0 && --rule->count == 0) rules_.erase(rule);
  return out;
}

Status SmtpFaults::apply(const json::Value& body) {
  std::vector<SmtpFault> rules;
  for (const auto& item : body["faults"].items()) {
    auto rule = read_rule(item);
    if (!rule) return fail(rule.error());
    rules.push_back(std::move(*rule));
  }
  if (body["clear"].truthy()) clear();
  const std::lock_guard lock(mutex_);
  if (body.has("starttls")) starttls_ = body["starttls"].truthy();
  if (body.has("implicit_tls")) implicit_tls_ = body["implicit_tls"].truthy();
  for (auto& rule : rules) rules_.push_back(std::move(rule));
  return {};
}

void SmtpFaults::clear() {
  const std::lock_guard lock(mutex_);
  rules_.clear();
  starttls_ = true;
  implicit_tls_ = false;
  struck_ = 0;
}

std::string SmtpFaults::describe() const {
  const std::lock_guard lock(mutex_);
  Node rules = Node::array();
  for (const auto& rule : rules_)
    rules.push(Node::object({{"kind", rule.kind}, {"at", rule.at}, {"address", rule.address}, {"code", rule.code}, {"count", rule.count}}));
  return Node::object({{"struck", struck_}, {"starttls", starttls_}, {"implicit_tls", implicit_tls_}, {"faults", rules}}).dump();
}

bool SmtpFaults::implicit_tls() const {
  const std::lock_guard lock(mutex_);
  return implicit_tls_;
}

bool SmtpFaults::offers_starttls() const {
  const std::lock_guard lock(mutex_);
  return starttls_;
}

}  // namespace q2o::sandbox::mail
