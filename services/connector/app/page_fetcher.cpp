#include "services/connector/app/page_fetcher.h"

#include <fmt/format.h>

namespace q2o::connector {
namespace {

using PageResult = tl::expected<Page, Trouble>;

/// So many unreadable records in a row are no damage of single records: the source (or what stands between) answers nonsense, and going on
/// record by record would never end.
constexpr std::size_t kHopeless = 8;

PageResult page_of(SourceCaller::Asked<std::vector<Row>> rows, std::uint64_t start) {
  if (!rows) return tl::unexpected(std::move(rows.error()));
  Page page;
  page.covered = rows->size();
  if (!rows->empty()) {
    page.first = rows->front().id;
    page.last = rows->back().id;
  }
  std::uint64_t position = start;
  for (auto& row : *rows) {
    if (row.id.empty())
      page.unreadable.push_back(fmt::format("The record at position {} has no id. ", position));
    else
      page.rows.push_back(std::move(row));
    ++position;
  }
  return page;
}

/// Takes the row before the page out of it.
void set_apart(Page& page) {
  const bool unreadable = page.covered > 0 && page.first.empty();
  if (!unreadable) page.before = page.first;
  if (page.covered == 0) return;
  --page.covered;
  if (unreadable)
    page.unreadable.erase(page.unreadable.begin());
  else
    page.rows.erase(page.rows.begin());
}

}  // namespace

PageResult fetch_page(const Manifest& manifest, SourceCaller& caller, const EntityRule& rule, const std::string& where, std::uint64_t start,
                      int rows, std::stop_token stop) {
  auto page = page_of(caller.page(rule, page_statement(manifest, rule, where, start, rows), stop), start);
  const bool broken = !page && (page.error().action == FaultAction::split || page.error().error.reason == "BAD_JSON");
  if (page || !broken) return page;
  if (rows == 1)
    return Page{{}, 1, {fmt::format("The record at position {} cannot be read: {}. ", start, page.error().error.message)}, {}, {}, {}};
  auto left = fetch_page(manifest, caller, rule, where, start, rows / 2, stop);
  if (!left || left->covered < static_cast<std::uint64_t>(rows / 2)) return left;
  auto right = fetch_page(manifest, caller, rule, where, start + left->covered, rows - rows / 2, stop);
  if (!right) return right;
  if (right->covered > 0) left->last = right->last;
  left->covered += right->covered;
  std::move(right->rows.begin(), right->rows.end(), std::back_inserter(left->rows));
  std::move(right->unreadable.begin(), right->unreadable.end(), std::back_inserter(left->unreadable));
  if (left->rows.empty() && left->unreadable.size() >= kHopeless) return page;
  return left;
}

PageFetcher::PageFetcher(RunContext& run, const EntityRule& rule, std::string where, std::uint64_t start, std::uint64_t counted,
                         std::optional<PageResult> first)
    : run_(run),
      rule_(rule),
      where_(std::move(where)),
      counted_(counted),
      overlap_(rule.countable && !rule.order_by.empty() && run.manifest.query.page_rows > 1 ? 1 : 0),
      expected_(start),
      submit_(begin()),
      first_(std::move(first)) {}

void PageFetcher::fill() {
  const int rows = run_.manifest.query.page_rows;
  while (static_cast<int>(ahead_.size()) < run_.options.pages_ahead && (ahead_.empty() || submit_ + overlap_ <= counted_)) {
    ahead_.push_back({submit_, run_.pool.submit([&run = run_, &rule = rule_, where = where_, start = submit_, rows] {
                        return fetch_page(run.manifest, run.caller, rule, where, start, rows, run.stop);
                      })});
    submit_ += static_cast<std::uint64_t>(rows) - overlap_;
  }
}

PageResult PageFetcher::fetched(bool& with_row_before) {
  if (first_) {
    submit_ += static_cast<std::uint64_t>(run_.manifest.query.page_rows) - overlap_;
    if (submit_ + overlap_ <= counted_) fill();
    auto page = std::move(*first_);
    first_.reset();
    return page;
  }
  // A page that was guessed to begin elsewhere is of no use.
  while (!ahead_.empty() && ahead_.front().start != begin()) ahead_.pop_front();
  if (ahead_.empty()) submit_ = begin();
  fill();
  with_row_before = ahead_.front().start < expected_;
  auto page = ahead_.front().page.get();
  ahead_.pop_front();
  return page;
}

PageResult PageFetcher::next() {
  bool with_row_before = false;
  auto page = fetched(with_row_before);
  if (!page) return page;
  const bool short_page = page->covered < static_cast<std::uint64_t>(run_.manifest.query.page_rows);
  if (with_row_before) set_apart(*page);
  expected_ += page->covered;
  ended_ = page->covered == 0 || (short_page && rule_.countable && expected_ > counted_);
  return page;
}

}  // namespace q2o::connector
