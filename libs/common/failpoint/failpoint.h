#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Places at which a test may hurt a running program: before and after everything that becomes durable or visible elsewhere. Where a
/// point stands it is declared; a program knows those that were linked into it. Nothing happens, and nothing is counted, unless the
/// environment has Q2O_FAILPOINTS; in a build without them (CMake option of that name) a hit is a call of an empty function.
///
/// Q2O_FAILPOINTS="before_commit=kill@3,record[Invoice/42]=kill,before_call=delay:500" or just "on" (counts; arm later).
///   action: kill (-9, ourselves), stop (SIGSTOP), error (throws Struck), delay:MILLISECONDS
///   @N: only the Nth hit of this process; without it every hit. [detail]: only hits with this detail.
namespace q2o::failpoint {

struct Struck : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Declared once at namespace scope of the file it stands in; the name is unique in a program.
class Point {
 public:
  explicit Point(const char* name);
  void hit(std::string_view detail = {}) const;

 private:
  std::size_t index_ = 0;
};

struct Counted {
  std::string name;
  std::uint64_t hits = 0;  ///< since the program began to count
};

bool compiled_in();
/// Whether this program counts and strikes.
bool active();
/// All points of this program, by name.
std::vector<Counted> points();
/// Reads a specification as in Q2O_FAILPOINTS and arms it from now on, hits counted anew; throws std::invalid_argument with the mistake.
void arm(std::string_view specification);
/// Reads Q2O_FAILPOINTS. Called once at the start of a service.
void arm_from_environment();

}  // namespace q2o::failpoint
