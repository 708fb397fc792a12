#include "common/runtime/version.h"

#include "q2o_version.h"  // made by cmake/Version.cmake at every build

namespace q2o::runtime {

std::string_view version() {
  return Q2O_VERSION;
}

}  // namespace q2o::runtime
