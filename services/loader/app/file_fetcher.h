#pragma once

#include <stop_token>

#include "services/loader/app/batch_sender.h"
#include "services/loader/app/source_files.h"

namespace q2o::loader {

/// Brings the bytes for those records of a batch that hold a file, within the bound of a batch: what is too much stays for the next one. A
/// file that cannot be had is a reject and harms nobody else. Thread-safe.
class FileFetcher {
 public:
  /// `files` may be nullptr where no record holds a file.
  FileFetcher(SourceFiles* files, const RunInfo& run) : files_(files), run_(run) {}
  /// The records that can be sent now; the others are in `out`, rejected or left (with `stopped_by` where the source asks for time).
  std::vector<Item> fetch(std::vector<Item> items, Delivery& out, const std::stop_token& stop) const;

 private:
  SourceFiles* files_;
  const RunInfo& run_;
};

}  // namespace q2o::loader
