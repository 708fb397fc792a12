#include "services/loader/app/file_fetcher.h"

#include <fmt/format.h>

#include <stdexcept>

#include "common/log/log.h"

namespace q2o::loader {
namespace {

/// The connector has tried each time already; between the tries the run waits longer and longer.
constexpr int kTroublesMax = 8;

Fate without_file(Item item, const Error& error) {
  const auto name = item.label.empty() ? item.source_id : item.label;
  Fate fate{Fate::Kind::rejected,
            std::move(item),
            0,
            "",
            "",
            error.reason,
            fmt::format("the file {} was not moved: {}", name, error.message),
            error.hint};
  if (fate.reason.empty()) fate.reason = "FILE_NOT_SERVED";
  if (fate.hint.empty()) fate.hint = "Run again later: only what is missing is fetched. Or attach the file in Odoo by hand.";
  return fate;
}

/// The source was asked and stumbled, as opposed to: it asks for time, or the connector is not there now.
bool is_trouble_of_the_file(const Error& error) {
  return !error.reason.empty() && error.retry_after.count() == 0;
}

}  // namespace

std::vector<Item> FileFetcher::fetch(std::vector<Item> items, Delivery& out, const std::stop_token& stop) const {
  std::vector<Item> ready;
  std::size_t bytes = 0;
  for (auto& item : items) {
    if (item.file_id.empty() || !item.datas.empty()) {
      bytes += item.datas.size();
      ready.push_back(std::move(item));
      continue;
    }
    // Said sizes were planned with; files whose size nobody said may be more than a batch holds.
    if (out.stopped_by || stop.stop_requested() || bytes > BatchLimits{}.bytes) {
      out.left.push_back(std::move(item));
      continue;
    }
    if (files_ == nullptr) throw std::logic_error("a record holds a file, but nobody was named who has the bytes");
    auto datas = files_->fetch(run_, item);
    if (datas) {
      item.datas = std::move(*datas);
      bytes += item.datas.size();
      ready.push_back(std::move(item));
      continue;
    }
    const Error& error = datas.error();
    if (is_trouble_of_the_file(error)) ++item.file_troubles;
    log::warn("file could not be fetched",
              {{"entity", item.entity}, {"id", item.file_id}, {"reason", error.reason}, {"error", error.message}});
    if (error.retry == Retry::never || error.retry == Retry::after_reauthentication || item.file_troubles >= kTroublesMax) {
      out.fates.push_back(without_file(std::move(item), error));
    } else {
      out.stopped_by = error;
      out.waits_for_source = true;
      out.left.push_back(std::move(item));
    }
  }
  return ready;
}

}  // namespace q2o::loader
