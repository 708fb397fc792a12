#pragma once

#include <map>
#include <string>
#include <string_view>

#include "q2o/identity/v1/access.pb.h"

namespace q2o::identity::edge {

/// What the contracts say about one method.
struct Rule {
  v1::Access access;
  bool streams = false;  ///< it answers with a stream
  bool by_rest = false;  ///< it has a path of its own besides the gRPC one
};

/// The rules of all methods, read from the contracts themselves (option q2o.identity.v1.access): what Envoy turns into REST and what is
/// checked here is one file. A value; thread-safe once made.
class Rules {
 public:
  /// `descriptor_set`: bytes of a google.protobuf.FileDescriptorSet. Throws std::invalid_argument when it is none, or has no method.
  static Rules of_contracts(std::string_view descriptor_set);

  /// `path`: "/q2o.billing.v1.MigrationService/Start". Null for what is unknown, without a rule, or for services only: from outside
  /// there is no difference.
  const Rule* find(std::string_view path) const;
  /// Every method of ours by its path, those without a rule too.
  const std::map<std::string, Rule, std::less<>>& all() const { return rules_; }

 private:
  std::map<std::string, Rule, std::less<>> rules_;
};

}  // namespace q2o::identity::edge
