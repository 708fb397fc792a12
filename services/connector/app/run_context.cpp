#include "services/connector/app/run_context.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace q2o::connector {

RunContext::RunContext(const Job& job_, const Manifest& manifest_, SourceCaller& caller_, RawLog& log, RunJournal& journal_, Clock& clock_,
                       TaskPool& pool_, RunOptions options_, std::stop_token stop_)
    : job(job_),
      manifest(manifest_),
      caller(caller_),
      journal(journal_),
      clock(clock_),
      pool(pool_),
      options(options_),
      stop(std::move(stop_)),
      state(journal_.load()),
      log_(log) {}

q2o::common::v1::Scope RunContext::scope() const {
  q2o::common::v1::Scope scope;
  scope.set_tenant_id(job.tenant);
  scope.set_migration_id(job.migration);
  scope.set_run(job.run);
  scope.set_connection(job.slug);
  return scope;
}

v1::StatusFact RunContext::progress(const EntityState& entity) const {
  v1::StatusFact fact;
  *fact.mutable_scope() = scope();
  auto& progress = *fact.mutable_entity_progress();
  progress.set_entity(entity.entity);
  progress.set_total(std::max({entity.counted_before, entity.counted_after, entity.extracted}));
  progress.set_extracted(entity.extracted);
  progress.set_done(entity.done);
  return fact;
}

std::uint64_t RunContext::requests_since_commit() {
  const std::uint64_t all = caller.requests();
  return all - std::exchange(requests_committed_, all);
}

Step RunContext::border() {
  if (stop.stop_requested()) return tl::unexpected(Halt{Halt::Kind::shutdown, {}});
  switch (journal.directive()) {
    case billing::v1::DIRECTIVE_PAUSE:
      return tl::unexpected(Halt{Halt::Kind::paused, {}});
    case billing::v1::DIRECTIVE_STOP:
      return tl::unexpected(Halt{Halt::Kind::stopped, {}});
    default:
      return {};
  }
}

Step RunContext::wait_for_window() {
  while (true) {
    const std::uint64_t released = journal.released();
    while (!state.unreleased.empty() && state.unreleased.front() <= released) state.unreleased.pop_front();
    if (state.unreleased.size() < options.window_batches) return {};
    if (auto go = border(); !go) return go;
    clock.wait(options.window_poll, stop);
  }
}

Step RunContext::publish(std::vector<v1::RawMessage> messages, EntityState next, std::vector<std::string> new_ids,
                         std::vector<StoredReport> reports, bool finished) {
  if (auto go = border(); !go) return go;
  const bool has_batches = std::any_of(messages.begin(), messages.end(), [](const auto& message) { return message.has_batch(); });
  if (has_batches)
    if (auto go = wait_for_window(); !go) return go;
  std::uint64_t sequence = state.sequence;
  for (auto& message : messages) {
    *message.mutable_scope() = scope();
    message.set_sequence(++sequence);
  }
  auto positions = log_.publish(messages);
  if (!positions) return tl::unexpected(Halt{Halt::Kind::later, positions.error()});
  for (const auto& message : messages)
    if (message.has_batch()) state.unreleased.push_back(message.sequence());
  state.sequence = sequence;
  const bool of_entity = !next.entity.empty();
  if (of_entity) state.entities[next.entity] = next;
  Commit record{state, of_entity ? &next : nullptr, std::move(new_ids),      std::move(*positions),
                {},    std::move(reports),          requests_since_commit(), finished};
  if (of_entity) record.facts.push_back(progress(next));
  record.changes = std::exchange(changes_, {});
  if (!journal.commit(record)) return tl::unexpected(Halt{Halt::Kind::lost, {}});
  return {};
}

Step RunContext::commit(const EntityState* next, std::vector<StoredReport> reports) {
  if (auto go = border(); !go) return go;
  if (next != nullptr) state.entities[next->entity] = *next;
  Commit record{state, next, {}, {}, {}, std::move(reports), requests_since_commit(), false};
  if (next != nullptr) record.facts.push_back(progress(*next));
  record.changes = std::exchange(changes_, {});
  if (!journal.commit(record)) return tl::unexpected(Halt{Halt::Kind::lost, {}});
  return {};
}

std::vector<v1::RawMessage> RunContext::batches(std::vector<Row> rows, EntityState& next) {
  if (comparison != nullptr)
    for (const auto& row : rows)
      if (auto change = comparison->now(row)) changes_.push_back(std::move(*change));
  Batches cut_rows = cut(std::move(rows), options.limits);
  for (const auto& big : cut_rows.too_big) {
    ++next.unreadable;
    next.explanation +=
        fmt::format("Record {} is larger than a message may be ({} bytes) and was left out. ", big, options.limits.record_bytes_max);
  }
  std::vector<v1::RawMessage> messages;
  for (auto& batch : cut_rows.batches) {
    auto& body = *messages.emplace_back().mutable_batch();
    body.set_entity(next.entity);
    for (auto& row : batch) {
      auto& record = *body.add_records();
      record.set_source_id(std::move(row.id));
      record.set_body(std::move(row.body));
    }
    ++next.batches;
    next.extracted += batch.size();
  }
  return messages;
}

v1::RawMessage RunContext::entity_end(const EntityState& entity) {
  // Where anything had to be explained, a record may have slipped by: nothing is taken away for it.
  const bool settled = entity.unreadable == 0 && entity.explanation.empty() && entity.extracted >= entity.counted_after;
  const bool complete = entity.absence == v1::ABSENCE_UNSPECIFIED && settled;
  if (complete && comparison != nullptr) std::ranges::move(comparison->gone(), std::back_inserter(changes_));
  v1::RawMessage message;
  auto& end = *message.mutable_entity_end();
  end.set_entity(entity.entity);
  end.set_batches(entity.batches);
  end.set_records(entity.extracted);
  end.set_counted_before(entity.counted_before);
  end.set_counted_after(entity.counted_after);
  end.set_explanation(entity.explanation);
  end.set_absence(entity.absence);
  end.set_complete(complete);
  return message;
}

Halt RunContext::halt(const std::string& what, const Trouble& trouble) const {
  if (stop.stop_requested()) return {Halt::Kind::shutdown, {}};
  Error error = trouble.error;
  error.message = what + ": " + error.message;
  const bool later = trouble.action == FaultAction::retry || trouble.action == FaultAction::wait;
  return {later ? Halt::Kind::later : Halt::Kind::failed, std::move(error)};
}

void RunContext::capture(const EntityRule& rule, const std::vector<Row>& rows) {
  for (const auto& wanted : manifest.captures) {
    if (wanted.entity != rule.name) continue;
    auto& values = state.captures[wanted.name];
    for (const auto& row : rows) {
      const auto document = json::Document::parse(row.body);
      const std::string value(document ? text_at(document->root(), wanted.path) : std::string_view{});
      if (!value.empty() && std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
  }
}

std::string RunContext::captured(const std::string& name) const {
  const auto found = state.captures.find(name);
  return found == state.captures.end() || found->second.empty() ? "" : found->second.front();
}

}  // namespace q2o::connector
