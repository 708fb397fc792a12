#include <cstddef>
#include <cstdint>

#include "fuzz/targets.h"

/// One program per target: Q2O_FUZZ_TARGET is its function.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  q2o::fuzz::Q2O_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
