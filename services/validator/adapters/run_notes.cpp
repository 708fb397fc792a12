#include "services/validator/adapters/run_notes.h"

#include "common/rpc/page.h"
#include "common/rpc/rpc.h"
#include "services/validator/domain/closed_books.h"

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

/// What one call for a run brings, all pages of it.
template <class Stub, class Request, class Response>
Result<Response> ask(const Run& run, Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                     Request request = {}) {
  const auto call = [&](const Request& page) -> Result<Response> {
    Response answer;
    const auto status = (stub.*method)(rpc::context(run.tenant, "validator", kDeadline).get(), page, &answer);
    if (!status.ok()) return fail(rpc::to_error(status));
    return answer;
  };
  request.set_migration_id(run.migration);
  request.set_run(run.number);
  if constexpr (requires { request.page_token(); })
    return rpc::all_pages(std::move(request), call);
  else
    return call(request);
}

}  // namespace

GrpcNotes::GrpcNotes(const std::string& connector, const std::string& mapper, const std::string& loader)
    : connector_(connector::v1::ConnectorService::NewStub(rpc::channel(connector))),
      mapper_(mapper::v1::MapperService::NewStub(rpc::channel(mapper))),
      loader_(loader::v1::LoaderService::NewStub(rpc::channel(loader))) {}

void GrpcNotes::extraction(const Run& run, RunNotes& notes) {
  const auto answer = ask(run, *connector_, &connector::v1::ConnectorService::Stub::GetExtraction);
  if (!answer) {
    notes.missing["The extraction's counts"] = answer.error().message;
    return;
  }
  for (const auto& entity : answer->entities()) {
    notes.counts.push_back({entity.entity(),
                            entity.explanation(),
                            entity.counted(),
                            entity.extracted(),
                            absence_of(entity.absence()),
                            {entity.ledger_types().begin(), entity.ledger_types().end()}});
  }
  notes.ledger_only_types = {answer->ledger_only_types().begin(), answer->ledger_only_types().end()};
}

void GrpcNotes::mapper_rejects(const Run& run, RunNotes& notes) {
  const auto answer = ask(run, *mapper_, &mapper::v1::MapperService::Stub::ListRejects);
  if (!answer) {
    notes.missing["The mapper's rejects"] = answer.error().message;
    return;
  }
  for (const auto& reject : answer->rejects()) notes.rejects.push_back(reject_of(reject));
}

void GrpcNotes::changes(const Run& run, RunNotes& notes) {
  const auto locked = locked_until(notes);
  connector::v1::ListChangesRequest request;
  request.set_closed_only(locked.empty());
  const auto answer = ask(run, *connector_, &connector::v1::ConnectorService::Stub::ListChanges, std::move(request));
  if (!answer) {
    notes.missing["What changed in the source"] = answer.error().message;
    return;
  }
  notes.base_run = answer->base_run();
  for (const auto& c : answer->changes())
    if (locked.empty() || c.closed() || reaches_into(locked, c.before_date(), c.after_date()))
      notes.closed_changes.push_back({c.entity(), c.source_id(), c.kind(), c.number(), c.party(), c.before_date(), c.before_amount(),
                                      c.after_date(), c.after_amount()});
}

void GrpcNotes::mapping(const Run& run, RunNotes& notes) {
  const auto answer = ask(run, *mapper_, &mapper::v1::MapperService::Stub::ListNotes);
  if (!answer) {
    notes.missing["The mapper's notes"] = answer.error().message;
    return;
  }
  for (const auto& n : answer->notes()) notes.notes.push_back({n.entity(), n.source_id(), n.kind(), n.reason(), n.label(), n.posting()});
}

void GrpcNotes::loader_rejects(const Run& run, RunNotes& notes) {
  const auto answer = ask(run, *loader_, &loader::v1::LoaderService::Stub::ListRejects);
  if (!answer) {
    notes.missing["The loader's rejects"] = answer.error().message;
    return;
  }
  for (const auto& reject : answer->rejects()) notes.rejects.push_back(reject_of(reject));
}

void GrpcNotes::loading(const Run& run, RunNotes& notes) {
  const auto answer = ask(run, *loader_, &loader::v1::LoaderService::Stub::GetRun);
  if (!answer) {
    notes.missing["The loader's totals"] = answer.error().message;
    return;
  }
  notes.created = answer->totals().created();
  notes.changed = answer->totals().changed();
  notes.unchanged = answer->totals().unchanged();
  notes.removed = answer->totals().removed();
  for (const auto& s : answer->settings()) notes.settings.push_back({s.name(), s.before(), s.during(), s.note(), s.restored()});
}

RunNotes GrpcNotes::read(const Run& run) {
  RunNotes notes;
  extraction(run, notes);
  mapping(run, notes);
  mapper_rejects(run, notes);
  loader_rejects(run, notes);
  loading(run, notes);
  changes(run, notes);  // with what the loader said about lock dates
  return notes;
}

}  // namespace q2o::validator
