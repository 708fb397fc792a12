#pragma once

#include <string>

namespace CLI {
class App;
}

namespace q2o::sandbox::commands {

struct CheckOptions {
  std::string folder;
};
CLI::App* add_check(CLI::App& app, CheckOptions& options);
int check(const CheckOptions& options);

}  // namespace q2o::sandbox::commands
