#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

/// Inside of the testing library: child processes that never outlive the test binary.
namespace q2o::testing {

struct Process {
  std::vector<std::string> command;
  std::string log_file;  ///< stdout and stderr
  bool as_postgres = false;
};

/// Starts in a session of its own; the kernel kills it when we die.
pid_t start(const Process& process);
void signal_and_wait(pid_t pid, int signal, std::chrono::milliseconds then_kill_after);
/// Runs to the end; throws with the tail of the log on another exit code than 0.
void run(const Process& process);

/// A new directory under the system's temporary one, removed at exit; owned by user postgres when asked and we are root.
std::string temporary_directory(const std::string& name, bool for_postgres = false);

std::string tail_of(const std::string& file);

}  // namespace q2o::testing
