#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "cli/session.h"

namespace q2o::cli::testing {

inline int run_words(std::vector<std::string> words) {
  std::vector<char*> argv;
  words.insert(words.begin(), "q2o");
  for (auto& word : words) argv.push_back(word.data());
  return run(static_cast<int>(argv.size()), argv.data());
}

/// q2o with a state folder of its own; at first no service answers.
class Cli : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("q2o_cli_test_" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    setenv("Q2O_STATE", folder_.c_str(), 1);
    all_ports(9);  // discard: answers nowhere
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  static void all_ports(int port) {
    for (const char* name : {"BILLING", "CONNECTOR", "MAPPER", "LOADER", "VALIDATOR", "NOTIFIER"})
      setenv(("Q2O_PORT_" + std::string(name)).c_str(), std::to_string(port).c_str(), 1);
  }
  struct Said {
    int code;
    std::string out, err;
  };
  static Said say(std::vector<std::string> words) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = run_words(std::move(words));
    return {code, ::testing::internal::GetCapturedStdout(), ::testing::internal::GetCapturedStderr()};
  }
  std::filesystem::path folder_;
};

}  // namespace q2o::cli::testing
