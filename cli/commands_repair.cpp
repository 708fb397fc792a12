#include <algorithm>
#include <iostream>

#include "cli/commands.h"
#include "cli/ids.h"
#include "cli/terminal.h"
#include "common/json/json.h"
#include "q2o/billing/v1/migration.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "q2o/mapper/v1/mapper.grpc.pb.h"

namespace q2o::cli {
namespace {

using mapper::v1::MapperService;
using mapper::v1::RepairRecordRequest;

tl::unexpected<Error> usage(std::string message, std::string hint) {
  return fail(Code::invalid_argument, std::move(message), "REPAIR_USAGE", std::move(hint));
}

/// "PATH=VALUE", or "PATH:=JSON".
Result<mapper::v1::ValueChange> change_of(const std::string& text, bool everywhere) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return usage("\"" + text + "\" is no PATH=VALUE", "For instance Line.0.Amount=12.50; positions of lists begin with 0.");
  const bool as_json = text[equals - 1] == ':';
  mapper::v1::ValueChange change;
  change.set_path(text.substr(0, equals - (as_json ? 1 : 0)));
  (as_json ? *change.mutable_json() : *change.mutable_text()) = text.substr(equals + 1);
  if (as_json && change.json().empty()) return usage(change.path() + ":= needs JSON", "null takes the member away.");
  change.set_everywhere(everywhere);
  return change;
}

Result<RepairRecordRequest> request_of(const RepairOptions& options) {
  RepairRecordRequest request;
  const auto words = options.words.size();
  if (words < 2 || words > 3)
    return usage("which record?", "q2o repair [MIGRATION] invoice 1043 --set Line.0.Amount=12.50 --why \"as on paper\"");
  request.set_entity(options.words[words - 2]);
  request.set_word(options.words[words - 1]);
  request.set_why(options.why);
  request.set_exclude(options.exclude);
  request.set_withdraw(options.withdraw);
  for (const bool everywhere : {false, true}) {
    for (const auto& text : everywhere ? options.uses : options.sets) {
      auto change = change_of(text, everywhere);
      if (!change) return fail(change.error());
      *request.add_changes() = std::move(*change);
    }
  }
  return request;
}

/// What the loader knows of the record: its id where the word is a document number, and whether it is in Odoo.
Result<loader::v1::FindRecordsResponse> written(const Session& session, const RepairRecordRequest& request) {
  const auto stub = loader::v1::LoaderService::NewStub(session.channel("loader"));
  loader::v1::FindRecordsRequest find;
  find.set_migration_id(request.migration_id());
  find.set_entity(request.entity());
  find.set_word(request.word());
  return session.call("loader", *stub, &loader::v1::LoaderService::Stub::FindRecords, find);
}

/// Leaving out is for what is not in Odoo: what is there would stay there.
Status may_be_left_out(const loader::v1::FindRecordsResponse& found, const RepairRecordRequest& request) {
  for (const auto& record : found.records()) {
    const bool there = std::ranges::any_of(record.attempts(),
                                           [](const loader::v1::FindRecordsResponse::Attempt& attempt) { return attempt.odoo_id() != 0; });
    if (there)
      return fail(Code::failed_precondition, request.entity() + " " + request.word() + " is in Odoo already (" + record.model() + ")",
                  "RECORD_IS_LOADED",
                  "Correct or delete it in QuickBooks and run `q2o migrate`, or cancel it in Odoo and accept the difference.");
  }
  return {};
}

Result<mapper::v1::RepairRecordResponse> send(const Session& session, RepairRecordRequest request) {
  const auto found = written(session, request);
  if (!found) return fail(found.error());
  if (request.exclude())
    if (auto fine = may_be_left_out(*found, request); !fine) return fail(fine.error());
  const auto stub = MapperService::NewStub(session.channel("mapper"));
  const auto call = [&] {
    return session.call("mapper", *stub, &MapperService::Stub::RepairRecord, request, std::chrono::seconds(60), {}, Again::if_unreached);
  };
  auto answer = call();
  // The mapper knows the numbers of what it rejected or noted; the loader those of what Odoo refused.
  if (answer || answer.error().reason != "RECORD_UNKNOWN" || found->records().empty()) return answer;
  for (const auto& record : found->records())
    if (record.source_id() != found->records(0).source_id()) return answer;
  request.set_entity(found->records(0).entity());
  request.set_word(found->records(0).source_id());
  return call();
}

/// "Line.0.Amount: 12.50 instead of 0.10".
std::string what(const mapper::v1::Repair& repair) {
  if (repair.kind() == "exclude") return "left out";
  if (repair.kind() == "withdraw") return "what was decided before is taken back";
  return repair.path() + ": " + repair.value_json() + " instead of " + (repair.before_json().empty() ? "nothing" : repair.before_json()) +
         (repair.kind() == "use" ? ", in every " + repair.entity() + " that has it" : "");
}

void print(const mapper::v1::Repair& repair) {
  std::cout << repair.entity() << ' ' << repair.source_id() << (repair.label().empty() ? "" : " (" + repair.label() + ")") << "  "
            << what(repair) << '\n';
}

void write(json::Writer& out, const mapper::v1::Repair& repair) {
  out.begin_object().field("number", static_cast<std::int64_t>(repair.number())).field("entity", repair.entity());
  out.field("source_id", repair.source_id()).field("label", repair.label()).field("kind", repair.kind()).field("path", repair.path());
  for (const auto& [name, text] : {std::pair{"before", repair.before_json()}, std::pair{"value", repair.value_json()}})
    text.empty() ? out.key(name).null() : out.key(name).raw(text);
  out.field("why", repair.why()).field("actor", repair.actor()).field("at", repair.at()).field("counts", repair.counts()).end_object();
}

template <class Repairs>
void print_json(const Repairs& repairs) {
  json::Writer out;
  out.begin_array();
  for (const auto& repair : repairs) write(out, repair);
  std::cout << out.end_array().text() << '\n';
}

Result<std::vector<mapper::v1::Repair>> all_repairs(const Session& session, const billing::v1::Migration& migration) {
  const auto stub = MapperService::NewStub(session.channel("mapper"));
  mapper::v1::ListRepairsRequest request;
  request.set_migration_id(migration.migration_id());
  std::vector<mapper::v1::Repair> all;
  do {
    auto page = session.call("mapper", *stub, &MapperService::Stub::ListRepairs, request);
    if (!page) return fail(page.error());
    all.insert(all.end(), page->repairs().begin(), page->repairs().end());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

}  // namespace

int repair(const Session& session, const RepairOptions& options) {
  auto request = request_of(options);
  if (!request) return report_error(session, request.error()), kUsage;
  const auto migration = choose_migration(session, options.words.size() == 3 ? options.words.front() : "");
  if (!migration) return report_error(session, migration.error());
  request->set_migration_id(migration->migration_id());
  const auto made = send(session, *request);
  if (!made) return report_error(session, made.error());
  if (session.json) {
    print_json(made->repairs());
    return kDone;
  }
  for (const auto& one : made->repairs()) print(one);
  std::cout << "It counts from the next run on; nothing is written to Odoo yet.\n\nNext: q2o retry " << short_id(migration->migration_id())
            << '\n';
  return kDone;
}

int repairs(const Session& session, const std::string& migration_id) {
  const auto migration = choose_migration(session, migration_id);
  if (!migration) return report_error(session, migration.error());
  const auto all = all_repairs(session, *migration);
  if (!all) return report_error(session, all.error());
  if (session.json) {
    print_json(*all);
    return kDone;
  }
  for (const auto& one : *all) {
    print(one);
    std::cout << "  " << one.why() << " (" << one.actor() << ", " << one.at() << ")"
              << (one.counts() || one.kind() == "withdraw" ? "" : "; no longer counts") << '\n';
  }
  if (all->empty())
    std::cout << "Nothing was repaired. Next: q2o rejects " << short_id(migration->migration_id()) << '\n';
  else
    std::cout << "\nNext: q2o retry " << short_id(migration->migration_id()) << '\n';
  return kDone;
}

int retry(const Session& session, const std::string& migration_id, const std::string& reason) {
  const auto migration = choose_migration(session, migration_id);
  if (!migration) return report_error(session, migration.error());
  const auto rejected = all_rejects(session, *migration);
  if (!rejected) return report_error(session, rejected.error());
  const auto decided = all_repairs(session, *migration);
  if (!decided) return report_error(session, decided.error());
  if (rejected->empty() && decided->empty())
    return report_error(session, {Code::failed_precondition,
                                  "nothing was rejected, and nothing was repaired",
                                  Retry::never,
                                  Effect::none,
                                  "NOTHING_TO_RETRY",
                                  "q2o migrate brings what has changed in the source.",
                                  {}});
  billing::v1::StartRequest request;
  request.set_migration_id(migration->migration_id());
  request.set_reason(reason);
  request.mutable_order()->set_kind(billing::v1::RUN_KIND_RETRY);
  const auto stub = billing::v1::MigrationService::NewStub(session.channel("billing"));
  const auto started = session.call("billing", *stub, &billing::v1::MigrationService::Stub::Start, request);
  if (!started) return report_error(session, started.error());
  const auto& running = started->migration();
  std::cerr << "Migration " << running.migration_id() << ", run " << running.run() << ": " << rejected->size()
            << (rejected->size() == 1 ? " rejected record" : " rejected records") << " of run " << migration->run()
            << " once more, and what waits for them. The source is not called; what is in Odoo and has not changed is not written again. "
               "Ctrl-C is safe: the run goes on; `q2o watch` comes back to it.\n";
  return follow(session, running);
}

}  // namespace q2o::cli
