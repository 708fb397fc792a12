#pragma once

#include <semaphore>
#include <string>

#include "common/config/config.h"

namespace q2o::identity::people {

/// Argon2id of libsodium. Costs memory on purpose, so only a few are reckoned at a time; the others wait. Thread-safe.
class Passwords {
 public:
  struct Cost {
    unsigned long long passes = 3;
    std::size_t memory_kib = 32 * 1024;
    int at_once = 2;
  };
  explicit Passwords(Cost cost);
  /// Text with salt and parameters, "$argon2id$…".
  std::string hash(const config::Secret& password);
  /// An empty hash takes as long as a real one and is never right.
  bool verify(const std::string& hash, const config::Secret& password);
  /// It was made with other costs than today's.
  bool is_outdated(const std::string& hash) const;

 private:
  const Cost cost_;
  std::counting_semaphore<64> places_;
  std::string decoy_;
};

}  // namespace q2o::identity::people
