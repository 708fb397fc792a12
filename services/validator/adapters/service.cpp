#include "services/validator/adapters/service.h"

#include <fmt/format.h>

#include "common/calendar/calendar.h"
#include "common/rpc/serve.h"
#include "services/validator/adapters/render.h"
#include "services/validator/adapters/report_proto.h"
#include "services/validator/adapters/shorten.h"

namespace q2o::validator {
namespace {

void add(v1::GetReportResponse& response, std::string name, std::string content) {
  auto& file = *response.add_files();
  file.set_name(std::move(name));
  file.set_content(std::move(content));
}

}  // namespace

grpc::Status Service::GetReport(grpc::ServerContext* context, const v1::GetReportRequest* request, v1::GetReportResponse* response) {
  return rpc::serve(*context, "validator", [&](const rpc::Caller& caller) -> Status {
    auto report = store_.report(caller.tenant, request->migration_id(), request->run());
    if (!report)
      return fail(Code::not_found, fmt::format("there is no report of migration '{}' yet", request->migration_id()), "REPORT_NOT_FOUND",
                  "It is made when the run has been loaded; watch the migration.");
    response->set_verdict(report->verdict());
    response->set_sentence(report->sentence());
    response->set_run(report->scope().run());
    response->set_created(report->created());
    response->set_changed(report->changed());
    response->set_unchanged(report->unchanged());
    if (request->format() == "html" || request->format().empty()) {
      add(*response, "report.html", render_html(*report));
    } else if (request->format() == "json") {
      shorten(*report);
      add(*response, "report.json", render_json(*report));
    } else if (request->format() == "csv") {
      shorten(*report);
      for (auto& file : render_csv(*report)) add(*response, std::move(file.name), std::move(file.content));
    } else {
      return fail(Code::invalid_argument, fmt::format("'{}' is no format", request->format()), "FORMAT", "Use json, html or csv.");
    }
    return {};
  });
}

grpc::Status Service::Validate(grpc::ServerContext* context, const v1::ValidateRequest* request, v1::ValidateResponse* response) {
  return rpc::serve(*context, "validator", [&](const rpc::Caller& caller) -> Status {
    const auto run = store_.run_of(caller.tenant, request->migration_id());
    if (!run || run->number == 0)
      return fail(Code::not_found, fmt::format("there is no run of migration '{}'", request->migration_id()), "RUN_NOT_FOUND",
                  "Start the migration first.");
    const auto proof = prover_.prove(*run, {});
    if (!proof) return fail(proof.error());
    store_.keep(*run, to_proto(*proof, *run, calendar::rfc3339(std::chrono::system_clock::now())));
    response->set_verdict(proof->verdict);
    return {};
  });
}

}  // namespace q2o::validator
