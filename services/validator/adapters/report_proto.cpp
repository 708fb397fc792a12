#include "services/validator/adapters/report_proto.h"

namespace q2o::validator {

void fill(v1::Line& out, const Line& line) {
  out.set_subject(line.subject);
  out.set_period(line.period);
  out.set_source(line.source);
  out.set_target(line.target);
  out.set_difference(line.difference);
  out.set_currency(line.currency);
  out.set_entity(line.entity);
  out.set_source_id(line.source_id);
  out.set_note(line.note);
  out.set_differs(line.differs);
  out.set_explained(line.explained);
}

namespace {

void fill(v1::Check& out, const Check& check) {
  static constexpr std::string_view outcomes[] = {"equal", "different", "not_checked"};
  out.set_name(check.name);
  out.set_title(check.title);
  out.set_method(check.method);
  out.set_compared(check.compared);
  out.set_different(check.different);
  out.set_explained(check.explained);
  out.set_outcome(std::string(outcomes[static_cast<std::size_t>(check.outcome)]));
  out.set_note(check.note);
  for (const auto& line : check.lines) fill(*out.add_lines(), line);
}

void fill(common::v1::Reject& out, const RunNotes::Reject& reject) {
  out.set_entity(reject.entity);
  out.set_source_id(reject.source_id);
  out.set_field(reject.field);
  out.set_value(reject.value);
  out.set_reason(reject.reason);
  out.set_message(reject.message);
  out.set_hint(reject.hint);
  out.set_label(reject.label);
}

void fill(v1::Listed& out, const RunNotes::Note& note) {
  out.set_entity(note.entity);
  out.set_source_id(note.source_id);
  out.set_label(note.label);
  out.set_kind(note.kind);
  out.set_reason(note.reason);
  out.set_posting(note.posting);
}

void fill(v1::AccountCode& out, const AccountCode& account) {
  out.set_source_id(account.source_id);
  out.set_name(account.name);
  out.set_type(account.type);
  out.set_number(account.number);
  out.set_code(account.code);
  out.set_target_name(account.target_name);
  out.set_target_type(account.target_type);
}

void add_uncleared(v1::Report& out, const UnclearedAccount& account) {
  auto& listed = *out.add_uncleared();
  listed.set_source_id(account.source_id);
  listed.set_name(account.name);
  listed.set_currency(account.currency);
  listed.set_amount(account.amount.to_string(2));
  for (const auto& item : account.items) {
    auto& added = *listed.add_items();
    added.set_source_id(item.source_id);
    added.set_type(item.type);
    added.set_number(item.number);
    added.set_date(item.date);
    added.set_name(item.name);
    added.set_memo(item.memo);
    added.set_amount(item.amount.to_string(2));
  }
}

void add_unread(v1::Report& out, const UnreadRecord& record) {
  auto& listed = *out.add_unread();
  listed.set_entity(record.entity);
  listed.set_source_id(record.source_id);
  listed.set_label(record.label);
  listed.set_kind("unread");
  listed.set_reason(record.reason);
  listed.set_became(record.became);
}

/// Whole entities of which nothing was read: why.
void add_absent(v1::Report& out, const RunNotes::Count& count) {
  if (count.absence == RunNotes::Absence::none) return;
  auto& listed = *out.add_not_migrated();
  listed.set_entity(count.entity);
  listed.set_kind(count.absence == RunNotes::Absence::feature_off ? "feature_off" : "refused");
  listed.set_reason(count.explanation);
  listed.set_posting(!count.ledger_types.empty());
}

}  // namespace

common::v1::Scope scope_of(const Run& run) {
  common::v1::Scope scope;
  scope.set_tenant_id(run.tenant);
  scope.set_migration_id(run.migration);
  scope.set_run(run.number);
  scope.set_connection(run.slug);
  return scope;
}

namespace {

void fill(v1::ClosedChange& out, const RunNotes::ClosedChange& change) {
  out.set_entity(change.entity);
  out.set_source_id(change.source_id);
  out.set_kind(change.kind);
  out.set_number(change.number);
  out.set_party(change.party);
  out.set_before_date(change.before_date);
  out.set_before_amount(change.before_amount);
  out.set_after_date(change.after_date);
  out.set_after_amount(change.after_amount);
}

}  // namespace

v1::Report to_proto(const Proof& proof, const Run& run, const std::string& created_at) {
  v1::Report out;
  *out.mutable_scope() = scope_of(run);
  out.set_verdict(proof.verdict);
  out.set_sentence(proof.sentence);
  out.set_company_name(proof.company_name);
  out.set_home_currency(proof.home_currency);
  out.set_extent(proof.extent);
  out.set_created_at(created_at);
  out.set_amounts_compared(proof.amounts_compared);
  out.set_difference(proof.difference.to_string(2));
  out.set_transactions(proof.transactions);
  for (const auto& check : proof.checks) fill(*out.add_checks(), check);
  for (const auto& reject : proof.notes.rejects) fill(*out.add_rejects(), reject);
  for (const auto& note : proof.notes.notes) {
    const bool fallback = note.kind == "ledger_lines" || note.kind == "plain_entry";
    fill(fallback                ? *out.add_fallbacks()
         : note.kind == "loss"   ? *out.add_losses()
         : note.kind == "repair" ? *out.add_repairs()
                                 : *out.add_not_migrated(),
         note);
  }
  for (const auto& count : proof.notes.counts) add_absent(out, count);
  for (const auto& record : proof.unread) add_unread(out, record);
  for (const auto& account : proof.accounts) fill(*out.add_accounts(), account);
  for (const auto& account : proof.clearing.accounts) add_uncleared(out, account);
  out.set_clearing_unknown(proof.clearing.unknown);
  for (const auto& setting : proof.notes.settings) {
    auto& s = *out.add_settings();
    s.set_name(setting.name);
    s.set_before(setting.before);
    s.set_during(setting.during);
    s.set_restored(setting.restored);
    s.set_note(setting.note);
  }
  out.set_created(proof.notes.created);
  out.set_changed(proof.notes.changed);
  out.set_unchanged(proof.notes.unchanged);
  out.set_removed(proof.notes.removed);
  out.set_base_run(proof.notes.base_run);
  for (const auto& change : proof.notes.closed_changes) fill(*out.add_closed_changes(), change);
  return out;
}

}  // namespace q2o::validator
