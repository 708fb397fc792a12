#include "services/connector/adapters/compression.h"

#include <zstd.h>

#include <stdexcept>

namespace q2o::connector {

std::string compress(std::string_view bytes) {
  constexpr int kLevel = 3;
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t written = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(written)) throw std::runtime_error(std::string("zstd: ") + ZSTD_getErrorName(written));
  out.resize(written);
  return out;
}

std::string decompress(std::string_view bytes, std::size_t size) {
  std::string out(size, '\0');
  const std::size_t written = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(written) || written != size) throw std::runtime_error("a stored report is damaged");
  return out;
}

}  // namespace q2o::connector
