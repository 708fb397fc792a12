#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/ids.h"
#include "cli/progress_view.h"
#include "cli/terminal.h"
#include "common/json/json.h"
#include "q2o/billing/v1/migration.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "q2o/mapper/v1/mapper.grpc.pb.h"
#include "q2o/validator/v1/report.grpc.pb.h"

namespace q2o::cli {
namespace {

using validator::v1::ValidatorService;

/// The files of a report, written as their pieces come.
class ReportFiles {
 public:
  explicit ReportFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Status write(const std::string& name, const std::string& bytes) {
    if (name != name_) {
      if (auto done = close(); !done) return done;
      name_ = name;
      // The name comes from another process: only its last part is used.
      path_ = folder_ / std::filesystem::path(name).filename();
      out_.open(path_, std::ios::binary);
    }
    out_ << bytes;
    return out_ ? Status() : trouble();
  }
  Status close() {
    if (name_.empty()) return {};
    out_.close();
    return out_ ? Status() : trouble();
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  Status trouble() const {
    return fail(Code::failed_precondition, "cannot write " + path_.string(), "REPORT_FOLDER", "Choose another folder with --out.");
  }
  std::filesystem::path folder_, path_;
  std::string name_;
  std::ofstream out_;
};

/// Verdict and counts of the report; its files go to `files`.
Result<validator::v1::GetReportResponse> read_report(const Session& session, const validator::v1::StreamReportRequest& request,
                                                     ReportFiles& files) {
  const auto stub = ValidatorService::NewStub(session.channel("validator"));
  const auto context = rpc::context(session.tenant, session.actor, std::chrono::minutes(10));
  const auto stream = stub->StreamReport(context.get(), request);
  validator::v1::GetReportResponse about;
  validator::v1::StreamReportResponse piece;
  Status written;
  while (stream->Read(&piece)) {
    if (piece.has_about()) about = piece.about();
    if (piece.file().empty()) continue;
    written = files.write(piece.file(), piece.content());
    if (!written) context->TryCancel();
  }
  const auto status = stream->Finish();
  if (!written) return fail(written.error());
  if (!status.ok() && status.error_code() != grpc::StatusCode::UNIMPLEMENTED)
    return fail(session.explain("validator", rpc::to_error(status)));
  if (!status.ok()) {  // a validator from before gives it in one message
    validator::v1::GetReportRequest whole;
    whole.set_migration_id(request.migration_id());
    whole.set_run(request.run());
    whole.set_format(request.format());
    const auto report = session.call("validator", *stub, &ValidatorService::Stub::GetReport, whole, std::chrono::seconds(60));
    if (!report) return fail(report.error());
    about = *report;
    for (const auto& file : report->files()) {
      if (auto done = files.write(file.name(), file.content()); !done) return fail(done.error());
    }
  }
  if (auto done = files.close(); !done) return fail(done.error());
  return about;
}

/// All pages of one service's rejects, added to `rejects`.
template <class Request, class Response, class Stub>
Status read_rejects(const Session& session, const std::string& service, Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), const billing::v1::Migration& migration,
                    std::vector<common::v1::Reject>& rejects) {
  Request request;
  request.set_migration_id(migration.migration_id());
  request.set_run(migration.run());
  const auto read = session.pages(service, stub, method, request);
  if (!read) return fail(read.error());
  rejects.insert(rejects.end(), read->rejects().begin(), read->rejects().end());
  return {};
}

void print_reject(const common::v1::Reject& reject) {
  std::cout << "  " << reject.entity() << ' ' << reject.source_id() << (reject.label().empty() ? "" : " (" + reject.label() + ")");
  if (!reject.field().empty()) std::cout << ", field " << reject.field();
  if (!reject.value().empty()) std::cout << " = " << reject.value();
  std::cout << '\n';
}

}  // namespace

Result<std::vector<common::v1::Reject>> all_rejects(const Session& session, const billing::v1::Migration& migration) {
  std::vector<common::v1::Reject> rejects;
  const auto mapper = mapper::v1::MapperService::NewStub(session.channel("mapper"));
  if (auto read = read_rejects(session, "mapper", *mapper, &mapper::v1::MapperService::Stub::ListRejects, migration, rejects); !read)
    return fail(read.error());
  const auto loader = loader::v1::LoaderService::NewStub(session.channel("loader"));
  if (auto read = read_rejects(session, "loader", *loader, &loader::v1::LoaderService::Stub::ListRejects, migration, rejects); !read)
    return fail(read.error());
  return rejects;
}

namespace {

bool is_over(billing::v1::State state) {
  return state == billing::v1::STATE_FAILED || state == billing::v1::STATE_COMPLETED;
}

/// The newest run of which the report of run `proven` says nothing: a later one, or that one while it is proven again. Run 0: there is
/// none. Dry runs write nothing.
Result<billing::v1::Run> unproven(const Session& session, const std::string& migration_id, std::uint32_t proven) {
  const auto stub = billing::v1::MigrationService::NewStub(session.channel("billing"));
  billing::v1::ListRunsRequest request;
  request.set_migration_id(migration_id);
  const auto list = session.call("billing", *stub, &billing::v1::MigrationService::Stub::ListRuns, request);
  if (!list) return fail(list.error());
  billing::v1::Run newest;
  for (const auto& run : list->runs()) {
    const bool again = run.run() == proven && run.state() == billing::v1::STATE_VALIDATING && run.verdict().empty();
    if (!run.order().dry_run() && (run.run() > proven || again)) newest = run;
  }
  return newest;
}

std::string about(const billing::v1::Run& open, std::uint32_t proven) {
  const std::string name = "Run " + std::to_string(open.run());
  const std::string why = open.reason().empty() ? "" : ": " + open.reason();
  const std::string silent = ". This report, of run " + std::to_string(proven) + ", says nothing about it.";
  if (open.run() == proven) return name + " is being proven again" + why + ". This is its earlier proof.";
  if (open.state() == billing::v1::STATE_FAILED) return name + " came later and failed" + why + silent;
  if (open.state() == billing::v1::STATE_COMPLETED) return name + " came later and has no report" + silent;
  return name + " came later and is not over (" + state_word(open.state()) + why + ")" + silent;
}

}  // namespace

Result<SavedReport> save_report(const Session& session, const std::string& migration_id, std::uint32_t run, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(Code::failed_precondition, "cannot make " + folder + ": " + error.message(), "REPORT_FOLDER",
                "Choose another folder with --out.");
  SavedReport saved;
  saved.run = run;
  for (const char* format : {"html", "json", "csv"}) {
    validator::v1::StreamReportRequest request;
    request.set_migration_id(migration_id);
    request.set_run(saved.run);  // the first answer decides: all files are of one run
    request.set_format(format);
    std::string page;
    const auto report = ask_patiently([&] {
      ReportFiles files(folder);
      auto read = read_report(session, request, files);
      if (read) page = std::filesystem::absolute(files.path()).string();
      return read;
    });
    if (!report) return fail(report.error());
    saved.verdict = report->verdict();
    saved.sentence = report->sentence();
    saved.run = report->run();
    saved.created = report->created();
    saved.changed = report->changed();
    saved.unchanged = report->unchanged();
    saved.removed = report->removed();
    if (std::string(format) == "html") saved.page = page;
  }
  return saved;
}

int report(const Session& session, const std::string& migration_id, const std::string& folder) {
  auto migration = choose_migration(session, migration_id);
  if (!migration) return report_error(session, migration.error());
  const std::string out = folder.empty() ? session.state_folder + "/reports/" + migration->migration_id() : folder;
  const auto saved = save_report(session, migration->migration_id(), 0, out);
  if (!saved) return report_error(session, saved.error());
  const auto open = unproven(session, migration->migration_id(), saved->run);
  if (!open) return report_error(session, open.error());
  if (session.json) {
    json::Writer result;
    result.begin_object().field("verdict", saved->verdict).field("run", static_cast<std::int64_t>(saved->run));
    result.field("unproven_run", static_cast<std::int64_t>(open->run()));
    result.field("unproven_state", open->run() == 0 ? "" : state_word(open->state())).field("report", saved->page).end_object();
    std::cout << result.text() << '\n';
  } else {
    std::cout << bold(saved->verdict) << " (run " << saved->run << ")\n";
    if (open->run() != 0) std::cout << about(*open, saved->run) << '\n';
    std::cout << "Report: " << saved->page << "\nAs JSON and CSV in " << out << '\n';
    if (open->run() != 0) std::cout << "Next: q2o watch " << short_id(migration->migration_id()) << '\n';
  }
  if (open->run() != 0) return is_over(open->state()) ? kError : kWaitsForPerson;
  return saved->verdict == "MATCHED" ? kDone : kDifferences;
}

int rejects(const Session& session, const std::string& migration_id) {
  auto migration = choose_migration(session, migration_id);
  if (!migration) return report_error(session, migration.error());
  auto all = all_rejects(session, *migration);
  if (!all) return report_error(session, all.error());
  if (session.json) {
    json::Writer out;
    out.begin_array();
    for (const auto& reject : *all) {
      out.begin_object()
          .field("entity", reject.entity())
          .field("source_id", reject.source_id())
          .field("field", reject.field())
          .field("value", reject.value());
      out.field("reason", reject.reason()).field("message", reject.message()).field("hint", reject.hint()).end_object();
    }
    out.end_array();
    std::cout << out.text() << '\n';
    return kDone;
  }
  if (all->empty()) {
    std::cout << "Nothing was rejected.\n";
    return kDone;
  }
  // Grouped by cause with counts, never a wall of the same line.
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<const common::v1::Reject*>> causes;
  for (const auto& reject : *all) causes[{reject.reason(), reject.message(), reject.hint()}].push_back(&reject);
  for (const auto& [cause, records] : causes) {
    std::cout << bold(std::to_string(records.size()) + (records.size() == 1 ? " record: " : " records: ") + std::get<1>(cause)) << '\n';
    if (!std::get<2>(cause).empty()) std::cout << "  → " << std::get<2>(cause) << '\n';
    for (std::size_t i = 0; i < std::min<std::size_t>(records.size(), 5); ++i) print_reject(*records[i]);
    if (records.size() > 5) std::cout << "  … and " << records.size() - 5 << " more (q2o rejects --json lists all)\n";
  }
  const auto& first = all->front();
  std::cout << "\nNext: correct them in QuickBooks and run `q2o migrate`, or\n  q2o repair " << short_id(migration->migration_id()) << ' '
            << first.entity() << ' ' << first.source_id() << " --set " << (first.field().empty() ? "PATH" : first.field())
            << "=VALUE --why …   then q2o retry " << short_id(migration->migration_id()) << '\n';
  return kDone;
}

}  // namespace q2o::cli
