#include "services/mapper/domain/stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/mapper/domain/builders/opening.h"
#include "services/mapper/domain/language/scalar.h"
#include "services/mapper/domain/losses.h"

namespace q2o::mapper {
namespace {

Outcome unreadable(const Error& error, std::string_view body) {
  Outcome outcome;
  outcome.reject = language::refusal("", body.substr(0, 200), "INVALID_JSON", fmt::format("The record is no JSON: {}", error.message),
                                     "Extract the record again.");
  return outcome;
}

bool is_short_ascii(std::string_view text, std::size_t most) {
  return text.size() <= most && std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) > 0; });
}

/// At most `most` bytes, cut between characters; bytes that are no UTF-8 become '?': messages carry texts only.
void make_presentable(std::string& value, std::size_t most) {
  if (is_short_ascii(value, most)) return;
  const std::string text = std::move(value);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    bool good = length > 0 && i + length <= text.size() && lead != 0;
    for (std::size_t k = 1; good && k < length; ++k) good = (static_cast<unsigned char>(text[i + k]) & 0xC0) == 0x80;
    const std::size_t taken = good ? length : 1;
    if (out.size() + taken > most) break;
    if (good)
      out += std::string_view(text).substr(i, length);
    else
      out += '?';
    i += taken;
  }
  value = std::move(out);
}

/// What people read of an outcome: a value of a megabyte helps nobody, and half a character would spoil the whole message.
void make_presentable(Outcome& outcome) {
  constexpr std::size_t kValueMax = 200, kSentenceMax = 1000;
  make_presentable(outcome.label, kValueMax);
  for (auto& loss : outcome.losses) {
    make_presentable(loss.value, kValueMax);
    make_presentable(loss.reason, kSentenceMax);
  }
  if (!outcome.reject) return;
  make_presentable(outcome.reject->value, kValueMax);
  make_presentable(outcome.reject->message, kSentenceMax);
  make_presentable(outcome.reject->hint, kSentenceMax);
}

/// Records of transactions before the first day, by external id.
constexpr std::string_view kBefore = "before";

/// "a|b|c": one of them, each possibly with the part of its record behind it.
bool names_before(const Lookups& lookups, std::string_view alternatives) {
  while (!alternatives.empty()) {
    const auto end = std::min(alternatives.find('|'), alternatives.size());
    const auto name = alternatives.substr(0, end);
    const auto part = name.rfind('_');
    if (lookups.find(kBefore, name) != nullptr) return true;
    if (part != std::string_view::npos && lookups.find(kBefore, name.substr(0, part)) != nullptr) return true;
    alternatives.remove_prefix(std::min(end + 1, alternatives.size()));
  }
  return false;
}

bool names_any(const std::set<std::string>& records, std::string_view alternatives) {
  while (!alternatives.empty()) {
    const auto end = std::min(alternatives.find('|'), alternatives.size());
    if (records.contains(std::string(alternatives.substr(0, end)))) return true;
    alternatives.remove_prefix(std::min(end + 1, alternatives.size()));
  }
  return false;
}

/// A rejected record loses nothing more.
void add_losses(Outcome& outcome, const std::vector<Loss>& losses) {
  if (!outcome.reject) outcome.losses.insert(outcome.losses.end(), losses.begin(), losses.end());
}

}  // namespace

Defer Stream::defer(std::string_view entity) const {
  const EntityRule* rule = mapping_.find(entity);
  return rule == nullptr ? Defer::no : rule->defer;
}

/// A record counts as taken over only with targets in waves that the plan has.
Outcome Stream::checked(Outcome outcome) const {
  for (const auto& target : outcome.targets) {
    if (mapping_.wave_number(target.wave)) continue;
    Outcome refused;
    refused.label = outcome.label;
    refused.posting = outcome.posting;
    refused.reject = language::refusal("", target.wave, "UNKNOWN_WAVE",
                                       fmt::format("{} belongs to a wave that the mapping does not have", target.external_id),
                                       "Add the wave to the builder's list in the mapping.");
    return refused;
  }
  return outcome;
}

/// A rejected document must not come back as an entry of the ledger: its rejection is the message.
void Stream::claim_unmapped(Mapped& mapped) const {
  const EntityRule* rule = mapping_.find(mapped.entity);
  if (mapped.entity == kLedgerTransaction) mapped.outcome.posting = true;
  if (rule == nullptr || !rule->ledger) return;
  mapped.outcome.claimed.push_back(mapped.id);
  mapped.outcome.posting = true;
}

Mapped Stream::map(const Source& source, Pass pass) {
  Mapped mapped{source.entity, source.id, checked(engine_.map(source, run_, lookups_, pass))};
  if (mapped.outcome.reject) claim_unmapped(mapped);
  make_presentable(mapped.outcome);
  return mapped;
}

Mapped Stream::refused(const std::string& entity, const std::string& id, std::string label, Reject reject) const {
  Mapped mapped{entity, id, {}};
  mapped.outcome.label = std::move(label);
  mapped.outcome.reject = std::move(reject);
  claim_unmapped(mapped);
  make_presentable(mapped.outcome);
  return mapped;
}

Mapped Stream::left_out(const std::string& entity, const std::string& id, std::string label, std::string reason) const {
  Mapped mapped{entity, id, {}};
  mapped.outcome.label = std::move(label);
  mapped.outcome.excluded = std::move(reason);
  claim_unmapped(mapped);
  make_presentable(mapped.outcome);
  return mapped;
}

Mapped Stream::set_aside(const std::string& entity, const std::string& id) const {
  return refused(entity, id, {},
                 language::refusal("", "", "MAPPER_CRASHED", "Mapping this record ended the mapper twice; it was set aside",
                                   "Report it with its id. After an update, q2o replay tries it again."));
}

Stream::Taken Stream::take(const std::string& entity, std::span<const RawRecord> records, bool plan_sent) {
  Taken taken;
  const Defer when = defer(entity);
  const bool later = when == Defer::plan ? !plan_sent : when != Defer::no;
  Watched watched(watch_);
  taken.mapped.reserve(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    watched.begins(entity, records[i].id);
    auto document = json::Document::parse(records[i].body);
    if (!document) {
      taken.mapped.push_back({entity, records[i].id, unreadable(document.error(), records[i].body)});
      continue;
    }
    const auto losses = bound_texts(*document, run_.text_bytes_max);
    const Source source{entity, records[i].id, &document->root()};
    const bool whole_entity = later && document->root().is_object();
    Mapped mapped = whole_entity ? Mapped{entity, source.id, {}} : map(source, Pass::first);
    const bool waits = whole_entity || mapped.outcome.waits || refers_to_before(mapped.outcome);
    if (!mapped.outcome.reject) {
      if (auto reject = engine_.remember(source, run_, lookups_)) {
        mapped.outcome = {};
        mapped.outcome.reject = std::move(reject);
      } else if (waits) {
        taken.deferred.push_back(i);
        continue;
      }
    }
    if (set_before(source, mapped, taken)) continue;
    add_losses(mapped.outcome, losses);
    taken.mapped.push_back(std::move(mapped));
  }
  for (auto& mapped : taken.mapped) make_presentable(mapped.outcome);
  return taken;
}

std::vector<Mapped> Stream::prepared(const std::string& entity, std::span<const RawRecord> records) {
  Watched watched(watch_);
  std::vector<json::Document> documents;
  std::vector<std::vector<Loss>> losses;
  std::vector<Source> sources;
  documents.reserve(records.size());
  for (const auto& record : records) {
    watched.begins(entity, record.id);
    auto document = json::Document::parse(record.body);
    if (!document) throw std::logic_error(fmt::format("deferred {} {} was readable before", entity, record.id));
    losses.push_back(bound_texts(*document, run_.text_bytes_max));
    documents.push_back(std::move(*document));
    sources.push_back({entity, record.id, &documents.back().root()});
  }
  const EntityRule* rule = mapping_.find(entity);
  if (rule != nullptr && rule->prepare != nullptr) rule->prepare->run(sources, run_, lookups_);
  std::vector<Mapped> mapped;
  mapped.reserve(sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    watched.begins(entity, sources[i].id);
    mapped.push_back(map(sources[i], Pass::last));
    leave_out_what_did_not_arrive(mapped.back());
    add_losses(mapped.back().outcome, losses[i]);
    make_presentable(mapped.back().outcome);
  }
  return mapped;
}

Stream::Taken Stream::ledger_only(std::span<const std::string> transaction_ids) {
  Taken taken;
  for (const auto& id : transaction_ids) {
    const Source source{std::string(kLedgerTransaction), id, nullptr};
    auto mapped = map(source, Pass::last);
    if (!set_before(source, mapped, taken)) taken.mapped.push_back(std::move(mapped));
  }
  return taken;
}

/// Keeps what a transaction before the first day would have become. What is rejected or left out stays so: nothing of it arrives.
bool Stream::set_before(const Source& source, const Mapped& mapped, Taken& taken) {
  if (run_.extent.first_day.empty() || mapped.outcome.reject || !mapped.outcome.excluded.empty()) return false;
  const EntityRule* rule = mapping_.find(source.entity);
  if (rule == nullptr || !rule->ledger) return false;
  std::vector<Loss> lost;
  const builders::Scope scope(source, rule->parameters.root(), run_, lookups_, lost);
  if (!scope.before_first_day()) return false;
  const auto before = builders::before_of(scope, mapped.outcome);
  lookups_.put(kBefore, run_.external_id(source.entity, source.id), "true");
  taken.before.push_back({source.id, builders::write(before)});
  taken.claimed.insert(taken.claimed.end(), mapped.outcome.claimed.begin(), mapped.outcome.claimed.end());
  return true;
}

bool Stream::refers_to_before(const Outcome& outcome) const {
  if (run_.extent.first_day.empty() || outcome.posting) return false;
  return std::ranges::any_of(outcome.targets, [&](const Target& target) {
    return std::ranges::any_of(target.references, [&](const std::string& name) { return names_before(lookups_, name); });
  });
}

/// Files, notes and hours of documents that were settled before the first day.
void Stream::leave_out_what_did_not_arrive(Mapped& mapped) const {
  if (!refers_to_before(mapped.outcome)) return;
  const auto gone = std::erase_if(mapped.outcome.targets, [&](const Target& target) {
    return std::ranges::any_of(target.references,
                               [&](const std::string& name) { return names_before(lookups_, name) && !names_any(arrived_, name); });
  });
  if (gone == 0) return;
  const auto why = fmt::format("It belongs to a transaction before {} that was settled by then.", run_.extent.first_day);
  if (mapped.outcome.targets.empty())
    mapped.outcome.excluded = why;
  else
    mapped.outcome.losses.push_back({"", "", why});
}

std::vector<Mapped> Stream::opening(std::span<const std::pair<std::string, RawRecord>> before) {
  builders::OpeningBalances balances(run_, lookups_);
  for (const auto& [entity, record] : before) balances.add(builders::read_before(entity, record.id, record.body));
  balances.settle();
  std::vector<Mapped> mapped;
  for (const auto& one : balances.all()) {
    mapped.push_back({one.entity, one.id, checked(balances.outcome(one))});
    make_presentable(mapped.back().outcome);
  }
  arrived_ = balances.arrived();
  const std::string entity(kOpeningBalance);
  for (const auto& [id, body] : balances.balances()) {
    const auto document = json::Document::parse(body).value();
    mapped.push_back(map({entity, id, &document.root()}, Pass::last));
    mapped.back().outcome.claimed.clear();
  }
  return mapped;
}

}  // namespace q2o::mapper
