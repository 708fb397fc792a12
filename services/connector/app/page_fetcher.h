#pragma once

#include <deque>

#include "services/connector/app/run_context.h"

namespace q2o::connector {

struct Page {
  std::vector<Row> rows;
  std::uint64_t covered = 0;            ///< rows of the listing that this page stands for, unreadable ones included
  std::vector<std::string> unreadable;  ///< a sentence each
  std::string first, last;              ///< ids of the outermost rows; empty: unreadable, or there is none
  /// The row before, asked for once more (it is no part of the page): its id, empty where the listing is shorter now. Nothing: not asked
  /// for, or unreadable.
  std::optional<std::string> before;
};

/// One page; a page that the source cannot answer because of a record in it is halved until that record stands alone.
tl::expected<Page, Trouble> fetch_page(const Manifest& manifest, SourceCaller& caller, const EntityRule& rule, const std::string& where,
                                       std::uint64_t start, int rows, std::stop_token stop);

/// Pages of one entity in order, several under way at once. The next page begins after the rows that really came. A page of an ordered
/// listing is asked for together with the row before it, which tells whether the listing has moved since.
class PageFetcher {
 public:
  /// `first`: the page at `start`, where it has been fetched already.
  PageFetcher(RunContext& run, const EntityRule& rule, std::string where, std::uint64_t start, std::uint64_t counted,
              std::optional<tl::expected<Page, Trouble>> first = {});
  tl::expected<Page, Trouble> next();
  /// Position after the last page.
  std::uint64_t position() const { return expected_; }
  /// The listing has ended: an empty page, or a short one that agrees with the source's count.
  bool ended() const { return ended_; }

 private:
  struct Ahead {
    std::uint64_t start;
    Pending<tl::expected<Page, Trouble>> page;
  };
  void fill();
  tl::expected<Page, Trouble> fetched(bool& with_row_before);
  std::uint64_t begin() const { return expected_ > 1 ? expected_ - overlap_ : expected_; }
  RunContext& run_;
  const EntityRule& rule_;
  const std::string where_;
  const std::uint64_t counted_, overlap_;
  std::uint64_t expected_, submit_;
  bool ended_ = false;
  std::optional<tl::expected<Page, Trouble>> first_;
  std::deque<Ahead> ahead_;
};

}  // namespace q2o::connector
