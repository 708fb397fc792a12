#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace q2o::sandbox::commands {

struct GenerateOptions {
  std::uint64_t seed = 1;
  std::string folder;
};
CLI::App* add_generate(CLI::App& app, GenerateOptions& options);
int generate(const GenerateOptions& options);

}  // namespace q2o::sandbox::commands
