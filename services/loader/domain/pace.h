#pragma once

#include <chrono>
#include <cstddef>

namespace q2o::loader {

/// How much is sent at once and over how many connections: grows by steps while the target keeps up, halves when it does not.
class Pace {
 public:
  struct Options {
    std::size_t batch_start = 50, batch_max = 200;
    std::size_t connections_max = 2;
    std::chrono::milliseconds slow{8000};  ///< a call longer than this counts as trouble
  };
  explicit Pace(Options options);

  std::size_t batch() const { return batch_; }
  std::size_t connections() const { return connections_; }
  void answered(std::size_t records, std::chrono::milliseconds elapsed);
  void troubled();
  /// Records of another kind come: a batch that was right for contacts may be too much of documents, which cost ten times as much.
  void other_records();
  /// How long to wait before the next try after `failures` in a row: doubles up to a minute, with jitter in [0, 1).
  static std::chrono::milliseconds backoff(int failures, double jitter);

 private:
  Options options_;
  std::size_t batch_, connections_ = 1;
  int good_ = 0;
};

}  // namespace q2o::loader
