#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "common/result/result.h"

/// One rule for lists that are given in pages, on both sides of a call. Plain values: nothing of gRPC.
namespace q2o::rpc {

/// The most rows that one answer carries: far below gRPC's limit of 4 MiB.
inline constexpr std::uint32_t kPageMax = 1000;

/// Rows of a page; 0 asks for as many as there may be.
inline std::uint32_t page_size(std::uint32_t asked) {
  return asked == 0 ? kPageMax : std::min(asked, kPageMax);
}

inline tl::unexpected<Error> bad_page_token() {
  return fail(Code::invalid_argument, "page_token is none that a page before gave", "PAGE_TOKEN_INVALID", "Begin without one.");
}

/// The place of the last row before the page, where tokens are places; 0 without a token.
inline Result<std::int64_t> place_of(std::string_view token) {
  std::int64_t place = 0;
  if (token.empty()) return place;
  const auto* const last = token.data() + token.size();
  const auto [end, problem] = std::from_chars(token.data(), last, place);
  if (problem != std::errc() || end != last || place < 0) return bad_page_token();
  return place;
}

/// All pages as one answer. `call` takes a request and gives the Result of an answer.
template <class Request, class Call>
auto all_pages(Request request, const Call& call) {
  auto all = call(request);
  while (all && !all->next_page_token().empty()) {
    request.set_page_token(all->next_page_token());
    all->clear_next_page_token();
    auto next = call(request);
    if (!next) return next;
    all->MergeFrom(*next);
  }
  return all;
}

}  // namespace q2o::rpc
