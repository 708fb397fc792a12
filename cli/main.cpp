#include "cli/cli.h"

int main(int argc, char** argv) {
  return q2o::cli::run(argc, argv);
}
