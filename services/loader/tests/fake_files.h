#pragma once

#include <deque>
#include <map>
#include <mutex>

#include "services/loader/app/source_files.h"

namespace q2o::loader::testing {

/// A source with files that can be told to misbehave.
class FakeFiles final : public SourceFiles {
 public:
  Result<std::string> fetch(const RunInfo&, const Item& item) override {
    const std::lock_guard lock(mutex);
    asked.push_back(item.file_id);
    if (!faults.empty()) {
      const Error error = faults.front();
      if (!forever) faults.pop_front();
      return fail(error);
    }
    const auto found = base64.find(item.file_id);
    if (found == base64.end()) return fail(Code::failed_precondition, "there are no bytes", "FILE_GONE", "Attach it again.");
    return found->second;
  }
  std::mutex mutex;
  std::map<std::string, std::string> base64;
  std::vector<std::string> asked;
  std::deque<Error> faults;
  bool forever = false;  ///< the first fault stays
};

}  // namespace q2o::loader::testing
