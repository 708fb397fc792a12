#pragma once

#include <cstddef>

#include "q2o/validator/v1/report.pb.h"

namespace q2o::validator {

/// A report goes to the client in one message of at most 64 MiB; JSON and CSV of a report cut to this stay well below.
inline constexpr std::size_t kReportBytesMax = std::size_t{40} << 20;

/// Cuts the longest sections and lists until all of it fits: small ones stay whole, differences stand first in one that is cut, and its
/// last line says how many more there are. Does nothing where everything fits. `bytes`: about what JSON takes.
void shorten(v1::Report& report, std::size_t bytes = kReportBytesMax);

}  // namespace q2o::validator
