#include "cli/terminal.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "common/decimal/digits.h"

namespace q2o::cli {

bool is_terminal() {
  return isatty(STDERR_FILENO) != 0;
}
bool use_colour() {
  return is_terminal() && std::getenv("NO_COLOR") == nullptr;
}

std::string bold(std::string_view text) {
  if (!use_colour()) return std::string(text);
  return "\033[1m" + std::string(text) + "\033[0m";
}

std::string grouped(std::uint64_t number) {
  return with_thousands(std::to_string(number));
}

std::string duration(std::uint64_t seconds) {
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
  return std::to_string(seconds / 3600) + " h " + std::to_string(seconds % 3600 / 60) + " min";
}

bool confirmed(const std::string& effect, const std::string& word) {
  std::cerr << effect << " Type `" << word << "` to confirm: ";
  std::string answer;
  std::getline(std::cin, answer);
  return answer == word;
}

void rewind_lines(int lines) {
  if (lines > 0) std::cerr << "\033[" << lines << "A\033[J";
}

}  // namespace q2o::cli
