#pragma once

#include <fstream>

#include "services/connector/domain/manifest.h"

/// The manifest of the product.
namespace q2o::connector::testing {

inline std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}
inline std::string shipped_text() {
  return file_text(std::string(Q2O_SOURCE_DIR) + "/config/platforms/quickbooks_online.json");
}
inline Manifest shipped() {
  auto manifest = parse_manifest(shipped_text());
  if (!manifest) throw std::runtime_error(manifest.error().message);
  return *manifest;
}

}  // namespace q2o::connector::testing
