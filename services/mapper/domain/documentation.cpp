#include "services/mapper/domain/documentation.h"

#include <fmt/format.h>

#include "embedded/mapper_language.h"
#include "services/mapper/domain/language/transforms.h"
#include "services/mapper/domain/preparations.h"

namespace q2o::mapper {

std::string mapping_document() {
  std::string out(embedded::mapper_language::kFiles[0].text);
  out += "\n## Preparations\n\n";
  for (const auto& preparation : preparations())
    out += fmt::format("- `{}`: {} Lookups: `{}`.\n", preparation.name, preparation.meaning, preparation.kind);
  out += "\n" + language::document_transforms();
  return out;
}

}  // namespace q2o::mapper
