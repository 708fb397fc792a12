#include "services/loader/domain/batch_planner.h"

#include <algorithm>
#include <array>

namespace q2o::loader {
namespace {

constexpr std::array<std::string_view, 8> kParallelModels{"account.move", "account.payment", "account.bank.statement.line", "res.partner",
                                                          "sale.order",   "purchase.order",  "account.analytic.line",       "mail.message"};
// How many items that cannot go yet are looked past once something can; bounds the work per batch.
constexpr std::size_t kLookedPastMax = 20000;

}  // namespace

bool may_run_in_parallel(std::string_view model, std::string_view operation) {
  return operation == "create" && std::ranges::find(kParallelModels, model) != kParallelModels.end();
}

Batch next_batch(std::list<Item>& queue, const Known& known, const BatchLimits& limits) {
  Batch batch;
  Known beside;
  std::size_t bytes = 0, looked_past = 0;
  for (auto at = queue.begin(); at != queue.end() && (batch.empty() || looked_past < kLookedPastMax);) {
    if (batch.items.size() >= limits.records || (!batch.empty() && bytes + at->values_json.size() > limits.bytes)) break;
    const bool exclusive = !may_run_in_parallel(at->model, at->operation);
    if (!batch.empty() && exclusive != batch.exclusive) break;
    if (!missing_reference(*at, known, beside).empty()) {
      ++at, ++looked_past;
      continue;
    }
    batch.exclusive = exclusive;
    batch.update |= known.contains(at->external_id);
    bytes += at->values_json.size();
    beside.emplace(at->external_id, 0);
    batch.items.push_back(std::move(*at));
    at = queue.erase(at);
  }
  return batch;
}

}  // namespace q2o::loader
