#pragma once

#include <string>
#include <vector>

#include "common/json/json.h"
#include "services/loader/app/books.h"
#include "services/loader/domain/module.h"

namespace q2o::loader {

/// One line of the readiness list; `blocker` stops the run before anything is written.
struct Finding {
  bool blocker = false;
  std::string reason, message, remedy;
};
struct Readiness {
  std::string version;
  std::vector<Finding> findings;
  std::vector<Module> missing;  ///< of those that were asked for; a blocker only where every run needs it
  bool ready() const;
};

/// Looks at the target and writes nothing. `home_currency` empty: not checked; `modules`: what the mapping writes into.
/// An Error only when the target could not be asked (unreachable); what it refuses is a blocker.
Result<Readiness> check_readiness(Books& books, const std::string& home_currency, std::span<const Module> modules);

/// "18.0-20250702", "saas~18.1".
bool is_supported(const std::string& version);

/// Which of the modules the target does not have now.
Result<std::vector<Module>> missing_modules(Books& books, std::span<const Module> modules);
/// A record that is to be written needs it.
Error module_missing(const Module& module);

std::string findings_json(const std::vector<Finding>& findings);
std::vector<Finding> findings_of(const std::string& text);

}  // namespace q2o::loader
