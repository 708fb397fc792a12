#pragma once

#include <optional>

#include "services/connector/tests/harness.h"
#include "tests/integration/bad_input/case.h"

/// A small healthy company at the source, whose answers are spoiled in one place.
namespace q2o::bad_input {

namespace source = connector::testing;

struct SourceCompany {
  SourceCompany();
  /// Answers to URLs that contain `part` are `body`; the first `times` ones (-1: all).
  void spoil(const std::string& part, std::string body, int status = 200, int times = -1);
  /// The invoice at this position spoils every page it stands on.
  void spoil_invoice(int position, std::string body, int status = 200);
  /// Runs the extraction. Code and message of what stopped it, or the explanation at the end of `entity`.
  Seen run(const std::string& entity = "Invoice");

  source::Harness harness;
};

}  // namespace q2o::bad_input
