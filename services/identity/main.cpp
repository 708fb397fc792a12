#include "services/identity/wiring.h"

int main(int argc, char** argv) {
  return q2o::runtime::run(argc, argv, "identity", q2o::identity::wire);
}
