#pragma once

#include <string>
#include <vector>

#include "q2o/notifier/v1/progress.pb.h"

/// Progress as text: pure functions, so that a test can read what a person reads.
namespace q2o::cli {

/// One bar per entity that has records, then totals, rate and ETA. `width` in columns.
std::vector<std::string> progress_lines(const notifier::v1::Progress& progress, int width);
/// Everything in one plain line (no terminal, or every 10 s in a log).
std::string progress_line(const notifier::v1::Progress& progress);
std::string state_word(billing::v1::State state);
/// True when nothing more will happen by itself.
bool is_final(const billing::v1::Migration& migration);

}  // namespace q2o::cli
