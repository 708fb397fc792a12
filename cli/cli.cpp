#include "cli/cli.h"

#include <cstdlib>

#include "cli/command_line.h"

namespace q2o::cli {
namespace {

std::string state_folder() {
  if (const char* folder = std::getenv("Q2O_STATE")) return folder;
  if (const char* home = std::getenv("HOME")) return std::string(home) + "/.q2o";
  return ".q2o";
}

}  // namespace

int run(int argc, char** argv) {
  CommandLine line;
  if (const auto done = line.parse(argc, argv)) return *done;
  auto session = open_session(state_folder());
  if (!session) return report_error(Session{}, session.error());
  session->json = line.json();
  return line.run(*session);
}

}  // namespace q2o::cli
