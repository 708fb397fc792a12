#include "services/notifier/wiring.h"

int main(int argc, char** argv) {
  return q2o::runtime::run(argc, argv, "notifier", q2o::notifier::wire);
}
