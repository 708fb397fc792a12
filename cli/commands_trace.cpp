#include <charconv>
#include <iostream>
#include <set>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "cli/trace_view.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "q2o/mapper/v1/mapper.grpc.pb.h"

namespace q2o::cli {
namespace {

using loader::v1::FindRecordsRequest;
using loader::v1::FindRecordsResponse;
using loader::v1::LoaderService;
using mapper::v1::MapperService;

Result<FindRecordsResponse> find(const Session& session, const FindRecordsRequest& request) {
  const auto stub = LoaderService::NewStub(session.channel("loader"));
  return session.call("loader", *stub, &LoaderService::Stub::FindRecords, request);
}

Result<FindRecordsResponse> find_in_odoo(const Session& session, const billing::v1::Migration& migration, const TraceOptions& options) {
  FindRecordsRequest request;
  request.set_migration_id(migration.migration_id());
  std::int64_t id = 0;
  const auto& text = options.words.back();
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (options.words.size() != 3 || problem != std::errc() || end != text.data() + text.size() || id <= 0)
    return fail(Code::invalid_argument, "a record of Odoo is named by its model and its number", "BAD_RECORD",
                "q2o trace odoo account.move 512");
  request.set_model(options.words[1]);
  request.set_odoo_id(id);
  auto found = find(session, request);
  if (found && found->records().empty())
    return fail(Code::not_found, "this migration has not written " + options.words[1] + " " + text, "RECORD_UNKNOWN",
                "It is somebody else's, or another migration's: name that with --migration.");
  return found;
}

Result<FindRecordsResponse> find_by_source(const Session& session, const billing::v1::Migration& migration, const std::string& entity,
                                           const std::string& word) {
  FindRecordsRequest request;
  request.set_migration_id(migration.migration_id());
  request.set_entity(entity);
  request.set_word(word);
  return find(session, request);
}

/// What the mapper knows of one source record, or of those that a document number means.
Result<mapper::v1::TraceRecordResponse> readings(const Session& session, const billing::v1::Migration& migration, const std::string& entity,
                                                 const std::string& word, bool with_body) {
  const auto stub = MapperService::NewStub(session.channel("mapper"));
  mapper::v1::TraceRecordRequest request;
  request.set_migration_id(migration.migration_id());
  request.set_entity(entity);
  request.set_word(word);
  request.set_with_body(with_body);
  return session.call("mapper", *stub, &MapperService::Stub::TraceRecord, request, std::chrono::seconds(60));
}

Result<std::vector<Traced>> trace_all(const Session& session, const billing::v1::Migration& migration, const TraceOptions& options) {
  const bool from_odoo = options.words.front() == "odoo";
  std::string word;
  for (std::size_t i = 1; i < options.words.size(); ++i) word += (i == 1 ? "" : " ") + options.words[i];
  const auto written = from_odoo ? find_in_odoo(session, migration, options) : find_by_source(session, migration, options.words[0], word);
  if (!written) return fail(written.error());
  std::set<std::pair<std::string, std::string>> sources;
  for (const auto& record : written->records()) sources.emplace(record.entity(), record.source_id());
  if (sources.empty()) sources.emplace(options.words[0], word);  // rejected or left out before anything was written
  std::vector<Traced> all;
  for (const auto& [entity, id] : sources) {
    const auto read = readings(session, migration, entity, id, options.raw);
    // What only the ledger has is made by the mapper: no record of the source lies behind it.
    if (!read && (read.error().code != Code::not_found || written->records().empty())) return fail(read.error());
    if (!read) all.push_back({entity, id, {}, {}});
    for (const auto& record : read ? read->records() : decltype(read->records()){})
      all.push_back({record.entity(), record.source_id(), record, {}});
  }
  for (auto& traced : all)
    for (const auto& record : written->records())
      if (record.entity() == traced.entity && record.source_id() == traced.source_id) traced.written.push_back(record);
  return all;
}

}  // namespace

int trace(const Session& session, const TraceOptions& options) {
  if (options.words.size() < 2) {
    return report_error(session, {Code::invalid_argument,
                                  "what is to be traced?",
                                  Retry::never,
                                  Effect::none,
                                  "BAD_RECORD",
                                  "q2o trace invoice 1043, or q2o trace odoo account.move 512",
                                  {}}),
           kUsage;
  }
  const auto migration = choose_migration(session, options.migration_id);
  if (!migration) return report_error(session, migration.error());
  const auto all = trace_all(session, *migration, options);
  if (!all) return report_error(session, all.error());
  std::cout << (session.json ? trace_json(*all) + "\n" : trace_text(*all));
  return kDone;
}

}  // namespace q2o::cli
