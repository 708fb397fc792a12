#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "cli/assess_view.h"
#include "cli/commands.h"
#include "cli/ids.h"
#include "cli/terminal.h"
#include "common/calendar/calendar.h"
#include "q2o/billing/v1/migration.grpc.pb.h"
#include "q2o/connector/v1/connector.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "q2o/mapper/v1/mapper.grpc.pb.h"

namespace q2o::cli {

Result<connector::v1::Connection> choose_connection(const Session& session, const std::string& word) {
  const auto all = source_connections(session);
  if (!all) return fail(all.error());
  std::vector<connector::v1::Connection> meant;
  for (const auto& one : *all)
    if (word.empty() || is_meant(one.connection_id(), word) || one.slug() == word || one.company_id() == word) meant.push_back(one);
  if (meant.size() == 1) return meant.front();
  if (meant.empty())
    return fail(Code::not_found, word.empty() ? "no company is connected" : "there is no connection " + word, "CONNECTION_NOT_FOUND",
                "`q2o connections` lists them; `q2o connect-quickbooks` adds one.");
  return fail(Code::invalid_argument, word.empty() ? "more than one company is connected" : "more than one connection is meant by " + word,
              "AMBIGUOUS_ID", "Name one of those that `q2o connections` lists.");
}

namespace {

using connector::v1::Assessment;
using connector::v1::ConnectorService;

Result<Assessment> ask(const Session& session, const std::string& connection, const std::string& id, bool only_done) {
  const auto stub = ConnectorService::NewStub(session.channel("connector"));
  connector::v1::GetAssessmentRequest request;
  request.set_connection_id(connection);
  request.set_assessment_id(id);
  request.set_only_done(only_done);
  auto found = session.call("connector", *stub, &ConnectorService::Stub::GetAssessment, request);
  if (!found) return fail(found.error());
  return std::move(*found->mutable_assessment());
}

void show(const Assessment& assessment, std::string& last) {
  std::string line = std::to_string(assessment.entities_done()) + " of " + std::to_string(assessment.entities_total()) +
                     " kinds of records, " + grouped(assessment.records()) + " records, " + grouped(assessment.requests()) + " requests";
  if (!assessment.message().empty()) line += "; waiting: " + assessment.message();
  if (line == last) return;
  if (is_terminal() && !last.empty()) rewind_lines(1);
  std::cerr << "  " << line << '\n';
  last = line;
}

/// Begins one (or joins the one under way) and waits for its end. Ctrl-C is safe: it goes on.
Result<Assessment> make(const Session& session, const connector::v1::Connection& connection) {
  constexpr useconds_t kLook = 300'000;
  const auto stub = ConnectorService::NewStub(session.channel("connector"));
  connector::v1::StartAssessmentRequest request;
  request.set_connection_id(connection.connection_id());
  auto started = session.call("connector", *stub, &ConnectorService::Stub::StartAssessment, request);
  if (!started) return fail(started.error());
  Assessment now = std::move(*started->mutable_assessment());
  std::cerr << "Counting " << connection.company_name() << ". Nothing is written there. Ctrl-C is safe: it goes on, and the same command "
            << "comes back to it.\n";
  for (std::string last; now.state() == "running"; usleep(kLook)) {
    auto next = ask(session, connection.connection_id(), now.assessment_id(), false);
    // A restart of the service does not end the assessment.
    if (!next && next.error().code == Code::unavailable) continue;
    if (!next) return next;
    now = std::move(*next);
    show(now, last);
  }
  if (now.state() == "failed") return fail(Code::failed_precondition, now.message(), "ASSESSMENT_FAILED", now.hint());
  return now;
}

Result<mapper::v1::CheckCoverageResponse> coverage(const Session& session, const Assessment& counted, const std::string& mapping) {
  mapper::v1::CheckCoverageRequest request;
  request.set_platform(counted.platform());
  request.set_version(mapping);
  for (const auto& entity : counted.entities()) {
    auto& asked = *request.add_entities();
    asked.set_entity(entity.entity());
    for (const auto& field : entity.fields()) asked.add_paths(field.path());
  }
  const auto stub = mapper::v1::MapperService::NewStub(session.channel("mapper"));
  return session.call("mapper", *stub, &mapper::v1::MapperService::Stub::CheckCoverage, request);
}

/// Looks whether a target is ready; nothing is written there.
Result<loader::v1::CheckTargetResponse> readiness(const Session& session, const Assessment& counted, const std::string& word) {
  const auto target = choose_target(session, word);
  if (!target) return fail(target.error());
  mapper::v1::CurrentMappingRequest current;
  current.set_platform(counted.platform());
  const auto mapper = mapper::v1::MapperService::NewStub(session.channel("mapper"));
  const auto mapping = session.call("mapper", *mapper, &mapper::v1::MapperService::Stub::CurrentMapping, current);
  if (!mapping) return fail(mapping.error());
  loader::v1::CheckTargetRequest request;
  request.set_target_id(*target);
  request.set_home_currency(counted.home_currency());
  *request.mutable_modules() = mapping->modules();
  const auto stub = loader::v1::LoaderService::NewStub(session.channel("loader"));
  return session.call("loader", *stub, &loader::v1::LoaderService::Stub::CheckTarget, request, std::chrono::seconds(120));
}

/// Seconds since the epoch of "2026-04-01T12:00:00Z"; 0: it is none.
std::int64_t moment(const std::string& rfc3339) {
  const auto day = calendar::read_day(std::string_view(rfc3339).substr(0, 10));
  int hour = 0, minute = 0, second = 0;
  if (!day || std::sscanf(rfc3339.c_str() + 10, "T%2d:%2d:%2d", &hour, &minute, &second) != 3) return 0;
  return std::chrono::seconds(day->time_since_epoch()).count() + hour * 3600 + minute * 60 + second;
}

void measure(const Session& session, const billing::v1::Migration& migration, const billing::v1::Run& run, MeasuredRates& rates) {
  const auto took = moment(run.changed_at()) - moment(run.started_at());
  if (moment(run.started_at()) == 0 || took <= 0) return;
  const auto stub = ConnectorService::NewStub(session.channel("connector"));
  connector::v1::GetExtractionRequest request;
  request.set_migration_id(migration.migration_id());
  request.set_run(run.run());
  const auto read = session.call("connector", *stub, &ConnectorService::Stub::GetExtraction, request);
  if (!read) return;  // a run of before: nothing is known of it any more
  std::uint64_t records = 0;
  for (const auto& entity : read->entities()) records += entity.extracted();
  if (records == 0) return;
  const double rate = static_cast<double>(records) / static_cast<double>(took);
  rates.low = rates.runs == 0 ? rate : std::min(rates.low, rate);
  rates.high = std::max(rates.high, rate);
  ++rates.runs;
}

/// Of first runs that came to their end: a later one writes only what differs.
Result<MeasuredRates> measured(const Session& session) {
  constexpr int kRuns = 20;
  MeasuredRates rates;
  const auto migrations = list_migrations(session);
  if (!migrations) return fail(migrations.error());
  const auto stub = billing::v1::MigrationService::NewStub(session.channel("billing"));
  for (const auto& migration : migrations->migrations()) {
    if (rates.runs == kRuns) break;
    billing::v1::ListRunsRequest request;
    request.set_migration_id(migration.migration_id());
    const auto runs = session.call("billing", *stub, &billing::v1::MigrationService::Stub::ListRuns, request);
    if (!runs) return fail(runs.error());
    for (const auto& run : runs->runs())
      if (run.run() == 1 && run.extracted() && run.state() == billing::v1::STATE_COMPLETED) measure(session, migration, run, rates);
  }
  return rates;
}

}  // namespace

int assess(const Session& session, const AssessOptions& options) {
  const auto connection = choose_connection(session, options.connection);
  if (!connection) return report_error(session, connection.error());
  auto counted = options.last ? ask(session, connection->connection_id(), "", true) : make(session, *connection);
  if (!counted) return report_error(session, counted.error());
  AssessmentView view;
  view.counted = std::move(*counted);
  auto fields = coverage(session, view.counted, options.mapping);
  if (!fields) return report_error(session, fields.error());
  view.coverage = std::move(*fields);
  if (!options.target.empty()) {
    auto ready = readiness(session, view.counted, options.target);
    if (!ready) return report_error(session, ready.error());
    view.target = std::move(*ready);
  }
  const auto rates = measured(session);
  if (!rates) return report_error(session, rates.error());
  view.rates = *rates;
  std::cout << (session.json ? assess_json(view) + "\n" : assess_text(view));
  if (!session.json && !view.target)
    std::cout << "\nIs an Odoo ready for it: q2o assess --last --target ID (`q2o connections` lists them)\n";
  const bool blocked = view.target && std::any_of(view.target->findings().begin(), view.target->findings().end(),
                                                  [](const auto& finding) { return finding.severity() == "blocker"; });
  return blocked ? kWaitsForPerson : kDone;
}

}  // namespace q2o::cli
