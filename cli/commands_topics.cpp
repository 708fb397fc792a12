#include <iostream>

#include "cli/commands.h"
#include "common/bus/bus.h"

namespace q2o::cli {

int topics(const std::string& brokers, const std::string& file) {
  const auto declared = bus::declare_topics(bus::Options{brokers, "q2o"}, file);
  if (declared) return kDone;
  std::cerr << "q2o: " << declared.error().message << '\n';
  if (!declared.error().hint.empty()) std::cerr << "     " << declared.error().hint << '\n';
  return kError;
}

}  // namespace q2o::cli
