#include "cli/command_line.h"

#include <algorithm>
#include <iostream>

#include "cli/examples.h"

namespace q2o::cli {
namespace {

constexpr const char* kExamples =
    "Moves a company's books from QuickBooks into Odoo 18 and proves that both agree to 0.00.\n\n"
    "Examples:\n"
    "  q2o migrate --company-id 4620816365123456 --client-id ABC --odoo-url https://books.example.com --odoo-db books --odoo-user admin\n"
    "  q2o watch                 live progress of the latest migration\n\n"
    "Secrets come from the environment: QUICKBOOKS_CLIENT_SECRET, QUICKBOOKS_REFRESH_TOKEN, ODOO_PASSWORD.\n"
    "Exit codes: 0 done and matched, 1 error, 2 usage, 3 finished with differences or MATCHED WITH EXCEPTIONS,\n"
    "            4 waits for a person or is not over.";
constexpr const char* kWhichMigration = "id, or a beginning or end of it that is unique; the latest when left out";
constexpr const char* kKept = "kept in the history";

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

/// Examples at the end of the help, in every command below `parent`.
void add_examples(CLI::App& parent, const std::string& prefix = {}) {
  for (auto* command : parent.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string name = prefix + command->get_name();
    const std::string examples(examples_of(name));
    command->footer("\nExamples:\n" + examples);
    add_examples(*command, name + ' ');
  }
}

}  // namespace

CommandLine::CommandLine() : app_(kExamples, "q2o") {
  app_.require_subcommand(1);
  add_json(&app_);
  add_migrate();
  add_replay();
  add_delta();
  add_undo();
  add_prices();
  add_purge();
  add_views();
  add_repairs();
  add_steps();
  add_mapping();
  add_upkeep();
  add_people();
  add_examples(app_);
}

std::optional<int> CommandLine::parse(int argc, char** argv) {
  const auto known = app_.get_subcommands([&](const CLI::App* sub) { return argc > 1 && sub->get_name() == argv[1]; });
  if (argc > 1 && argv[1][0] != '-' && known.empty()) {
    suggest(app_, argv[1]);
    return kUsage;
  }
  try {
    app_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app_.exit(error) == 0 ? kDone : kUsage;
  }
  return std::nullopt;
}

void CommandLine::add_json(CLI::App* to) {
  to->add_flag("--json", json_, "machine-readable output");
}

void CommandLine::choose_by(CLI::App* word, Action action) {
  word->callback([this, action = std::move(action)] { chosen_ = action; });
}

CLI::App* CommandLine::command(const char* name, const char* description, Action action) {
  CLI::App* added = app_.add_subcommand(name, description);
  add_json(added);
  choose_by(added, std::move(action));
  return added;
}

CLI::App* CommandLine::about_one(const char* name, const char* description, Action action) {
  CLI::App* added = command(name, description, std::move(action));
  added->add_option("migration", id_, kWhichMigration);
  return added;
}

void CommandLine::add_quickbooks(CLI::App* to, bool required) {
  to->add_option("--quickbooks-url", migrate_.quickbooks_url, "API address (default: QuickBooks Online)");
  to->add_option("--token-url", migrate_.token_url, "OAuth token address (default: Intuit's)");
  to->add_option("--company-id", migrate_.company_id, "QuickBooks company (realm) id")->required(required);
  to->add_option("--client-id", migrate_.client_id, "OAuth client id")->required(required);
}

void CommandLine::add_odoo(CLI::App* to) {
  to->add_option("--odoo-url", migrate_.odoo_url, "address of Odoo")->required();
  to->add_option("--odoo-db", migrate_.odoo_database, "database name")->required();
  to->add_option("--odoo-user", migrate_.odoo_user, "login")->required();
}

void CommandLine::add_migrate() {
  CLI::App* look = command("assess", "count a connected company: what it has, what will not move, how long it takes",
                           [this](const Session& s) { return assess(s, assess_); });
  look->add_option("connection", assess_.connection, "id, slug or company id, as q2o connections lists it; the only one when left out");
  look->add_option("--target", assess_.target, "also look whether this Odoo is ready; nothing is written there");
  look->add_option("--mapping", assess_.mapping, "version of the mapping (default: the current one)");
  look->add_flag("--last", assess_.last, "show the last one again, without asking the source");
  CLI::App* company = command("connect-quickbooks", "save and check a company at QuickBooks", [this](const Session& s) {
    if (browser_ || !returned_.empty()) return connect_by_browser(s, returned_);
    if (!migrate_.company_id.empty() && !migrate_.client_id.empty()) return connect_quickbooks(s, migrate_);
    std::cerr << "q2o: give --company-id and --client-id of an application of your own, or --browser to sign in at QuickBooks.\n";
    return static_cast<int>(kUsage);
  });
  add_quickbooks(company, false);
  company->add_flag("--browser", browser_, "sign in at QuickBooks in a browser");
  company->add_option("--returned", returned_, "the address that the browser shows at the end; - reads it from stdin");
  CLI::App* go = command("migrate", "connect both systems, run, prove; the same command again brings only what changed",
                         [this](const Session& s) { return migrate(s, migrate_); });
  go->add_option("--name", migrate_.name, "name of the migration (default: the company's)");
  add_quickbooks(go);
  add_odoo(go);
  go->add_flag("--dry-run", migrate_.dry_run, "check both sides, write nothing");
  auto* years =
      go->add_option("--years", migrate_.years, "so many fiscal years in full, the present one included; before them opening balances")
          ->check(CLI::PositiveNumber);
  auto* from = go->add_option("--from", migrate_.from, "first day in full (YYYY-MM-DD); before it opening balances and open items");
  auto* cut_over =
      go->add_option("--cut-over", migrate_.cut_over, "day of the opening balances (YYYY-MM-DD); what is later arrives in full");
  years->excludes(from)->excludes(cut_over);
  from->excludes(cut_over);
  go->add_option(
        "--depth", migrate_.depth,
        "open: of what is earlier only balances and open items (default with a day); archive: settled documents too, as cancelled ones; "
        "full: all of the history (default without a day)")
      ->check(CLI::IsMember({"full", "open", "archive"}));
}

void CommandLine::add_replay() {
  CLI::App* again = command("replay", "map and load the records of an earlier run again, without a call to the source",
                            [this](const Session& s) { return replay(s, replay_); });
  again->add_option("migration", replay_.migration_id, kWhichMigration);
  again->add_option("--run", replay_.run, "whose records (default: the newest that read the source to its end)");
  again->add_option("--mapping", replay_.mapping, "version of the mapping (default: the one that was used last)");
  again->add_option("--into", replay_.into, "another target, as q2o connections lists it (default: the migration's)");
  again->add_option("--entities", replay_.entities, "only these, e.g. Invoice,Payment")->delimiter(',');
  again->add_option("--reason", replay_.reason, kKept);
  again->add_flag("--dry-run", replay_.dry_run, "map, but write nothing");
  CLI::App* apart = command("diff", "what two runs have mapped differently, per account and per record",
                            [this](const Session& s) { return diff(s, diff_); });
  apart->add_option("before", diff_.before, "number of a run, as q2o history lists it")->required();
  apart->add_option("after", diff_.after, "number of another run; a dry run too")->required();
  apart->add_option("--migration", diff_.migration_id, kWhichMigration);
  apart->add_flag("--by-month", diff_.by_month, "sums per account and month");
  apart->add_flag("--csv", diff_.csv, "all of it as CSV");
  add_odoo(command("connect-odoo", "save and check another Odoo", [this](const Session& s) { return connect_odoo(s, migrate_); }));
}

void CommandLine::add_delta() {
  CLI::App* since = command("delta", "bring what has changed in the source since the last complete run, and prove",
                            [this](const Session& s) { return delta(s, delta_); });
  since->add_option("migration", delta_.migration_id, kWhichMigration);
  since->add_option("--lock-until", delta_.lock_until, "at go-live: close Odoo's books until this day once they are proven");
  since->add_option("--reason", delta_.reason, kKept);
  since->add_flag("--dry-run", delta_.dry_run, "say what has changed, write nothing");
  since->add_flag("--yes", delta_.yes, "do not ask");
}

void CommandLine::add_purge() {
  CLI::App* end = command("purge", "destroy what is kept here of a migration or of the tenant, with a certificate",
                          [this](const Session& s) { return purge(s, purge_); });
  end->add_option("migration", purge_.migration_id, kWhichMigration);
  end->add_flag("--tenant", purge_.tenant, "all migrations, connections and keys");
  end->add_option("--reason", purge_.reason, "stands in the certificate");
  end->add_flag("--list", purge_.list, "certificates of earlier purges");
  end->add_flag("--leave-settings", purge_.leave_settings, "although settings in Odoo are not back as they were before a run");
  end->add_flag("--yes", purge_.yes, "do not ask");
  CLI::App* all = command("keys", "the data keys that seal the tenant's content; rotation while everything runs",
                          [this](const Session& s) { return keys(s, rotate_, rotate_master_); });
  all->add_flag("--rotate", rotate_, "new versions of the data keys, for new writes");
  all->add_flag("--rotate-master", rotate_master_, "a new master key; data keys are wrapped anew, the old one is deleted");
}

void CommandLine::add_undo() {
  CLI::App* back = command("undo", "remove from Odoo what the migration created, keep what has been worked with since",
                           [this](const Session& s) { return undo(s, undo_); });
  back->add_option("migration", undo_.migration_id, kWhichMigration);
  back->add_option("--target", undo_.target, "another target that it was replayed into (default: the migration's)");
  back->add_option("--reason", undo_.reason, kKept);
  back->add_flag("--dry-run", undo_.dry_run, "show it, change nothing");
  back->add_flag("--yes", undo_.yes, "do not ask");
}

void CommandLine::add_prices() {
  CLI::App* make = command("create", "a migration that is to be priced and paid", [this](const Session& s) { return create(s, create_); });
  make->add_option("--name", create_.name, "the company, for people");
  make->add_option("--platform", create_.platform, "where the books are")->capture_default_str();
  make->add_flag("--by-hand", create_.by_hand, "does not start by itself when it is paid and connected");
  CLI::App* pick = command("choose", "source, target and extent of a migration that has not run",
                           [this](const Session& s) { return choose(s, create_); });
  pick->add_option("migration", create_.migration_id, kWhichMigration);
  for (auto* app : {make, pick}) {
    CLI::Option* years = app->add_option("--years", create_.years, "so many fiscal years, the present one included");
    app->add_option("--from", create_.from, "the first day (2024-04-01)")->excludes(years);
    app->add_option("--source", create_.source, "source connection's id, as q2o connections lists it");
    app->add_option("--target", create_.target, "target's id");
  }
  CLI::App* guess =
      command("estimate", "what a migration would cost, line by line", [this](const Session& s) { return estimate(s, estimate_); });
  guess->add_option("--platform", estimate_.platform, "as in config/pricing_config.json")->capture_default_str();
  guess->add_option("--years", estimate_.years, "of history")->required();
  guess->add_option("--records", estimate_.records, "records counted in the source (default: estimated by platform and years)");
  CLI::App* bind = command("quote", "a binding price, for one or several migrations in one order",
                           [this](const Session& s) { return quote(s, quote_); });
  bind->add_option("migrations", quote_.migration_ids, kWhichMigration);
  bind->add_option("--years", quote_.years, "of history, where the migration does not say it");
  bind->add_option("--counted", quote_.counted, "records counted in the source; you vouch for it as an operator");
  CLI::App* count =
      command("analyze", "count in the source and price what is really there", [this](const Session& s) { return analyze(s, analyze_); });
  count->add_option("migration", analyze_.migration_id, kWhichMigration);
  count->add_flag("--again", analyze_.again, "although it was counted within the last day");
  CLI::App* page = command("pay", "open the payment page of a quote", [this](const Session& s) { return pay(s, pay_); });
  page->add_option("quote", pay_.quote_id, "id, as q2o quote prints it")->required();
  page->add_option("--return-url", pay_.return_url, "where the page leads back to; may hold {CHECKOUT_SESSION_ID}")->required();
  CLI::App* money = command("payments", "what was paid, given back or disputed", {});
  money->add_flag("--all", all_, "of all tenants, as an operator");
  money->add_flag("--problems", problems_, "only what a person has to settle");
  CLI::App* seen = money->add_subcommand("acknowledge", "a payment's problem may stay as it is; you say so as an operator");
  money->callback([this, seen] {
    if (!seen->parsed()) chosen_ = [this](const Session& s) { return payments(s, all_, problems_); };
  });
  add_json(seen);
  choose_by(seen, [this](const Session& s) { return acknowledge_payment(s, id_, reason_); });
  seen->add_option("payment", id_, "id, as q2o payments prints it")->required();
  seen->add_option("--reason", reason_, "why; kept with the payment and in the audit")->required();
}

void CommandLine::add_views() {
  about_one("status", "what each migration is at", [this](const Session& s) { return status(s, id_); });
  about_one("watch", "live progress", [this](const Session& s) { return watch(s, id_); });
  about_one("report", "the proof as HTML, JSON and CSV", [this](const Session& s) {
    return report(s, id_, out_);
  })->add_option("--out", out_, "folder for the files");
  about_one("rejects", "records that were not taken over, by cause", [this](const Session& s) { return rejects(s, id_); });
  CLI::App* where = command("trace", "one record from the source's bytes to Odoo, or back: invoice 1043, or odoo account.move 512",
                            [this](const Session& s) { return trace(s, trace_); });
  where->add_option("record", trace_.words, "entity and id or document number; or: odoo, model, id")->required();
  where->add_option("--migration", trace_.migration_id, kWhichMigration);
  where->add_flag("--raw", trace_.raw, "the bytes as the source sent them");
}

void CommandLine::add_repairs() {
  CLI::App* mend = command("repair", "decide how a record is taken over", [this](const Session& s) { return repair(s, repair_); });
  mend->add_option("record", repair_.words, "[migration] entity and id or document number; the latest migration when left out")->required();
  mend->add_option("--set", repair_.sets,
                   "PATH=VALUE in this record, e.g. CustomerRef.value=58; PATH:=JSON for other kinds, null takes away")
      ->take_all();
  mend->add_option("--use", repair_.uses, "PATH=VALUE in every record of the entity that has the same there as this one")->take_all();
  mend->add_flag("--exclude", repair_.exclude, "leave the record out; one that posts is an exception in the report");
  mend->add_flag("--withdraw", repair_.withdraw, "take back what was decided about the record");
  mend->add_option("--why", repair_.why, "stands in the report, with who and when")->required();
  about_one("repairs", "what was decided about records, by whom and why", [this](const Session& s) { return repairs(s, id_); });
  about_one("retry", "bring what was rejected, after repairs; what waits for it follows", [this](const Session& s) {
    return retry(s, id_, reason_);
  })->add_option("--reason", reason_, kKept);
}

void CommandLine::add_steps() {
  about_one("pause", "finish the batches under way, then wait", [this](const Session& s) {
    return pause(s, id_, reason_);
  })->add_option("--reason", reason_, kKept);
  about_one("resume", "go on after a pause", [this](const Session& s) { return resume(s, id_); });
  CLI::App* end = about_one("stop", "end the run for good", [this](const Session& s) { return stop(s, id_, reason_, yes_); });
  end->add_option("--reason", reason_, kKept);
  end->add_flag("--yes", yes_, "do not ask");
  CLI::App* agree =
      about_one("accept", "end a migration although its books differ", [this](const Session& s) { return accept(s, id_, reason_, yes_); });
  agree->add_option("--reason", reason_, "why the differences are right; kept in the history")->required();
  agree->add_flag("--yes", yes_, "do not ask");
  about_one("history", "every step with who and why", [this](const Session& s) { return history(s, id_); });
  command("connections", "sources and targets", [](const Session& s) { return connections(s); });
  CLI::App* leave = command("disconnect", "end the consent of a company at QuickBooks",
                            [this](const Session& s) { return disconnect(s, assess_.connection, yes_); });
  leave->add_option("connection", assess_.connection, "id, slug or company id, as q2o connections lists it; the only one when left out");
  leave->add_flag("--yes", yes_, "do not ask");
}

void CommandLine::add_mapping() {
  CLI::App* mapping = app_.add_subcommand("mapping", "mapping files");
  mapping->require_subcommand(1);
  add_json(mapping);
  CLI::App* check = mapping->add_subcommand("check", "all complaints about a mapping file");
  add_json(check);
  check->add_option("file", file_, "path")->required();
  choose_by(check, [this](const Session& s) { return mapping_check(s, file_); });
  CLI::App* store = mapping->add_subcommand("store", "store a mapping; new runs use it");
  add_json(store);
  store->add_option("file", file_, "path")->required();
  choose_by(store, [this](const Session& s) { return mapping_store(s, file_); });
}

void CommandLine::add_upkeep() {
  command("doctor", "is every part reachable; lag, disk, versions", [](const Session& s) { return doctor(s); });
  CLI::App* declare = command("topics", "declare the Kafka topics (used by scripts/stack)",
                              [this](const Session& s) { return topics(s, brokers_, file_); });
  declare->add_option("--brokers", brokers_)->required();
  declare->add_option("--file", file_)->required();
}

void CommandLine::add_people() {
  CLI::App* in =
      command("login", "work through an edge, with an API key or as a person", [this](const Session& s) { return login(s, login_); });
  in->add_option("edge", login_.edge, "its address, https://…")->required();
  in->add_option("--email", login_.email, "sign in as a person (password from Q2O_PASSWORD, or typed); else with an API key (Q2O_API_KEY)");
  in->add_option("--ca", login_.authorities, "file of certificates that vouch for the edge's (default: the system's)");
  command("logout", "end the session and work with the services of this machine again", [](const Session& s) { return logout(s); });
  command("whoami", "who works here, and for which company", [](const Session& s) { return whoami(s); });
  CLI::App* keys = command("api-keys", "the company's API keys", [this](const Session& s) { return api_keys(s, api_keys_); });
  auto* create = keys->add_option("--create", api_keys_.create, "make one of this name and show it once");
  keys->add_option("--scopes", api_keys_.scopes, "what it may do, separated by commas")->delimiter(',')->needs(create);
  keys->add_option("--days", api_keys_.days, "how long it lives (default: 365)")->needs(create);
  keys->add_option("--revoke", api_keys_.revoke, "end the one with this id")->excludes(create);
  CLI::App* list = command("audit", "who did what, the newest first", {});
  list->add_option("--most", most_, "entries to show")->check(CLI::Range(1, 1000));
  CLI::App* verify = list->add_subcommand("verify", "reckon the whole chain again");
  list->callback([this, verify] {
    if (!verify->parsed()) chosen_ = [this](const Session& s) { return audit(s, most_); };
  });
  add_json(verify);
  choose_by(verify, [this](const Session& s) { return audit_verify(s, known_hash_); });
  verify->add_option("--known", known_hash_, "a hash that was noted down earlier: must be in the chain");
}

}  // namespace q2o::cli
