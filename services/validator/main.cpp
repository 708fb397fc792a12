#include "common/runtime/runtime.h"
#include "services/validator/wiring.h"

int main(int argc, char** argv) {
  return q2o::runtime::run(argc, argv, "validator", q2o::validator::wire);
}
