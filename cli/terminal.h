#pragma once

#include <string>
#include <string_view>

/// Small helpers for text on a terminal.
namespace q2o::cli {

bool is_terminal();  ///< of stderr, where progress goes
bool use_colour();   ///< terminal and NO_COLOR not set
std::string bold(std::string_view text);
/// "12,345".
std::string grouped(std::uint64_t number);
/// "3 min 20 s".
std::string duration(std::uint64_t seconds);
/// Danger is confirmed by a typed word: says what will happen and reads a line.
bool confirmed(const std::string& effect, const std::string& word);
/// Moves the cursor up and clears below: the next frame of a live picture.
void rewind_lines(int lines);

}  // namespace q2o::cli
