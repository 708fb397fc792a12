#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "common/result/result.h"

namespace q2o::validator {

/// Makes a PDF of our HTML page with WeasyPrint (Debian), as a child process: it may take so much memory and time and no more, and when it
/// ends badly, only it ends. It runs no scripts; the page has no outside resources. Thread-safe.
class PdfRenderer {
 public:
  struct Options {
    std::string program = "/usr/bin/weasyprint";
    std::uint64_t memory_bytes_max = std::uint64_t{1536} << 20;
    std::chrono::seconds time_max{60};
    int at_once = 2;
  };
  explicit PdfRenderer(Options options) : options_(std::move(options)) {}
  /// Gives the PDF in pieces to `take` (false: nobody wants more). Errors: resource_exhausted PDF_BUSY (try again), PDF_TOO_LARGE (the page
  /// needs more than it may take), unavailable PDF_RENDERER (is not installed, or failed).
  Status render(std::string_view html, const std::function<bool(std::string_view)>& take);

 private:
  const Options options_;
  std::atomic<int> running_ = 0;
};

}  // namespace q2o::validator
