#include "cli/metrics_text.h"

#include <cstdlib>

namespace q2o::cli {
namespace {

/// key="value",… up to the closing brace; what follows it stays in `rest`.
std::optional<std::map<std::string, std::string>> read_labels(std::string_view& rest) {
  std::map<std::string, std::string> labels;
  while (!rest.empty() && rest.front() != '}') {
    const auto equals = rest.find("=\"");
    if (equals == std::string_view::npos) return std::nullopt;
    std::string& value = labels[std::string(rest.substr(0, equals))];
    rest.remove_prefix(equals + 2);
    while (!rest.empty() && rest.front() != '"') {
      if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
      value += rest.front();
      rest.remove_prefix(1);
    }
    if (rest.empty()) return std::nullopt;
    rest.remove_prefix(1);
    if (!rest.empty() && rest.front() == ',') rest.remove_prefix(1);
  }
  if (rest.empty()) return std::nullopt;
  rest.remove_prefix(1);
  return labels;
}

std::optional<MetricSample> read_sample(std::string_view rest) {
  MetricSample sample;
  if (rest.starts_with('{')) {
    rest.remove_prefix(1);
    auto labels = read_labels(rest);
    if (!labels) return std::nullopt;
    sample.labels = std::move(*labels);
  }
  if (!rest.starts_with(' ')) return std::nullopt;  // another metric whose name begins alike
  const std::string number(rest.substr(1));
  char* end = nullptr;
  sample.value = std::strtod(number.c_str(), &end);
  if (end == number.c_str()) return std::nullopt;
  return sample;
}

}  // namespace

std::vector<MetricSample> metric_samples(std::string_view text, std::string_view name) {
  std::vector<MetricSample> samples;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.starts_with(name)) continue;
    if (auto sample = read_sample(line.substr(name.size()))) samples.push_back(std::move(*sample));
  }
  return samples;
}

}  // namespace q2o::cli
