#pragma once

#include <string_view>

#include "services/validator/adapters/stored_report.h"

namespace q2o::validator {

/// Takes the bytes of one file after the other.
class FileSink {
 public:
  virtual ~FileSink() = default;
  virtual void begin(std::string_view name) = 0;
  virtual void write(std::string_view bytes) = 0;
};

/// The same bytes as render_html, render_json and render_csv of the whole report, without ever having all of it.
void stream_html(const StoredReport& report, FileSink& sink);
void stream_json(const StoredReport& report, FileSink& sink);
void stream_csv(const StoredReport& report, FileSink& sink);
/// One of the files of stream_csv; nothing else is read. False: there is none of that name, and nothing was written.
bool stream_table(const StoredReport& report, std::string_view name, FileSink& sink);
/// Every comparison of every section in one table, with the section in front.
void stream_one_csv(const StoredReport& report, FileSink& sink);

}  // namespace q2o::validator
