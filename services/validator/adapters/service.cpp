#include "services/validator/adapters/service.h"

#include <fmt/format.h>

#include "common/calendar/calendar.h"
#include "common/rpc/serve.h"
#include "services/validator/adapters/render.h"
#include "services/validator/adapters/report_proto.h"
#include "services/validator/adapters/report_stream.h"
#include "services/validator/adapters/shorten.h"

namespace q2o::validator {
namespace {

void add(v1::GetReportResponse& response, std::string name, std::string content) {
  auto& file = *response.add_files();
  file.set_name(std::move(name));
  file.set_content(std::move(content));
}

tl::unexpected<Error> no_report(const std::string& migration) {
  return fail(Code::not_found, fmt::format("there is no report of migration '{}' yet", migration), "REPORT_NOT_FOUND",
              "It is made when the run has been loaded; watch the migration.");
}

tl::unexpected<Error> no_format(const std::string& format) {
  return fail(Code::invalid_argument, fmt::format("'{}' is no format", format), "FORMAT", "Use json, html or csv.");
}

v1::GetReportResponse about(const v1::Report& report) {
  v1::GetReportResponse out;
  out.set_verdict(report.verdict());
  out.set_sentence(report.sentence());
  out.set_run(report.scope().run());
  out.set_created(report.created());
  out.set_changed(report.changed());
  out.set_unchanged(report.unchanged());
  out.set_removed(report.removed());
  return out;
}

/// Files as messages of a stream.
class StreamSink final : public FileSink {
 public:
  explicit StreamSink(grpc::ServerWriter<v1::StreamReportResponse>& writer) : writer_(writer) {}
  void begin(std::string_view name) override {
    flush();
    message_.set_file(std::string(name));
    begun_ = true;
  }
  void write(std::string_view bytes) override {
    message_.mutable_content()->append(bytes);
    if (message_.content().size() >= kPiece) flush();
  }
  /// False when the client has gone.
  bool flush() {
    if (begun_) open_ = open_ && writer_.Write(message_);
    message_.clear_content();
    return open_;
  }

 private:
  static constexpr std::size_t kPiece = std::size_t{256} << 10;
  grpc::ServerWriter<v1::StreamReportResponse>& writer_;
  v1::StreamReportResponse message_;
  bool begun_ = false, open_ = true;
};

}  // namespace

grpc::Status Service::GetReport(grpc::ServerContext* context, const v1::GetReportRequest* request, v1::GetReportResponse* response) {
  return rpc::serve(*context, "validator", [&](const rpc::Caller& caller) -> Status {
    auto report = store_.report(caller.tenant, request->migration_id(), request->run());
    if (!report) return no_report(request->migration_id());
    *response = about(*report);
    if (request->format() == "html" || request->format().empty()) {
      add(*response, "report.html", render_html(*report));
    } else if (request->format() == "json") {
      shorten(*report);
      add(*response, "report.json", render_json(*report));
    } else if (request->format() == "csv") {
      shorten(*report);
      for (auto& file : render_csv(*report)) add(*response, std::move(file.name), std::move(file.content));
    } else {
      return no_format(request->format());
    }
    return {};
  });
}

grpc::Status Service::StreamReport(grpc::ServerContext* context, const v1::StreamReportRequest* request,
                                   grpc::ServerWriter<v1::StreamReportResponse>* writer) {
  return rpc::serve(*context, "validator", [&](const rpc::Caller& caller) -> Status {
    const auto report = store_.open(caller.tenant, request->migration_id(), request->run());
    if (!report) return no_report(request->migration_id());
    v1::StreamReportResponse first;
    *first.mutable_about() = about(report->about());
    writer->Write(first);
    StreamSink sink(*writer);
    if (request->format() == "html" || request->format().empty())
      stream_html(*report, sink);
    else if (request->format() == "json")
      stream_json(*report, sink);
    else if (request->format() == "csv")
      stream_csv(*report, sink);
    else
      return no_format(request->format());
    if (!sink.flush()) return fail(Code::cancelled, "the client has gone", "CLIENT_GONE");
    return {};
  });
}

grpc::Status Service::Validate(grpc::ServerContext* context, const v1::ValidateRequest* request, v1::ValidateResponse* response) {
  return rpc::serve(*context, "validator", [&](const rpc::Caller& caller) -> Status {
    const auto run = store_.run_of(caller.tenant, request->migration_id());
    if (!run || run->number == 0)
      return fail(Code::not_found, fmt::format("there is no run of migration '{}'", request->migration_id()), "RUN_NOT_FOUND",
                  "Start the migration first.");
    LinesOnShelf lines;
    const auto proof = prover_.prove(*run, {}, [&](std::size_t check, const auto& made) { lines.take(check, made); });
    if (!proof) return fail(proof.error());
    store_.keep(*run, to_proto(*proof, *run, calendar::rfc3339(std::chrono::system_clock::now())), &lines);
    response->set_verdict(proof->verdict);
    return {};
  });
}

}  // namespace q2o::validator
