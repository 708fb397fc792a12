#pragma once

#include <string>
#include <vector>

#include "services/loader/app/readiness.h"

namespace q2o::loader {

enum class StepState { passed, warning, failed, not_reached };

/// One thing that must be right before the next one can be looked at.
struct TargetStep {
  std::string name;  ///< of kTargetSteps
  StepState state = StepState::not_reached;
  std::string message;  ///< what was seen
  std::string advice;   ///< what to do; empty where nothing is
};
inline constexpr std::array<std::string_view, 10> kTargetSteps{"address",  "connection", "tls",    "odoo",    "version",
                                                               "database", "sign_in",    "rights", "modules", "readiness"};

struct TargetCheck {
  std::string version;
  std::vector<TargetStep> steps;  ///< all of kTargetSteps, in that order
  Readiness readiness;            ///< as far as it was looked at
  bool asked = false;             ///< the readiness was looked at to its end
  bool ready() const;
};

/// Looks at a target step by step and writes nothing. `address` as the guard sees it; `books` of a target with that address (not
/// asked when there is none). Nothing secret is sent before the other side has answered like an Odoo 18. Everything is over at `until`.
TargetCheck check_in_steps(const Result<std::string>& address, Books& books, const std::string& home_currency,
                           std::span<const Module> modules, std::chrono::steady_clock::time_point until);

}  // namespace q2o::loader
