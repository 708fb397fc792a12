#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

/// The order of loading: a wave opens when all lower ones are done.
namespace q2o::mapper {

struct Wave {
  std::string name;
  std::vector<std::string> entities;  ///< source entities with targets in it
  bool operator==(const Wave&) const = default;
};

struct WaveOrder {
  std::vector<std::string> names;  ///< topologically sorted; ties by name
  std::vector<std::string> cycle;  ///< waves that wait for each other; empty = good
};

/// `after`: wave → waves that must be done before. A wave in `last` follows all that are not.
WaveOrder order_waves(const std::map<std::string, std::set<std::string>>& after, const std::set<std::string>& last);

}  // namespace q2o::mapper
