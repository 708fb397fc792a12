#include <iostream>

#include "cli/commands.h"
#include "common/bus/bus.h"
#include "common/json/json.h"

namespace q2o::cli {

int topics(const Session& session, const std::string& brokers, const std::string& file) {
  const auto declared = bus::declare_topics(bus::Options{brokers, "q2o"}, file);
  if (!declared) return report_error(session, declared.error());
  if (session.json) std::cout << json::Writer().begin_object().field("declared", file).end_object().text() << '\n';
  return kDone;
}

}  // namespace q2o::cli
