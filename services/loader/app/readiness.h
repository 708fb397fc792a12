#pragma once

#include <string>
#include <vector>

#include "common/json/json.h"
#include "services/loader/app/books.h"

namespace q2o::loader {

/// One line of the readiness list; `blocker` stops the run before anything is written.
struct Finding {
  bool blocker = false;
  std::string reason, message, remedy;
};
struct Readiness {
  std::string version;
  std::vector<Finding> findings;
  bool ready() const;
};

/// Looks at the target and writes nothing. `home_currency` empty: not checked; `modules` beyond the basic ones that the mapping needs;
/// `connection`: records of this source are no "foreign" entries (empty: none are ours).
/// An Error only when the target could not be asked (unreachable); what it refuses is a blocker.
Result<Readiness> check_readiness(Books& books, const std::string& home_currency, const std::vector<std::string>& modules);

std::string findings_json(const std::vector<Finding>& findings);
std::vector<Finding> findings_of(const std::string& text);

}  // namespace q2o::loader
