#pragma once

#include "common/pg/pg.h"

namespace q2o::pg {

/// Schema files as q2o_embed puts them into a program, behind those of the libraries that it uses.
template <class File, std::size_t N>
std::vector<Migration> schema_of(const File (&files)[N], std::vector<Migration> before = {}) {
  for (const auto& file : files) before.push_back({std::string(file.name), std::string(file.text)});
  return before;
}

}  // namespace q2o::pg
