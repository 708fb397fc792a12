#include <cstdio>
#include <cstdlib>

#include "fuzz/targets.h"

namespace q2o::fuzz {

void expect(bool promise, const char* what) {
  if (promise) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

}  // namespace q2o::fuzz
