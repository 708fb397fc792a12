#include "services/validator/adapters/recorded_source.h"

#include <fmt/format.h>

#include "common/bus/topic.h"
#include "common/rpc/rpc.h"
#include "q2o/connector/v1/raw.pb.h"
#include "services/validator/adapters/temporary_file.h"
#include "services/validator/domain/source_builder.h"

namespace q2o::validator {
namespace {

constexpr std::chrono::milliseconds kDeadline{300'000};

/// Where the records lie, and under which run they were written.
struct Recorded {
  std::vector<bus::Range> ranges;
  std::uint32_t run = 0;
};

Recorded recorded_of(pg::Pool& pool, const Run& run) {
  Recorded out;
  pool.transact([&](pg::Tx& tx) {
    out = {{}, run.number};
    for (const auto& row : tx.exec("SELECT partition, first_offset, last_offset, source_run FROM run_range WHERE migration_id = $1 AND run "
                                   "= $2 AND tenant_id = $3 "
                                   "ORDER BY partition",
                                   {run.migration, run.number, run.tenant})) {
      out.ranges.push_back(
          {topic::kRaw, static_cast<std::int32_t>(row.integer("partition")), row.integer("first_offset"), row.integer("last_offset")});
      if (row.integer("source_run") != 0) out.run = static_cast<std::uint32_t>(row.integer("source_run"));
    }
  });
  return out;
}

Status read_records(const bus::Options& options, const Recorded& recorded, const Run& run, SourceBuilder& builder, std::stop_token stop) {
  Status trouble;
  for (const auto& range : recorded.ranges) {
    const auto take = [&](const bus::Incoming& incoming) {
      if (incoming.key != run.migration || !trouble) return;  // other migrations share the partition
      connector::v1::RawMessage message;
      if (!message.ParseFromString(incoming.value)) {
        trouble = fail(Code::data_loss, fmt::format("message {} of the replay log cannot be read", incoming.offset), "UNDECODABLE",
                       "Extract again.");
        return;
      }
      if (message.scope().run() != recorded.run) return;
      if (message.has_run_start()) builder.home_currency(message.run_start().home_currency());
      for (const auto& record : message.batch().records()) builder.record(message.batch().entity(), record.source_id(), record.body());
    };
    if (auto done = bus::read_range(options, range, take, stop); !done) return done;
  }
  return trouble;
}

Status read_reports(connector::v1::ConnectorService::Stub& connector, const Run& run, SourceBuilder& builder) {
  const auto context = rpc::context(run.tenant, "validator", kDeadline);
  connector::v1::GetReportsRequest request;
  request.set_migration_id(run.migration);
  request.set_run(run.number);
  const auto stream = connector.GetReports(context.get(), request);
  connector::v1::GetReportsResponse report;
  while (stream->Read(&report)) builder.report(report.name(), report.start_date(), report.end_date(), report.body());
  if (const auto status = stream->Finish(); !status.ok()) return fail(rpc::to_error(status));
  return {};
}

}  // namespace

RecordedSource::RecordedSource(pg::Pool& pool, bus::Options bus, const std::string& connector)
    : pool_(pool), bus_(std::move(bus)), connector_(connector::v1::ConnectorService::NewStub(rpc::channel(connector))) {}

Result<SourceBooks> RecordedSource::read(const Run& run, std::stop_token stop) {
  const auto recorded = recorded_of(pool_, run);
  if (recorded.ranges.empty()) {
    return fail(Error{Code::not_found,
                      "the connector has not announced where the run's records are",
                      Retry::after_backoff,
                      Effect::none,
                      "NOT_YET",
                      "",
                      {}});
  }
  SourceBuilder builder([] { return std::make_shared<TemporaryFile>(); });
  if (auto done = read_records(bus_, recorded, run, builder, stop); !done) return fail(done.error());
  if (auto done = read_reports(*connector_, run, builder); !done) return fail(done.error());
  return builder.finish();
}

}  // namespace q2o::validator
