#include "services/validator/adapters/file_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/acting/acting.h"
#include "common/rpc/serve.h"
#include "services/validator/adapters/report_stream.h"

namespace q2o::validator {
namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10;
constexpr std::uint32_t kDaysMost = 90, kDaysUsual = 14;

tl::unexpected<Error> no_report(const std::string& migration) {
  return fail(Code::not_found, fmt::format("there is no report of migration '{}' yet", migration), "REPORT_NOT_FOUND",
              "It is made when the run has been loaded; watch the migration.");
}

grpc::Status dead_link() {
  return rpc::to_status(Error{Code::not_found,
                              "this link does not hold (any more)",
                              Retry::never,
                              Effect::none,
                              "LINK_INVALID",
                              "Ask whoever sent it for a new one.",
                              {}});
}

/// Pieces of one file; the first one says what it is.
class Body {
 public:
  Body(grpc::ServerContext& context, grpc::ServerWriter<google::api::HttpBody>& writer, std::string type, const std::string& name,
       bool shown)
      : writer_(writer), type_(std::move(type)) {
    context.AddInitialMetadata("content-disposition", fmt::format("{}; filename=\"{}\"", shown ? "inline" : "attachment", name));
    context.AddInitialMetadata("cache-control", "private, no-store");
    // The page is ours and has no scripts; if ever something of a company's texts got through, a browser would still run nothing.
    context.AddInitialMetadata("content-security-policy",
                               "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'");
    context.AddInitialMetadata("x-robots-tag", "noindex");
  }
  /// False when the client has gone.
  bool write(std::string_view bytes) {
    piece_.append(bytes);
    return piece_.size() < kPiece || flush();
  }
  bool flush() {
    if (piece_.empty()) return open_;
    google::api::HttpBody body;
    if (first_) body.set_content_type(type_);
    first_ = false;
    body.set_data(std::exchange(piece_, {}));
    open_ = open_ && writer_.Write(body);
    return open_;
  }

 private:
  grpc::ServerWriter<google::api::HttpBody>& writer_;
  const std::string type_;
  std::string piece_;
  bool first_ = true, open_ = true;
};

/// Everything that a renderer writes into one file.
class WholeFile final : public FileSink {
 public:
  explicit WholeFile(Body& body) : body_(body) {}
  void begin(std::string_view) override {}
  void write(std::string_view bytes) override { body_.write(bytes); }

 private:
  Body& body_;
};

class Text final : public FileSink {
 public:
  void begin(std::string_view) override {}
  void write(std::string_view bytes) override { text += bytes; }
  std::string text;
};

/// Letters and digits of the company's name: it becomes part of a file's name.
std::string name_of(const v1::Report& report) {
  std::string out;
  for (const char c : report.company_name())
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  while (!out.empty() && out.back() == '-') out.pop_back();
  return fmt::format("{}{}report-run-{}", out.substr(0, 60), out.empty() ? "" : "-", report.scope().run());
}

}  // namespace

Status FileService::send(grpc::ServerContext& context, const Wanted& wanted, grpc::ServerWriter<google::api::HttpBody>& writer) {
  const auto report = store_.open(wanted.tenant, wanted.migration, wanted.run);
  if (!report) return no_report(wanted.migration);
  const auto name = name_of(report->about());
  const auto send_as = [&](const char* type, const char* ending, bool shown, const auto& write) -> Status {
    Body body(context, writer, type, name + ending, shown);
    if (Status done = write(body); !done) return done;
    if (!body.flush()) return fail(Code::cancelled, "the client has gone", "CLIENT_GONE");
    return {};
  };
  if (wanted.format == "html")
    return send_as("text/html; charset=utf-8", ".html", true, [&](Body& body) -> Status {
      WholeFile file(body);
      stream_html(*report, file);
      return {};
    });
  if (wanted.format == "json")
    return send_as("application/json", ".json", false, [&](Body& body) -> Status {
      WholeFile file(body);
      stream_json(*report, file);
      return {};
    });
  if (wanted.format == "csv" && wanted.table.empty())
    return send_as("text/csv; charset=utf-8; header=present", ".csv", false, [&](Body& body) -> Status {
      WholeFile file(body);
      stream_one_csv(*report, file);
      return {};
    });
  if (wanted.format == "csv")
    return send_as("text/csv; charset=utf-8; header=present", ".csv", false, [&](Body& body) -> Status {
      WholeFile file(body);
      if (stream_table(*report, wanted.table, file)) return {};
      return fail(Code::not_found, fmt::format("the report has no table '{}'", wanted.table), "TABLE_NOT_FOUND",
                  "The JSON names its sections; each has a table of that name with .csv.");
    });
  if (wanted.format == "pdf") {
    Text page;
    stream_html(*report, page);
    return send_as("application/pdf", ".pdf", true,
                   [&](Body& body) { return pdf_.render(page.text, [&](std::string_view piece) { return body.write(piece); }); });
  }
  return fail(Code::invalid_argument, fmt::format("'{}' is no format", wanted.format), "FORMAT", "Use html, pdf, json or csv.");
}

grpc::Status FileService::DownloadReport(grpc::ServerContext* context, const v1::DownloadReportRequest* request,
                                         grpc::ServerWriter<google::api::HttpBody>* writer) {
  return rpc::serve(*context, "validator", [&](const rpc::Caller& caller) -> Status {
    return send(*context, {caller.tenant, request->migration_id(), request->format(), request->table(), request->run()}, *writer);
  });
}

grpc::Status FileService::CreateReportShare(grpc::ServerContext* context, const v1::CreateReportShareRequest* request,
                                            v1::CreateReportShareResponse* response) {
  return rpc::serve(*context, "validator", [&](const rpc::Caller& caller) -> Status {
    if (request->days() > kDaysMost)
      return fail(Code::invalid_argument, fmt::format("a link holds at most {} days", kDaysMost), "DAYS",
                  fmt::format("Say 1 to {}; 0 is {}.", kDaysMost, kDaysUsual));
    const auto report = store_.open(caller.tenant, request->migration_id(), request->run());
    if (!report) return no_report(request->migration_id());
    const auto days = request->days() == 0 ? kDaysUsual : request->days();
    const auto made =
        shares_.create(caller.tenant, request->migration_id(), report->about().scope().run(), std::chrono::hours(24 * days), caller.actor);
    if (!made) return fail(made.error());
    *response->mutable_share() = made->share;
    response->set_token(made->token);
    response->set_url(public_url_ + "/api/v1/shared-reports/" + made->token);
    return {};
  });
}

grpc::Status FileService::ListReportShares(grpc::ServerContext* context, const v1::ListReportSharesRequest* request,
                                           v1::ListReportSharesResponse* response) {
  return rpc::serve(*context, "validator", [&](const rpc::Caller& caller) -> Status {
    if (!store_.run_of(caller.tenant, request->migration_id()) && !store_.open(caller.tenant, request->migration_id(), 0))
      return no_report(request->migration_id());
    for (auto& share : shares_.list(caller.tenant, request->migration_id())) *response->add_shares() = std::move(share);
    return {};
  });
}

grpc::Status FileService::RevokeReportShare(grpc::ServerContext* context, const v1::RevokeReportShareRequest* request,
                                            v1::RevokeReportShareResponse*) {
  return rpc::serve(*context, "validator", [&](const rpc::Caller& caller) -> Status {
    if (!shares_.revoke(caller.tenant, request->share_id()))
      return fail(Code::not_found, fmt::format("there is no link '{}'", request->share_id()), "SHARE_NOT_FOUND",
                  "List them with ListReportShares.");
    return {};
  });
}

grpc::Status FileService::GetSharedReport(grpc::ServerContext* context, const v1::GetSharedReportRequest* request,
                                          grpc::ServerWriter<google::api::HttpBody>* writer) {
  try {
    // Nobody is signed in here: the token says which report may be read.
    const auto shared = shares_.open(request->token());
    if (!shared) return dead_link();
    const acting::Scope theirs(acting::tenant(shared->tenant));
    context->AddInitialMetadata("referrer-policy", "no-referrer");
    const auto sent = send(
        *context, {shared->tenant, shared->migration, request->format().empty() ? "html" : request->format(), "", shared->run}, *writer);
    if (!sent && sent.error().code == Code::not_found) return dead_link();
    return sent ? grpc::Status::OK : rpc::to_status(sent.error());
  } catch (const std::exception& surprise) {
    return rpc::cannot_answer("validator", surprise);
  }
}

}  // namespace q2o::validator
