#include "services/mapper/domain/documentation.h"

#include <gtest/gtest.h>

#include "services/mapper/tests/book.h"

namespace q2o::mapper {
namespace {

TEST(MappingDocument, IsTheCommittedOne) {
  EXPECT_EQ(mapping_document(), testing::file_text(std::string(Q2O_SOURCE_DIR) + "/docs/mapping.md"))
      << "run: q2o-mapper --document-transforms > docs/mapping.md";
}

}  // namespace
}  // namespace q2o::mapper
