#include "services/mapper/app/run_mapper.h"

#include <fmt/format.h>

#include "accounting/general_ledger.h"
#include "services/mapper/domain/losses.h"

namespace q2o::mapper {
namespace {

constexpr std::size_t kLedgerBatch = 500;
constexpr std::string_view kGeneralLedger = "GeneralLedger";

accounting::Classifications classifications(const Lookups& lookups) {
  accounting::Classifications result;
  lookups.each("Account", [&](std::string_view id, const json::Value& account) {
    if (const auto found = accounting::classify_account(account["Classification"].text(), account["AccountType"].text()))
      result.emplace(id, *found);
  });
  return result;
}

void bound_memos(std::vector<accounting::LedgerTransaction>& transactions, std::size_t bytes_max, std::vector<Loss>& losses) {
  for (auto& transaction : transactions) {
    for (auto& posting : transaction.postings) {
      if (posting.memo.size() <= bytes_max) continue;
      losses.push_back(text_loss(fmt::format("The memo of transaction {}", transaction.id), posting.memo, bytes_max));
      posting.memo = shortened(posting.memo, bytes_max);
    }
  }
}

RunContext context_of(const RunState& run) {
  RunContext context{run.connection, run.home_currency};
  context.extent = run.extent;
  return context;
}

/// Under this name the transactions of an entity that are before the first day wait.
std::string before_name(const std::string& entity) {
  return entity + " before the first day";
}

std::vector<RawRecord> records_of(const connector::v1::RawBatch& batch) {
  std::vector<RawRecord> records;
  records.reserve(static_cast<std::size_t>(batch.records_size()));
  for (const auto& record : batch.records()) records.push_back({record.source_id(), record.body()});
  return records;
}

}  // namespace

RunMapper::RunMapper(RunState& run, const Mapping& mapping, Lookups& lookups, RunStore& store, Output& output, const Repairs& repairs,
                     RecordWatch* watch)
    : run_(run),
      mapping_(mapping),
      lookups_(lookups),
      store_(store),
      output_(output),
      repairs_(repairs),
      watch_(watch),
      stream_(mapping, context_of(run), lookups, watch) {}

void RunMapper::handle(const connector::v1::RawMessage& message) {
  if (run_.state != "mapping") return;  // failed: the rest of the stream has no place to go
  output_.comes_of(message.sequence());
  const auto sent = run_.sequence;
  switch (message.body_case()) {
    case connector::v1::RawMessage::kBatch:
      batch(message.batch());
      // The plan comes first; of what came before it there are only a few batches.
      if (run_.sequence == sent && run_.plan_sent && !failed()) output_.nothing_of(message.batch().entity());
      break;
    case connector::v1::RawMessage::kEntityEnd:
      entity_end(message.entity_end().entity(), message.entity_end().complete());
      break;
    case connector::v1::RawMessage::kRunEnd:
      run_end();
      break;
    default:
      break;
  }
}

void RunMapper::batch(const connector::v1::RawBatch& batch) {
  const std::string& entity = batch.entity();
  const EntityRule* rule = mapping_.find(entity);
  if (rule == nullptr && mapping_.missing_entity_fails_run()) {
    fail_run("UNMAPPED_ENTITY", fmt::format("The mapping says nothing about {}", entity),
             "Add a rule for the entity to the mapping, store it and start the migration again.");
    return;
  }
  if (!run_.plan_sent && stream_.defer(entity) != Defer::plan) send_plan();
  if (failed()) return;
  auto records = store_.first_time(entity, records_of(batch));
  if (records.empty()) return;
  auto mapped = set_aside(entity, records);
  const auto add = [&mapped](std::vector<Mapped> more) { std::ranges::move(more, std::back_inserter(mapped)); };
  if (entity == kGeneralLedger) {
    add(read_ledger(records));
    deliver(entity, mapped);
    return;
  }
  add(repair(entity, records));
  if (rule != nullptr && rule->ledger) store_.prefetch_ledger(records);
  auto taken = stream_.take(entity, records, run_.plan_sent);
  std::vector<RawRecord> deferred;
  deferred.reserve(taken.deferred.size());
  for (const auto position : taken.deferred) deferred.push_back(records[position]);
  store_.defer(entity, deferred);
  keep_before(entity, taken);
  add(std::move(taken.mapped));
  deliver(entity, mapped);
}

std::vector<Mapped> RunMapper::repair(const std::string& entity, std::vector<RawRecord>& records) {
  std::vector<Mapped> decided;
  if (!repairs_.concern(entity)) return decided;
  std::vector<RepairNote> notes;
  std::erase_if(records, [&](RawRecord& record) {
    auto repaired = repairs_.apply(entity, record.id, record.body);
    if (!repaired) return false;
    for (auto& sentence : repaired->notes) notes.push_back({record.id, repaired->label, std::move(sentence)});
    if (repaired->left_out)
      decided.push_back(stream_.left_out(entity, record.id, repaired->label, std::move(*repaired->left_out)));
    else if (repaired->reject)
      decided.push_back(stream_.refused(entity, record.id, repaired->label, std::move(*repaired->reject)));
    else if (repaired->body)
      record.body = std::move(*repaired->body);
    return repaired->left_out || repaired->reject;
  });
  store_.note_repairs(entity, notes);
  return decided;
}

std::vector<Mapped> RunMapper::set_aside(const std::string& entity, std::vector<RawRecord>& records) {
  std::vector<Mapped> refused;
  const auto crashed = store_.crashed(entity);
  std::erase_if(records, [&](const RawRecord& record) {
    if (!crashed.contains(record.id)) return false;
    refused.push_back(stream_.set_aside(entity, record.id));
    return true;
  });
  return refused;
}

std::vector<Mapped> RunMapper::read_ledger(std::span<const RawRecord> slices) {
  std::vector<Mapped> result;
  const auto known = classifications(lookups_);
  Watched watched(watch_);
  for (const auto& slice : slices) {
    watched.begins(kGeneralLedger, slice.id);
    Mapped mapped{std::string(kGeneralLedger), slice.id, {}};
    mapped.outcome.label = slice.id;
    auto transactions = accounting::read_general_ledger({slice.body}, known);
    if (transactions) bound_memos(*transactions, mapping_.text_bytes_max(), mapped.outcome.losses);
    Status stored;
    if (transactions) stored = store_.add_ledger(*transactions);
    if (transactions && std::ranges::any_of(*transactions, [&](const auto& one) { return run_.extent.before(one.date); }))
      lookups_.put(kGeneralLedger, "before", "true");
    if (!transactions || !stored) {
      const Error& error = transactions ? stored.error() : transactions.error();
      mapped.outcome.reject = Reject{
          "", "", error.reason.empty() ? "LEDGER_UNREADABLE" : error.reason, error.message,
          error.hint.empty() ? "Run the migration again; if it stays, look at the ledger report of these days in the source." : error.hint};
      mapped.outcome.posting = true;
    } else {
      mapped.outcome.merged = "The source's ledger decides how each document is booked";
    }
    result.push_back(std::move(mapped));
  }
  return result;
}

void RunMapper::deliver(const std::string& entity, std::span<const Mapped> mapped) {
  if (mapped.empty()) return;
  std::vector<std::string> claimed;
  for (const auto& record : mapped) claimed.insert(claimed.end(), record.outcome.claimed.begin(), record.outcome.claimed.end());
  store_.claim(claimed);
  output_.batch(entity, mapped);
  output_.progress(entity, store_.record(entity, mapped), false);
}

void RunMapper::send_plan() {
  const auto settings = stream_.settings();
  if (!settings) {
    fail_run(settings.error().reason, fmt::format("The settings of the company cannot be read: {}", settings.error().message),
             settings.error().hint);
    return;
  }
  output_.plan(*settings);
  run_.plan_sent = true;
  for (const auto& waiting : store_.source_ended_entities()) {
    if (waiting.ended || stream_.defer(waiting.entity) != Defer::plan) continue;
    finish_deferred(waiting.entity);
    finish(waiting.entity);
  }
}

void RunMapper::finish_deferred(const std::string& entity) {
  auto records = store_.take_deferred(entity);
  auto mapped = set_aside(entity, records);
  std::ranges::move(stream_.prepared(entity, records), std::back_inserter(mapped));
  deliver(entity, mapped);
}

void RunMapper::finish(const std::string& entity) {
  // What is made of the ledger is complete when the ledger is.
  const bool of_ledger = entity == kLedgerTransaction || entity == kOpeningBalance;
  const std::string ledger(kGeneralLedger);
  const bool complete = of_ledger ? store_.complete(ledger) && store_.counts(ledger).rejected == 0 : store_.complete(entity);
  output_.entity_end(entity, store_.counts(entity), complete);
  store_.ended(entity);
}

void RunMapper::keep_before(const std::string& entity, const Stream::Taken& taken) {
  store_.defer(before_name(entity), taken.before);
  store_.claim(taken.claimed);
}

bool RunMapper::ends_last(const std::string& entity) const {
  return !run_.extent.first_day.empty() && entity != kGeneralLedger && lookups_.find(kGeneralLedger, "ended") != nullptr;
}

void RunMapper::entity_end(const std::string& entity, bool complete) {
  store_.source_ended(entity, complete);
  if (ends_last(entity)) return;
  if (entity == kGeneralLedger && !run_.extent.first_day.empty()) {
    lookups_.put(kGeneralLedger, "ended", "true");
    if (!run_.extent.by_years && lookups_.find(kGeneralLedger, "before") == nullptr) {
      fail_run("FIRST_DAY_BEFORE_BOOKS", fmt::format("Nothing was posted before {}: there are no opening balances", run_.extent.first_day),
               "Start a migration without a first day: the whole history arrives. Or choose a later day.");
      return;
    }
  }
  const Defer when = stream_.defer(entity);
  if (!run_.plan_sent) {
    if (when == Defer::plan) return;
    send_plan();
    if (failed()) return;
  }
  if (when == Defer::documents_end) return;
  finish_deferred(entity);  // also single records that waited for others of their entity
  finish(entity);
}

void RunMapper::ledger_leftovers() {
  const std::string entity(kLedgerTransaction);
  for (auto ids = store_.take_unclaimed(kLedgerBatch); !ids.empty(); ids = store_.take_unclaimed(kLedgerBatch)) {
    std::vector<Mapped> mapped;
    std::vector<RawRecord> wanted;
    for (const auto& id : ids) wanted.push_back({id, {}});
    mapped = repair(entity, wanted);
    store_.prefetch_ledger(wanted);
    std::vector<std::string> left;
    for (const auto& record : wanted) left.push_back(record.id);
    auto taken = stream_.ledger_only(left);
    keep_before(entity, taken);
    std::ranges::move(taken.mapped, std::back_inserter(mapped));
    deliver(entity, mapped);
  }
  if (run_.extent.first_day.empty()) finish(entity);
}

void RunMapper::opening() {
  std::vector<std::pair<std::string, RawRecord>> before;
  for (const auto& [entity, rule] : mapping_.entities()) {
    if (!rule.ledger) continue;
    for (auto& record : store_.take_deferred(before_name(entity))) before.emplace_back(entity, std::move(record));
  }
  std::map<std::string, std::vector<Mapped>> of_entity;
  for (auto& mapped : stream_.opening(before)) of_entity[mapped.entity].push_back(std::move(mapped));
  for (const auto& [entity, mapped] : of_entity) deliver(entity, mapped);
  for (const auto& waiting : store_.source_ended_entities()) {
    if (waiting.ended || !ends_last(waiting.entity)) continue;
    finish_deferred(waiting.entity);
    finish(waiting.entity);
  }
  finish(std::string(kLedgerTransaction));
  finish(std::string(kOpeningBalance));
}

void RunMapper::run_end() {
  if (!run_.plan_sent) send_plan();
  if (failed()) return;
  for (const auto& waiting : store_.source_ended_entities()) {
    if (waiting.ended || stream_.defer(waiting.entity) != Defer::documents_end) continue;
    finish_deferred(waiting.entity);
    finish(waiting.entity);
  }
  ledger_leftovers();
  if (!run_.extent.first_day.empty()) opening();
  output_.run_end();
  run_.state = "mapped";
}

void RunMapper::fail_run(const std::string& reason, const std::string& message, const std::string& hint) {
  run_.state = "failed";
  output_.failed(reason, message, hint);
}

}  // namespace q2o::mapper
