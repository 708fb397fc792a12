#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>

#include "cli/commands.h"

namespace q2o::cli {

/// The commands of q2o by name, with their options and texts; and the one that was asked for.
class CommandLine {
 public:
  CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Nothing: a command is to be run. Else help or what is wrong was printed, and this is the exit code.
  std::optional<int> parse(int argc, char** argv);
  bool json() const { return json_; }
  int run(const Session& session) const { return chosen_ ? chosen_(session) : kUsage; }

 private:
  using Action = std::function<int(const Session&)>;
  CLI::App* command(const char* name, const char* description, Action action);
  /// A command about one migration, which may be left out.
  CLI::App* about_one(const char* name, const char* description, Action action);
  void add_json(CLI::App* to);
  void choose_by(CLI::App* word, Action action);
  void add_odoo(CLI::App* to);
  void add_quickbooks(CLI::App* to, bool required = true);

  void add_migrate();
  void add_replay();
  void add_delta();
  void add_undo();
  void add_prices();
  void add_purge();
  void add_views();
  void add_repairs();
  void add_steps();
  void add_mapping();
  void add_upkeep();
  void add_people();

  CLI::App app_;
  bool json_ = false, yes_ = false;
  std::string id_, out_, reason_, file_, brokers_;
  MigrateOptions migrate_;
  AssessOptions assess_;
  DiffOptions diff_;
  ReplayOptions replay_;
  DeltaOptions delta_;
  UndoOptions undo_;
  PurgeOptions purge_;
  bool browser_ = false;
  std::string returned_;
  bool rotate_ = false, rotate_master_ = false;
  RepairOptions repair_;
  TraceOptions trace_;
  EstimateOptions estimate_;
  CreateOptions create_;
  QuoteOptions quote_;
  AnalyzeOptions analyze_;
  PayOptions pay_;
  LoginOptions login_;
  ApiKeyOptions api_keys_;
  std::uint32_t most_ = 50;
  std::string known_hash_;
  bool all_ = false, problems_ = false;
  Action chosen_;
};

}  // namespace q2o::cli
