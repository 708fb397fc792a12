#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/json/json.h"
#include "sandbox/http/message.h"
#include "sandbox/json/node.h"

namespace q2o::sandbox::mail {

/// Plays the programs that get our webhooks: every name is one, /hook/<name>. Answers 200 unless told otherwise. Thread-safe.
class Hooks {
 public:
  Response receive(const std::string& name, const Request& request);
  /// {"name": "books", "statuses": [500, 503, 200], "retry_after": "2"}: the next answers, the last one for good.
  Response script(const Request& request);
  Node describe(const std::string& name) const;
  void clear();

 private:
  struct Hook {
    std::deque<int> statuses;
    std::string retry_after;
    std::vector<std::pair<Request, int>> calls;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Hook> hooks_;
};

}  // namespace q2o::sandbox::mail
