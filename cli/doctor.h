#pragma once

#include <string>
#include <vector>

#include "cli/session.h"

/// Parts of `q2o doctor`; each adds its lines.
namespace q2o::cli {

struct Finding {
  std::string what, state, detail;
  std::string todo;  ///< what a person does about it; empty when all is well
  bool good() const { return todo.empty(); }
};
using Findings = std::vector<Finding>;

constexpr int kPatienceMilliseconds = 2000;

std::string logs_of(const std::string& service);
/// Asks Kafka itself: brokers, topics against their declaration (Q2O_TOPICS names the file), how far each consumer group is.
void check_kafka(Findings& findings);
/// Looks at the edge that commands go to, else at the one of this machine's stack (Q2O_PORT_EDGE; Q2O_EDGE_CERTIFICATE names the file of
/// who vouches for it), if there is one: reachable, certificate, identity behind it.
void check_edge(const Session& session, Findings& findings);

}  // namespace q2o::cli
