#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/cli.h"
#include "cli/session.h"
#include "common/config/config.h"
#include "tests/integration/bad_input/case.h"

/// Wrong configuration of a service and wrong words on the command line.
namespace q2o::bad_input {
namespace {

std::string scratch_file(const std::string& name, const std::string& text) {
  const auto folder = std::filesystem::temp_directory_path() / ("q2o_bad_input_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto path = (folder / name).string();
  std::ofstream(path) << text;
  return path;
}

/// Reads what a service reads; "good.key" stands for everything that is right.
std::function<Seen()> configuration(std::string text, config::Reader::Environment environment = {}) {
  return [=] {
    auto reader = config::Reader::open(scratch_file("service.toml", "[good]\nkey = \"kept\"\n" + text), environment);
    Seen seen;
    if (!reader) return Seen{reader.error().reason, reader.error().message, reader.error().hint, "not started"};
    seen.unharmed = reader->text("good.key");
    static_cast<void>(reader->text("database.host"));
    static_cast<void>(reader->integer("database.port", 5432, 1, 65535));
    static_cast<void>(reader->boolean("log.json", false));
    const auto password = reader->secret("database.password");
    for (const auto& complaint : reader->complaints()) seen.message += complaint + "\n";
    if (!seen.message.empty()) seen.code = "COMPLAINTS";
    if ((seen.message + reader->printable()).find("top-secret") != std::string::npos) seen.unharmed = "a secret was told";
    return seen;
  };
}

std::function<Seen()> command(std::vector<std::string> words) {
  return [words]() mutable {
    ::setenv("Q2O_STATE", scratch_file("state", "").append(".d").c_str(), 1);
    for (const char* name : {"BILLING", "CONNECTOR", "MAPPER", "LOADER", "VALIDATOR", "NOTIFIER"})
      ::setenv(("Q2O_PORT_" + std::string(name)).c_str(), "9", 1);
    const auto run = [](std::vector<std::string> given) {
      std::vector<char*> argv;
      given.insert(given.begin(), "q2o");
      for (auto& word : given) argv.push_back(word.data());
      return cli::run(static_cast<int>(argv.size()), argv.data());
    };
    ::testing::internal::CaptureStderr();
    ::testing::internal::CaptureStdout();
    const int code = run(words);
    Seen seen;
    static_cast<void>(::testing::internal::GetCapturedStdout());
    seen.message = ::testing::internal::GetCapturedStderr();
    seen.code = code == cli::kUsage ? "USAGE" : code == cli::kError ? "ERROR" : std::to_string(code);
    ::testing::internal::CaptureStdout();
    seen.unharmed = run({"--help"}) == cli::kDone ? "the next command" : "nothing";
    static_cast<void>(::testing::internal::GetCapturedStdout());
    return seen;
  };
}

}  // namespace

std::vector<Case> configuration_cases() {
  const char* const kCode = "COMPLAINTS";
  const std::string rest = "[database]\nhost = \"h\"\npassword_file = \"/nowhere/password\"\n";
  const config::Reader::Environment password{{"Q2O_DATABASE_PASSWORD", "top-secret"}};
  return {
      {"ConfigurationWithEverythingWrong",
       kCode,
       {"database.host: is missing", "Q2O_DATABASE_HOST", "database.port: is not a whole number", "log.json: must be true or false",
        "database.password: is missing", "database.colour: unknown key"},
       {},
       "kept",
       configuration("[database]\nport = \"many\"\ncolour = \"red\"\n[log]\njson = \"perhaps\"\n")},
      {"ConfigurationWithPortOutOfRange",
       kCode,
       {"database.port: must be from 1 to 65535, not 70000"},
       {},
       "kept",
       configuration("[database]\nhost = \"h\"\nport = 70000\n", password)},
      {"ConfigurationWithUnreadableSecret",
       kCode,
       {"database.password", "/nowhere/password cannot be read"},
       {},
       "kept",
       configuration(rest)},
      {"ConfigurationWithASecretInIt",
       kCode,
       {"database.password", "must not stand in the configuration file"},
       {},
       "kept",
       configuration("[database]\nhost = \"h\"\npassword = \"top-secret\"\n")},
      {"ConfigurationThatIsNoToml", "CONFIG_SYNTAX", {"service.toml:3:"}, {}, "not started", configuration("= nothing")},
      {"ConfigurationWithUnknownKey",
       kCode,
       {"database.hots: unknown key"},
       {},
       "kept",
       configuration("[database]\nhost = \"h\"\nhots = \"h\"\n", password)},
  };
}

std::vector<Case> command_line_cases() {
  const std::string next = "the next command";
  return {
      {"CommandThatIsUnknown", "USAGE", {"migrat", "did you mean `q2o migrate`?"}, {}, next, command({"migrat"})},
      {"CommandWithoutItsOptions", "USAGE", {"--"}, {}, next, command({"migrate"})},
      {"CommandWithUnknownOption", "USAGE", {"--colour"}, {}, next, command({"status", "--colour"})},
      {"CommandForAServiceThatIsAway", "ERROR", {"billing service does not answer", "make up"}, {}, next, command({"status"})},
      {"CommandThatChecksAMissingFile",
       "ERROR",
       {"/nowhere/mapping.json"},
       {},
       next,
       command({"mapping", "check", "/nowhere/mapping.json"})},
  };
}

}  // namespace q2o::bad_input
