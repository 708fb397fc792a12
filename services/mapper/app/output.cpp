#include "services/mapper/app/output.h"

#include <algorithm>
#include <charconv>

#include "common/ids/ids.h"

namespace q2o::mapper {
namespace {

constexpr int kBatchRecordsMax = 500;
constexpr std::size_t kBatchBytesMax = 768 * 1024;

void fill_scope(const RunState& run, common::v1::Scope& scope) {
  scope.set_tenant_id(run.tenant);
  scope.set_migration_id(run.migration);
  scope.set_run(run.run);
  scope.set_connection(run.connection);
}

/// A wave must not wait for an entity that the source does not send, or that is not wanted.
bool will_come(const RunState& run, const std::string& entity) {
  if (entity == kOpeningBalance) return !run.extent.first_day.empty();
  if (!run.wants(entity)) return false;
  return run.entities.empty() || entity == kLedgerTransaction ||
         std::find(run.entities.begin(), run.entities.end(), entity) != run.entities.end();
}

void fill(const Target& target, std::uint32_t wave, v1::TargetRecord& out) {
  out.set_external_id(target.external_id);
  out.set_model(target.model);
  out.set_operation(target.operation);
  out.set_wave(wave);
  out.set_values_json(target.values_json);
  for (const auto& reference : target.references) out.add_references(reference);
  out.set_post(target.post);
  std::string content = target.model;
  content.append("\x1f").append(target.operation).append("\x1f").append(target.values_json);
  if (target.file) {
    auto& file = *out.mutable_file();
    file.set_source_id(target.file->id);
    std::uint64_t bytes = 0;
    std::from_chars(target.file->bytes.data(), target.file->bytes.data() + target.file->bytes.size(), bytes);
    file.set_bytes(bytes);
    file.set_changed(target.file->changed);
    content.append("\x1f").append(file.source_id()).append("\x1f").append(std::to_string(bytes)).append("\x1f").append(file.changed());
  }
  out.set_content_hash(ids::sha256_hex(content));
}

}  // namespace

common::v1::TargetModule to_proto(const TargetModule& module) {
  common::v1::TargetModule out;
  out.set_name(module.name);
  out.set_title(module.title);
  for (const auto& need : module.needed_by) out.add_needed_by(need);
  out.set_purpose(module.purpose);
  return out;
}

v1::MappedMessage Output::message() {
  v1::MappedMessage message;
  fill_scope(run_, *message.mutable_scope());
  message.set_dry_run(run_.dry_run);
  message.set_raw_sequence(raw_sequence_);
  return message;
}

v1::StatusFact Output::fact() {
  v1::StatusFact fact;
  fill_scope(run_, *fact.mutable_scope());
  return fact;
}

void Output::send(v1::MappedMessage& message) {
  message.set_sequence(++run_.sequence);
  send_(message);
}

void Output::plan(const std::string& settings) {
  auto out = message();
  auto& plan = *out.mutable_run_plan();
  plan.set_mapping_version(mapping_.version());
  plan.set_target_settings_json(settings);
  plan.set_home_currency(run_.home_currency);
  for (const auto& module : mapping_.modules()) *plan.add_modules() = to_proto(module);
  for (const auto& [entity, rule] : mapping_.entities())
    if (rule.ledger) plan.add_transaction_entities(entity);
  std::uint32_t number = 0;
  for (const auto& wave : mapping_.waves()) {
    auto& added = *plan.add_waves();
    added.set_number(number++);
    added.set_name(wave.name);
    for (const auto& entity : wave.entities) {
      if (will_come(run_, entity)) added.add_entities(entity);
    }
  }
  send(out);
}

v1::MappedRecord Output::record(const Mapped& mapped) {
  v1::MappedRecord out;
  const Outcome& outcome = mapped.outcome;
  out.set_source_id(mapped.id);
  out.set_label(outcome.label);
  out.set_posting(outcome.posting);
  if (outcome.fallback) {
    out.mutable_fallback()->set_step(outcome.fallback->step);
    out.mutable_fallback()->set_reason(outcome.fallback->reason);
  }
  if (outcome.reject) {
    auto& reject = *out.mutable_reject();
    reject.set_entity(mapped.entity);
    reject.set_source_id(mapped.id);
    reject.set_field(outcome.reject->field);
    reject.set_value(outcome.reject->value);  // short and UTF-8 already (stream.cpp)
    reject.set_reason(outcome.reject->reason);
    reject.set_message(outcome.reject->message);
    reject.set_hint(outcome.reject->hint);
    reject.set_label(outcome.label);
  } else if (!outcome.excluded.empty()) {
    out.set_excluded(outcome.excluded);
  } else if (!outcome.targets.empty()) {
    for (const auto& target : outcome.targets)
      fill(target, mapping_.wave_number(target.wave).value(), *out.mutable_targets()->add_records());
    run_.targets += outcome.targets.size();
  } else {
    out.set_merged(outcome.merged.empty() ? "Is represented by other records" : outcome.merged);
  }
  return out;
}

void Output::batch(const std::string& entity, std::span<const Mapped> mapped) {
  if (!run_.wants(entity)) return;
  auto out = message();
  std::size_t bytes = 0;
  const auto flush = [&] {
    if (out.batch().records_size() == 0) return;
    out.mutable_batch()->set_entity(entity);
    send(out);
    out = message();
    bytes = 0;
  };
  for (const auto& one : mapped) {
    auto next = record(one);
    const std::size_t size = next.ByteSizeLong();
    if (out.batch().records_size() >= kBatchRecordsMax || bytes + size > kBatchBytesMax) flush();
    bytes += size;
    *out.mutable_batch()->add_records() = std::move(next);
  }
  flush();
}

void Output::nothing_of(const std::string& entity) {
  if (!run_.wants(entity)) return;
  auto out = message();
  out.mutable_batch()->set_entity(entity);
  send(out);
}

void Output::entity_end(const std::string& entity, const Counts& counts, bool complete) {
  if (!run_.wants(entity)) return;
  auto out = message();
  auto& end = *out.mutable_entity_end();
  end.set_entity(entity);
  end.set_records(counts.records());
  end.set_mapped(counts.mapped);
  end.set_merged(counts.merged);
  end.set_rejected(counts.rejected);
  end.set_excluded(counts.excluded);
  end.set_complete(complete);
  send(out);
  progress(entity, counts, true);
}

void Output::run_end() {
  auto out = message();
  out.mutable_run_end()->set_messages(run_.sequence + 1);
  send(out);
  auto done = fact();
  done.mutable_run_mapped()->set_targets(run_.targets);
  fact_(done);
}

void Output::progress(const std::string& entity, const Counts& counts, bool done) {
  if (!run_.wants(entity)) return;
  auto out = fact();
  auto& progress = *out.mutable_entity_progress();
  progress.set_entity(entity);
  progress.set_mapped(counts.mapped);
  progress.set_merged(counts.merged);
  progress.set_rejected(counts.rejected);
  progress.set_excluded(counts.excluded);
  progress.set_done(done);
  fact_(out);
}

void Output::failed(const std::string& reason, const std::string& message, const std::string& hint) {
  auto out = fact();
  out.mutable_run_failed()->set_reason(reason);
  out.mutable_run_failed()->set_message(message);
  out.mutable_run_failed()->set_hint(hint);
  fact_(out);
}

}  // namespace q2o::mapper
