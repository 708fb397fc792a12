#include "services/mapper/domain/waves.h"

#include <algorithm>

namespace q2o::mapper {

WaveOrder order_waves(const std::map<std::string, std::set<std::string>>& after, const std::set<std::string>& last) {
  auto waiting = after;
  for (auto& [wave, before] : waiting) {
    if (!last.contains(wave)) continue;
    for (const auto& [other, unused] : after) {
      if (!last.contains(other)) before.insert(other);
    }
  }
  WaveOrder order;
  while (!waiting.empty()) {
    const auto ready = std::find_if(waiting.begin(), waiting.end(), [&](const auto& entry) {
      return std::none_of(entry.second.begin(), entry.second.end(),
                          [&](const std::string& before) { return before != entry.first && waiting.contains(before); });
    });
    if (ready == waiting.end()) {
      for (const auto& [wave, before] : waiting) order.cycle.push_back(wave);
      return order;
    }
    order.names.push_back(ready->first);
    waiting.erase(ready);
  }
  return order;
}

}  // namespace q2o::mapper
