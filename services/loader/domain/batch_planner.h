#pragma once

#include <list>
#include <string>
#include <vector>

#include "services/loader/domain/item.h"

namespace q2o::loader {

struct BatchLimits {
  std::size_t records = 50;
  std::size_t bytes = 4u << 20;
};

struct Batch {
  std::vector<Item> items;
  bool update = false;     ///< some are in the target already: compare
  bool exclusive = false;  ///< nothing else may run beside it (chart, products, matches: see README)
  bool empty() const { return items.empty(); }
};

/// Takes the next batch out of `queue`, in order of arrival. An item goes when everything it refers to is in the target or earlier in
/// the same batch; what refers to something in flight stays in the queue.
Batch next_batch(std::list<Item>& queue, const Known& known, const BatchLimits& limits);

/// Records of these models may be written over several connections at once.
bool may_run_in_parallel(std::string_view model, std::string_view operation);

}  // namespace q2o::loader
