#include "services/validator/adapters/run_notes.h"

#include "common/rpc/rpc.h"

namespace q2o::validator {
namespace {

constexpr std::chrono::milliseconds kDeadline{60'000};

RunNotes::Reject reject_of(const common::v1::Reject& r) {
  return {r.entity(), r.source_id(), r.field(), r.value(), r.reason(), r.message(), r.hint(), r.label()};
}

/// What is not known here (a newer connector) is taken as refused: it may hide records.
RunNotes::Absence absence_of(connector::v1::Absence absence) {
  if (absence == connector::v1::ABSENCE_UNSPECIFIED) return RunNotes::Absence::none;
  return absence == connector::v1::ABSENCE_FEATURE_OFF ? RunNotes::Absence::feature_off : RunNotes::Absence::refused;
}

template <class Request>
Request request_of(const Run& run) {
  Request request;
  request.set_migration_id(run.migration);
  request.set_run(run.number);
  return request;
}

}  // namespace

GrpcNotes::GrpcNotes(const std::string& connector, const std::string& mapper, const std::string& loader)
    : connector_(connector::v1::ConnectorService::NewStub(rpc::channel(connector))),
      mapper_(mapper::v1::MapperService::NewStub(rpc::channel(mapper))),
      loader_(loader::v1::LoaderService::NewStub(rpc::channel(loader))) {}

void GrpcNotes::extraction(const Run& run, RunNotes& notes) {
  const auto context = rpc::context(run.tenant, "validator", kDeadline);
  connector::v1::GetExtractionResponse answer;
  const auto status = connector_->GetExtraction(context.get(), request_of<connector::v1::GetExtractionRequest>(run), &answer);
  if (!status.ok()) notes.missing["The extraction's counts"] = status.error_message();
  for (const auto& entity : answer.entities()) {
    notes.counts.push_back({entity.entity(),
                            entity.explanation(),
                            entity.counted(),
                            entity.extracted(),
                            absence_of(entity.absence()),
                            {entity.ledger_types().begin(), entity.ledger_types().end()}});
  }
  notes.ledger_only_types = {answer.ledger_only_types().begin(), answer.ledger_only_types().end()};
}

void GrpcNotes::mapper_rejects(const Run& run, RunNotes& notes) {
  auto request = request_of<mapper::v1::ListRejectsRequest>(run);
  request.set_page_size(1'000);
  do {
    const auto context = rpc::context(run.tenant, "validator", kDeadline);
    mapper::v1::ListRejectsResponse answer;
    const auto status = mapper_->ListRejects(context.get(), request, &answer);
    if (!status.ok()) {
      notes.missing["The mapper's rejects"] = status.error_message();
      return;
    }
    for (const auto& reject : answer.rejects()) notes.rejects.push_back(reject_of(reject));
    request.set_page_token(answer.next_page_token());
  } while (!request.page_token().empty());
}

void GrpcNotes::mapping(const Run& run, RunNotes& notes) {
  auto request = request_of<mapper::v1::ListNotesRequest>(run);
  do {
    const auto context = rpc::context(run.tenant, "validator", kDeadline);
    mapper::v1::ListNotesResponse answer;
    const auto status = mapper_->ListNotes(context.get(), request, &answer);
    if (!status.ok()) {
      notes.missing["The mapper's notes"] = status.error_message();
      return;
    }
    for (const auto& n : answer.notes()) notes.notes.push_back({n.entity(), n.source_id(), n.kind(), n.reason(), n.label(), n.posting()});
    request.set_page_token(answer.next_page_token());
  } while (!request.page_token().empty());
}

void GrpcNotes::loader_rejects(const Run& run, RunNotes& notes) {
  auto request = request_of<loader::v1::ListRejectsRequest>(run);
  request.set_page_size(1'000);
  do {
    const auto context = rpc::context(run.tenant, "validator", kDeadline);
    loader::v1::ListRejectsResponse answer;
    const auto status = loader_->ListRejects(context.get(), request, &answer);
    if (!status.ok()) {
      notes.missing["The loader's rejects"] = status.error_message();
      return;
    }
    for (const auto& reject : answer.rejects()) notes.rejects.push_back(reject_of(reject));
    request.set_page_token(answer.next_page_token());
  } while (!request.page_token().empty());
}

void GrpcNotes::loading(const Run& run, RunNotes& notes) {
  const auto context = rpc::context(run.tenant, "validator", kDeadline);
  loader::v1::GetRunResponse answer;
  const auto status = loader_->GetRun(context.get(), request_of<loader::v1::GetRunRequest>(run), &answer);
  if (!status.ok()) notes.missing["The loader's totals"] = status.error_message();
  notes.created = answer.totals().created();
  notes.changed = answer.totals().changed();
  notes.unchanged = answer.totals().unchanged();
  for (const auto& s : answer.settings()) notes.settings.push_back({s.name(), s.before(), s.during(), s.note(), s.restored()});
}

RunNotes GrpcNotes::read(const Run& run) {
  RunNotes notes;
  extraction(run, notes);
  mapping(run, notes);
  mapper_rejects(run, notes);
  loader_rejects(run, notes);
  loading(run, notes);
  return notes;
}

}  // namespace q2o::validator
