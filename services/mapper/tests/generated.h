#pragma once

#include <gtest/gtest.h>

#include "services/mapper/tests/generated_book.h"

namespace q2o::mapper::testing {

class Generated : public ::testing::TestWithParam<const char*> {
 protected:
  GeneratedBook made_{GetParam()};
};

}  // namespace q2o::mapper::testing
