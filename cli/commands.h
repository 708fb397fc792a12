#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/diff_view.h"
#include "cli/session.h"
#include "common/json/json.h"
#include "q2o/billing/v1/migration.pb.h"
#include "q2o/connector/v1/connector.pb.h"
#include "q2o/loader/v1/loader.pb.h"

/// One function per command; each prints, names the next useful command, and returns the exit code.
namespace q2o::cli {

struct MigrateOptions {
  std::string name;
  std::string quickbooks_url, token_url, company_id, client_id;
  std::string odoo_url, odoo_database, odoo_user;
  bool dry_run = false;
  std::string from, cut_over, depth;  ///< ISO days; "", "full", "open" or "archive"
  std::uint32_t years = 0;

  bool chooses_extent() const { return years != 0 || !from.empty() || !cut_over.empty() || !depth.empty(); }
};
/// Secrets come from the environment: QUICKBOOKS_CLIENT_SECRET, QUICKBOOKS_REFRESH_TOKEN, ODOO_PASSWORD.
int migrate(const Session& session, const MigrateOptions& options);

/// Saves and checks a company at QuickBooks; secrets as for migrate.
int connect_quickbooks(const Session& session, const MigrateOptions& options);

/// By signing in there in a browser. `returned` empty: says where the browser goes, and waits for what it shows at the end where there is a
/// terminal; else that address, or "-" for a line of stdin.
int connect_by_browser(const Session& session, const std::string& returned);
/// Ends the consent of a company.
int disconnect(const Session& session, const std::string& connection, bool yes);
/// The connection that a person means: id (or its end), slug or company id; empty: the only one.
Result<connector::v1::Connection> choose_connection(const Session& session, const std::string& word);

struct AssessOptions {
  std::string connection;       ///< id, slug or company id; empty: the only one
  std::string target, mapping;  ///< empty: no target is looked at; the current mapping
  bool last = false;            ///< read the last one again instead of counting
};
/// What a company has, what will not move, how long it takes. Needs no migration.
int assess(const Session& session, const AssessOptions& options);

struct ReplayOptions {
  std::string migration_id, mapping, into, reason;
  std::uint32_t run = 0;  ///< whose records are read; 0 = the newest that is complete
  std::vector<std::string> entities;
  bool dry_run = false;
};
/// A new run over the records of an earlier one, without a call to the source.
int replay(const Session& session, const ReplayOptions& options);

struct DiffOptions {
  std::string migration_id;
  std::uint32_t before = 0, after = 0;
  bool by_month = false, csv = false;
};
/// What two runs have mapped differently; nothing is loaded.
int diff(const Session& session, const DiffOptions& options);
Result<Diff> read_diff(const Session& session, const std::string& migration_id, std::uint32_t before, std::uint32_t after, bool by_month);
/// The newest run before this one that has loaded: what a dry run is compared with.
Result<std::uint32_t> run_before(const Session& session, const billing::v1::Migration& migration);

struct DeltaOptions {
  std::string migration_id, reason;
  std::string lock_until;  ///< ISO date until which the target's books are closed when they are proven; empty: they stay open
  bool dry_run = false, yes = false;
};
/// A new run that brings what has changed in the source since the newest complete one.
int delta(const Session& session, const DeltaOptions& options);

struct UndoOptions {
  std::string migration_id, target, reason;
  bool dry_run = false, yes = false;
};
/// Takes back what the migration created in Odoo; asks for a typed word unless `yes` or a dry run.
int undo(const Session& session, const UndoOptions& options);

struct PurgeOptions {
  std::string migration_id, reason;
  bool tenant = false, yes = false, list = false;
  bool leave_settings = false;  ///< although settings in Odoo are not back as they were
};
/// Destroys what is kept here of a migration or of the tenant and prints the certificate; asks for a typed word unless `yes`.
int purge(const Session& session, const PurgeOptions& options);
/// The tenant's data keys (never the keys themselves), after a rotation if one is wanted.
int keys(const Session& session, bool rotate_data, bool rotate_master);
/// Saves and checks an Odoo: the password comes from ODOO_PASSWORD.
int connect_odoo(const Session& session, const MigrateOptions& options);

struct EstimateOptions {
  std::string platform = "quickbooks_online";
  std::uint32_t years = 0;
  std::uint64_t records = 0;
};
/// What a company would cost, line by line.
int estimate(const Session& session, const EstimateOptions& options);
struct QuoteOptions {
  std::vector<std::string> migration_ids;  ///< one order; empty: the latest migration
  std::uint32_t years = 0;
  std::uint64_t counted = 0;  ///< records found in the source; an operator vouches
};
/// A binding price, valid for the days that the configuration says.
int quote(const Session& session, const QuoteOptions& options);
struct CreateOptions {
  std::string name, platform = "quickbooks_online", source, target, from;
  std::string migration_id;  ///< of choose
  std::uint32_t years = 0;
  bool by_hand = false;  ///< does not start by itself when it is paid and connected
};
/// A migration that is to be priced and paid; its connections may come later.
int create(const Session& session, const CreateOptions& options);
/// Source, target and extent of a migration that has not run; another extent takes its price back.
int choose(const Session& session, const CreateOptions& options);
struct AnalyzeOptions {
  std::string migration_id;
  bool again = false;
};
/// Counts in the real source and prices what is there. Ctrl-C is safe: the count goes on.
int analyze(const Session& session, const AnalyzeOptions& options);
struct PayOptions {
  std::string quote_id, return_url;
};
/// Opens the payment page of a quote and prints its address.
int pay(const Session& session, const PayOptions& options);
/// What was paid. kWaitsForPerson when one of them, or a webhook, waits for a person. `all`: of all tenants, as an operator.
int payments(const Session& session, bool all, bool problems);
/// As an operator: a payment's problem may stay as it is.
int acknowledge_payment(const Session& session, const std::string& payment_id, const std::string& reason);

struct LoginOptions {
  std::string edge, authorities;  ///< address; file of certificates
  std::string email;              ///< empty: with an API key
};
/// Signs in at an edge; the secret comes from Q2O_API_KEY or Q2O_PASSWORD, or is typed.
int login(const Session& session, const LoginOptions& options);
int logout(const Session& session);
int whoami(const Session& session);
struct ApiKeyOptions {
  std::string create, revoke;  ///< a name; an id
  std::vector<std::string> scopes;
  std::uint32_t days = 0;  ///< 0: a year
};
/// The company's API keys; makes one and shows it this once, or revokes one.
int api_keys(const Session& session, const ApiKeyOptions& options);
/// The newest entries of the company's audit.
int audit(const Session& session, std::uint32_t most);
/// Reckons it again: kDifferences where it is broken.
int audit_verify(const Session& session, const std::string& known_hash);

int status(const Session& session, const std::string& migration_id);
int watch(const Session& session, const std::string& migration_id);
int report(const Session& session, const std::string& migration_id, const std::string& folder);
int rejects(const Session& session, const std::string& migration_id);

struct RepairOptions {
  std::vector<std::string> words;  ///< [migration] entity, id or document number
  std::vector<std::string> sets,
      uses;  ///< "PATH=VALUE" or "PATH:=JSON": in this record; in every one of its entity that has the same there
  bool exclude = false, withdraw = false;
  std::string why;
};
/// Decides how a record is mapped from the next run on.
int repair(const Session& session, const RepairOptions& options);
/// What was decided, by whom and why.
int repairs(const Session& session, const std::string& migration_id);
/// A run that brings what was rejected and what waits for it, without a call to the source.
int retry(const Session& session, const std::string& migration_id, const std::string& reason);

struct TraceOptions {
  std::string migration_id;
  std::vector<std::string> words;  ///< entity and id or document number; or "odoo", model, id
  bool raw = false;                ///< the source's bytes too
};
/// Source record ↔ place in the log ↔ mapping ↔ records in Odoo, with every run's attempt.
int trace(const Session& session, const TraceOptions& options);
int pause(const Session& session, const std::string& migration_id, const std::string& reason);
int resume(const Session& session, const std::string& migration_id);
int stop(const Session& session, const std::string& migration_id, const std::string& reason, bool yes);
/// Ends a migration whose books differ: a person says why that is right. Asks for a typed word unless `yes`.
int accept(const Session& session, const std::string& migration_id, const std::string& reason, bool yes);
int history(const Session& session, const std::string& migration_id);
int connections(const Session& session);
/// All pages of the source connections.
Result<std::vector<connector::v1::Connection>> source_connections(const Session& session);
/// The target whose id begins or ends so.
Result<std::string> choose_target(const Session& session, const std::string& id);
/// All pages of the targets.
Result<std::vector<loader::v1::Target>> targets(const Session& session);
/// All pages of what runs have changed in targets and could not put back; `migration_id` empty: in all targets.
Result<std::vector<loader::v1::LeftSetting>> left_settings(const Session& session, const std::string& migration_id);
int mapping_check(const Session& session, const std::string& file);
/// Stores a mapping; new runs use it.
int mapping_store(const Session& session, const std::string& file);
int doctor(const Session& session);
/// Declares the topics of `file`.
int topics(const Session& session, const std::string& brokers, const std::string& file);

/// All pages of the mapper's and the loader's rejects of the present run.
Result<std::vector<common::v1::Reject>> all_rejects(const Session& session, const billing::v1::Migration& migration);
/// The migration meant: the given id (a unique beginning or end is enough), else the only or latest one.
Result<billing::v1::Migration> choose_migration(const Session& session, const std::string& id);
/// All pages.
Result<billing::v1::ListMigrationsResponse> list_migrations(const Session& session);
/// The run that `migrate` watches: the present one while it runs or is being proven, else the next, which has to be started.
std::uint32_t run_to_watch(const billing::v1::Migration& migration);
/// Tells more of a run: adds members to the object, or prints lines (null).
using MoreOfRun = std::function<void(json::Writer*)>;
/// Watches a run to its end and prints how it ended; the exit code.
int follow(const Session& session, const billing::v1::Migration& running, const MoreOfRun& more = {});
struct SavedReport {
  std::string page;  ///< path of the HTML page
  std::string verdict, sentence;
  std::uint32_t run = 0;  ///< that was proven
  std::uint64_t created = 0, changed = 0, unchanged = 0, removed = 0;
};
/// Writes the files of the report of `run` (0 = the newest that has one).
Result<SavedReport> save_report(const Session& session, const std::string& migration_id, std::uint32_t run, const std::string& folder);
/// kDone, kDifferences, kError or kWaitsForPerson by state and verdict.
int exit_code(const billing::v1::Migration& migration);

}  // namespace q2o::cli
