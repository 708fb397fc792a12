#include "services/validator/domain/long_list.h"

#include <algorithm>

namespace q2o::validator {

void Places::sort() {
  std::ranges::sort(places_);
}

std::vector<std::uint64_t> Places::of(std::int64_t key) const {
  std::vector<std::uint64_t> out;
  for (auto at = std::ranges::lower_bound(places_, key, {}, &std::pair<std::int64_t, std::uint64_t>::first);
       at != places_.end() && at->first == key; ++at)
    out.push_back(at->second);
  return out;
}

}  // namespace q2o::validator
