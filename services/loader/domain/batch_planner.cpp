#include "services/loader/domain/batch_planner.h"

#include <algorithm>
#include <array>

namespace q2o::loader {
namespace {

constexpr std::array<std::string_view, 9> kParallelModels{"account.move",          "account.payment", "account.bank.statement.line",
                                                          "res.partner",           "sale.order",      "purchase.order",
                                                          "account.analytic.line", "mail.message",    "ir.attachment"};
// How many items that cannot go yet are looked past once something can; bounds the work per batch.
constexpr std::size_t kLookedPastMax = 20000;

/// What the record takes in a call; a file travels as base64. One whose size is not known counts as a scanned page.
std::size_t bytes_of(const Item& item) {
  constexpr std::size_t kUnknownFile = 256 * 1024;
  if (item.file_id.empty()) return item.values_json.size();
  return item.values_json.size() + (item.file_bytes > 0 ? item.file_bytes : kUnknownFile) / 3 * 4;
}

}  // namespace

bool may_run_in_parallel(std::string_view model, std::string_view operation) {
  return operation == "create" && std::ranges::find(kParallelModels, model) != kParallelModels.end();
}

Batch next_batch(std::list<Item>& queue, const Known& known, const BatchLimits& limits) {
  Batch batch;
  Known beside;
  std::size_t bytes = 0, looked_past = 0;
  for (auto at = queue.begin(); at != queue.end() && (batch.empty() || looked_past < kLookedPastMax);) {
    if (batch.items.size() >= limits.records || (!batch.empty() && bytes + bytes_of(*at) > limits.bytes)) break;
    const bool exclusive = !may_run_in_parallel(at->model, at->operation);
    if (!batch.empty() && exclusive != batch.exclusive) break;
    if (!missing_reference(*at, known, beside).empty()) {
      ++at, ++looked_past;
      continue;
    }
    batch.exclusive = exclusive;
    batch.update |= known.contains(at->external_id);
    bytes += bytes_of(*at);
    beside.emplace(at->external_id, 0);
    batch.items.push_back(std::move(*at));
    at = queue.erase(at);
  }
  return batch;
}

}  // namespace q2o::loader
