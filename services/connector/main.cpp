#include "services/connector/wiring.h"

int main(int argc, char** argv) {
  return q2o::runtime::run(argc, argv, "connector", q2o::connector::wire);
}
