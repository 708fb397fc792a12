#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What doctor reads out of a service's /metrics page (Prometheus text).
namespace q2o::cli {

struct MetricSample {
  std::map<std::string, std::string> labels;
  double value = 0;
};
/// The samples of one metric; lines that are none are passed over.
std::vector<MetricSample> metric_samples(std::string_view text, std::string_view name);

}  // namespace q2o::cli
