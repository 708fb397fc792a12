#pragma once

#include <span>
#include <string>

#include "common/json/json.h"
#include "services/connector/domain/manifest.h"

/// What the source's refusals mean, by the manifest's table.
namespace q2o::connector {

/// Expected trouble with the source: what to do about it, and the error for people.
struct Trouble {
  FaultAction action = FaultAction::permanent;
  Error error;
};

/// Fault found in an answer's body. Codes lose padding zeros ("003200" -> "3200").
struct Fault {
  std::string code, message, detail;
  bool found() const { return !code.empty() || !message.empty(); }
};

Fault find_fault(const Manifest& manifest, const json::Value& body);

/// The first rule that fits, those of `first` before the manifest's; without one: 5xx is tried again, anything else is permanent.
Trouble judge(const Manifest& manifest, int status, const Fault& fault, std::span<const FaultRule> first = {});

}  // namespace q2o::connector
