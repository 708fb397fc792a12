#include "services/loader/wiring.h"

int main(int argc, char** argv) {
  return q2o::runtime::run(argc, argv, "loader", q2o::loader::wire);
}
