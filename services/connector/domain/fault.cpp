#include "services/connector/domain/fault.h"

#include <fmt/format.h>

#include <algorithm>

namespace q2o::connector {
namespace {

constexpr std::size_t kDetailMax = 400;

std::string without_padding(std::string_view code) {
  while (code.size() > 1 && code.front() == '0') code.remove_prefix(1);
  return std::string(code);
}

Code code_of(FaultAction action) {
  switch (action) {
    case FaultAction::retry:
    case FaultAction::wait:
      return Code::unavailable;
    case FaultAction::reauthenticate:
      return Code::unauthenticated;
    case FaultAction::stop:
      return Code::permission_denied;
    case FaultAction::absent:
    case FaultAction::absent_if_optional:
      return Code::unimplemented;
    case FaultAction::split:
      return Code::resource_exhausted;
    case FaultAction::permanent:
      break;
  }
  return Code::failed_precondition;
}

Retry retry_of(FaultAction action) {
  if (action == FaultAction::retry || action == FaultAction::wait) return Retry::after_backoff;
  return action == FaultAction::reauthenticate ? Retry::after_reauthentication : Retry::never;
}

std::string describe(int status, const Fault& fault) {
  std::string text = fmt::format("the source answered HTTP {}", status);
  if (!fault.code.empty()) text += fmt::format(", code {}", fault.code);
  for (const auto& part : {fault.message, fault.detail})
    if (!part.empty()) text += ": " + part.substr(0, kDetailMax);
  return text;
}

}  // namespace

Fault find_fault(const Manifest& manifest, const json::Value& body) {
  for (const auto& paths : manifest.fault_paths) {
    Fault fault{without_padding(body.at(paths.code).text()), std::string(body.at(paths.message).text()),
                std::string(body.at(paths.detail).text())};
    if (fault.found()) return fault;
  }
  return {};
}

Trouble judge(const Manifest& manifest, int status, const Fault& fault, std::span<const FaultRule> first) {
  FaultRule decided{0, "", status >= 500 ? FaultAction::retry : FaultAction::permanent, "SOURCE_REFUSED",
                    "Look at the source's words; if they make no sense, tell support the time and the company."};
  const auto fits = [&](const FaultRule& rule) {
    return (rule.status == 0 || rule.status == status) && (rule.code.empty() || rule.code == fault.code);
  };
  if (const auto special = std::ranges::find_if(first, fits); special != first.end())
    decided = *special;
  else if (const auto rule = std::ranges::find_if(manifest.faults, fits); rule != manifest.faults.end())
    decided = *rule;
  return {
      decided.action,
      Error{code_of(decided.action), describe(status, fault), retry_of(decided.action), Effect::none, decided.reason, decided.hint, {}}};
}

}  // namespace q2o::connector
