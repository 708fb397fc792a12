#pragma once

#include <string>
#include <string_view>

/// zstd for reports at rest: they shrink to a twentieth.
namespace q2o::connector {

std::string compress(std::string_view bytes);
/// `size`: what it was before. Throws when the bytes are damaged.
std::string decompress(std::string_view bytes, std::size_t size);

}  // namespace q2o::connector
