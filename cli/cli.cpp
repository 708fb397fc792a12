#include "cli/cli.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <iostream>

#include "cli/commands.h"
#include "cli/session.h"

namespace q2o::cli {
namespace {

constexpr const char* kExamples =
    "Moves a company's books from QuickBooks into Odoo 18 and proves that both agree to 0.00.\n\n"
    "Examples:\n"
    "  q2o migrate --company-id 4620816365123456 --client-id ABC --odoo-url https://books.example.com --odoo-db books --odoo-user admin\n"
    "  q2o watch                 live progress of the latest migration\n\n"
    "Secrets come from the environment: QUICKBOOKS_CLIENT_SECRET, QUICKBOOKS_REFRESH_TOKEN, ODOO_PASSWORD.\n"
    "Exit codes: 0 done and matched, 1 error, 2 usage, 3 finished with differences, 4 waits for a person.";

/// Edit distance, for "did you mean".
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

void suggest(const CLI::App& app, const std::string& word) {
  std::string best;
  std::size_t least = 4;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (const auto d = distance(word, command->get_name()); d < least) {
      least = d;
      best = command->get_name();
    }
  }
  std::cerr << "q2o: unknown command " << word << (best.empty() ? "" : "; did you mean `q2o " + best + "`?")
            << "\n     `q2o --help` lists all commands.\n";
}

std::string state_folder() {
  if (const char* folder = std::getenv("Q2O_STATE")) return folder;
  if (const char* home = std::getenv("HOME")) return std::string(home) + "/.q2o";
  return ".q2o";
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app{kExamples, "q2o"};
  app.require_subcommand(1);
  bool as_json = false, yes = false;
  std::string id, out, reason, file, brokers;
  MigrateOptions options;
  ReplayOptions again;
  TraceOptions traced;
  app.add_flag("--json", as_json, "machine-readable output");

  std::function<int(const Session&)> chosen;
  const auto command = [&](const char* name, const char* description, std::function<int(const Session&)> action) {
    CLI::App* sub = app.add_subcommand(name, description);
    sub->add_flag("--json", as_json, "machine-readable output");
    sub->callback([&chosen, action = std::move(action)] { chosen = action; });
    return sub;
  };
  const auto with_id = [&](CLI::App* sub) {
    sub->add_option("migration", id, "id, or a beginning or end of it that is unique; the latest when left out");
    return sub;
  };

  CLI::App* go = command("migrate", "connect both systems, run, prove; the same command again brings only what changed",
                         [&](const Session& s) { return migrate(s, options); });
  go->add_option("--name", options.name, "name of the migration (default: the company's)");
  go->add_option("--quickbooks-url", options.quickbooks_url, "API address (default: QuickBooks Online)");
  go->add_option("--token-url", options.token_url, "OAuth token address (default: Intuit's)");
  go->add_option("--company-id", options.company_id, "QuickBooks company (realm) id")->required();
  go->add_option("--client-id", options.client_id, "OAuth client id")->required();
  go->add_option("--odoo-url", options.odoo_url, "address of Odoo")->required();
  go->add_option("--odoo-db", options.odoo_database, "database name")->required();
  go->add_option("--odoo-user", options.odoo_user, "login")->required();
  go->add_flag("--dry-run", options.dry_run, "check both sides, write nothing");

  CLI::App* replayed = command("replay", "map and load the records of an earlier run again, without a call to the source",
                               [&](const Session& s) { return replay(s, again); });
  replayed->add_option("migration", again.migration_id, "id, or a beginning or end of it that is unique; the latest when left out");
  replayed->add_option("--run", again.run, "whose records (default: the newest that read the source to its end)");
  replayed->add_option("--mapping", again.mapping, "version of the mapping (default: the one that was used last)");
  replayed->add_option("--into", again.into, "another target, as q2o connections lists it (default: the migration's)");
  replayed->add_option("--entities", again.entities, "only these, e.g. Invoice,Payment")->delimiter(',');
  replayed->add_option("--reason", again.reason, "kept in the history");
  replayed->add_flag("--dry-run", again.dry_run, "map, but write nothing");

  CLI::App* odoo = command("connect-odoo", "save and check another Odoo", [&](const Session& s) { return connect_odoo(s, options); });
  odoo->add_option("--odoo-url", options.odoo_url, "address of Odoo")->required();
  odoo->add_option("--odoo-db", options.odoo_database, "database name")->required();
  odoo->add_option("--odoo-user", options.odoo_user, "login")->required();

  with_id(command("status", "what each migration is at", [&](const Session& s) { return status(s, id); }));
  with_id(command("watch", "live progress", [&](const Session& s) { return watch(s, id); }));
  with_id(command("report", "the proof as HTML, JSON and CSV", [&](const Session& s) {
    return report(s, id, out);
  }))->add_option("--out", out, "folder for the files");
  with_id(command("rejects", "records that were not taken over, by cause", [&](const Session& s) { return rejects(s, id); }));
  CLI::App* where = command("trace", "one record from the source's bytes to Odoo, or back: invoice 1043, or odoo account.move 512",
                            [&](const Session& s) { return trace(s, traced); });
  where->add_option("record", traced.words, "entity and id or document number; or: odoo, model, id")->required();
  where->add_option("--migration", traced.migration_id, "id, or a beginning or end of it that is unique; the latest when left out");
  where->add_flag("--raw", traced.raw, "the bytes as the source sent them");
  with_id(command("pause", "finish the batches under way, then wait", [&](const Session& s) {
    return pause(s, id, reason);
  }))->add_option("--reason", reason, "kept in the history");
  with_id(command("resume", "go on after a pause", [&](const Session& s) { return resume(s, id); }));
  CLI::App* end = with_id(command("stop", "end the run for good", [&](const Session& s) { return stop(s, id, reason, yes); }));
  end->add_option("--reason", reason, "kept in the history");
  end->add_flag("--yes", yes, "do not ask");
  CLI::App* agree =
      with_id(command("accept", "end a migration although its books differ", [&](const Session& s) { return accept(s, id, reason, yes); }));
  agree->add_option("--reason", reason, "why the differences are right; kept in the history")->required();
  agree->add_flag("--yes", yes, "do not ask");
  with_id(command("history", "every step with who and why", [&](const Session& s) { return history(s, id); }));
  command("connections", "sources and targets", [&](const Session& s) { return connections(s); });
  CLI::App* mapping = app.add_subcommand("mapping", "mapping files");
  mapping->require_subcommand(1);
  CLI::App* check = mapping->add_subcommand("check", "all complaints about a mapping file");
  check->add_option("file", file, "path")->required();
  check->callback([&] { chosen = [&](const Session& s) { return mapping_check(s, file); }; });
  CLI::App* store = mapping->add_subcommand("store", "store a mapping; new runs use it");
  store->add_flag("--json", as_json, "machine-readable output");
  store->add_option("file", file, "path")->required();
  store->callback([&] { chosen = [&](const Session& s) { return mapping_store(s, file); }; });
  command("doctor", "is every part reachable; lag, disk, versions", [&](const Session& s) { return doctor(s); });
  CLI::App* declare =
      command("topics", "declare the Kafka topics (used by scripts/stack)", [&](const Session&) { return topics(brokers, file); });
  declare->add_option("--brokers", brokers)->required();
  declare->add_option("--file", file)->required();

  const auto known = app.get_subcommands([&](const CLI::App* sub) { return argc > 1 && sub->get_name() == argv[1]; });
  if (argc > 1 && argv[1][0] != '-' && known.empty()) {
    suggest(app, argv[1]);
    return kUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  auto session = open_session(state_folder());
  if (!session) return report_error(Session{}, session.error());
  session->json = as_json;
  return chosen ? chosen(*session) : kUsage;
}

}  // namespace q2o::cli
