#pragma once

#include <string>
#include <string_view>

/// zstd for reports at rest: they shrink to a twentieth.
namespace q2o::connector {

/// Where a recorded report stands, for its seal: packed first, then sealed.
inline constexpr std::string_view kReportBody = "connector.report.body";
inline std::string report_id(std::int64_t run, std::string_view name, std::string_view start, std::string_view end) {
  return std::to_string(run) + "/" + std::string(name) + "/" + std::string(start) + "/" + std::string(end);
}

std::string compress(std::string_view bytes);
/// `size`: what it was before. Throws when the bytes are damaged.
std::string decompress(std::string_view bytes, std::size_t size);

}  // namespace q2o::connector
