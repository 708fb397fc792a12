#include <cstring>
#include <iostream>

#include "services/mapper/domain/documentation.h"
#include "services/mapper/wiring.h"

/// `q2o-mapper --config FILE` runs the service; `q2o-mapper --document-transforms` prints docs/mapping.md.
int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--document-transforms") == 0) {
    std::cout << q2o::mapper::mapping_document();
    return 0;
  }
  return q2o::runtime::run(argc, argv, "mapper", q2o::mapper::wire);
}
