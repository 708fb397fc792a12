#include "common/runtime/runtime.h"
#include "services/billing/wiring.h"

int main(int argc, char** argv) {
  return q2o::runtime::run(argc, argv, "billing", q2o::billing::wire);
}
