#include <fmt/format.h>

#include <algorithm>

#include "services/validator/domain/checks.h"

namespace q2o::validator {
namespace {

using Ids = std::map<std::string, std::set<std::string>>;  // entity -> source ids

struct Fates {
  Ids rejected, merged, excluded;
};

Fates fates_of(const RunNotes& notes) {
  Fates out;
  for (const auto& reject : notes.rejects) out.rejected[reject.entity].insert(reject.source_id);
  for (const auto& note : notes.notes) {
    if (note.kind == "merged") out.merged[note.entity].insert(note.source_id);
    if (note.kind == "excluded") out.excluded[note.entity].insert(note.source_id);
  }
  return out;
}

struct Split {
  std::uint64_t loaded = 0, merged = 0, rejected = 0, excluded = 0;
  std::vector<std::string> lost;
};

/// Each extracted id has one fate; a record with rejected parts counts as rejected even when other parts are there.
Split split(const std::string& entity, const std::set<std::string>& ids, Fates& fates, const std::vector<std::string>& loaded) {
  Split out;
  for (const auto& id : ids) {
    if (fates.rejected[entity].contains(id))
      ++out.rejected;
    else if (fates.excluded[entity].contains(id))
      ++out.excluded;
    else if (fates.merged[entity].contains(id))
      ++out.merged;
    else if (std::ranges::binary_search(loaded, id))
      ++out.loaded;
    else
      out.lost.push_back(id);
  }
  return out;
}

std::string lost_note(const std::vector<std::string>& lost) {
  if (lost.empty()) return {};
  std::string out = "; without a trace: ";
  for (std::size_t i = 0; i < lost.size() && i < 10; ++i) out += (i == 0 ? "" : ", ") + lost[i];
  return lost.size() > 10 ? out + fmt::format(" and {} more", lost.size() - 10) : out;
}

void compare(CheckBuilder& check, const std::string& entity, std::uint64_t extracted, const Split& split) {
  Line line;
  line.subject = entity;
  line.entity = entity;
  line.source = std::to_string(extracted);
  const auto sum = split.loaded + split.merged + split.rejected + split.excluded;
  line.target = std::to_string(sum);
  if (sum != extracted) line.difference = std::to_string(static_cast<std::int64_t>(extracted) - static_cast<std::int64_t>(sum));
  line.note = fmt::format("{} loaded, {} merged, {} rejected, {} left out{}", split.loaded, split.merged, split.rejected, split.excluded,
                          lost_note(split.lost));
  check.fact(std::move(line), sum == extracted);
}

/// What the source has and nobody got is an exception: the ledger is complete, but a record is missing, or a document became an entry.
void never_came(CheckBuilder& check, const Unread& unread) {
  Line line;
  line.subject = unread.entity + (unread.uncertain ? ": records that the source may have and refused to list"
                                                   : ": records in the source that could not be read");
  line.entity = unread.entity;
  line.note = unread.explanation;
  line.explained = true;
  line.source = std::to_string(unread.extracted + unread.records());
  line.target = std::to_string(unread.extracted);
  line.difference = std::to_string(unread.records());
  check.fact(std::move(line), false);
}

}  // namespace

Check check_counts(const SourceBooks& source, const Bridge& bridge, const RunNotes& notes, const std::vector<Unread>& unread) {
  CheckBuilder check("counts", "Records per entity",
                     "The source's own count = extracted records = records found in Odoo by external id + merged + rejected + left out.");
  for (const auto& [what, why] : notes.missing) check.not_checked(fmt::format("{} could not be asked: {}.", what, why));
  auto fates = fates_of(notes);
  std::set<std::string> seen{"GeneralLedger"};  // the ledger itself is compared transaction by transaction
  for (const auto& count : notes.counts) {
    if (!seen.insert(count.entity).second) continue;
    const auto gone = std::ranges::find(unread, count.entity, &Unread::entity);
    if (gone != unread.end())
      never_came(check, *gone);
    else if (!count.explanation.empty() && count.absence == RunNotes::Absence::none)
      check.remark(count.entity + ": " + count.explanation);
    const auto ids = source.ids.find(count.entity);
    const auto& extracted = ids == source.ids.end() ? std::set<std::string>() : ids->second;
    if (count.extracted != extracted.size()) {
      Line line;
      line.subject = count.entity + ": extracted records in the replay log";
      line.source = std::to_string(count.extracted);
      line.target = std::to_string(extracted.size());
      line.note = count.explanation;
      check.fact(std::move(line), false);
    }
    compare(check, count.entity, count.extracted, split(count.entity, extracted, fates, bridge.loaded(count.entity)));
  }
  for (const auto& [entity, ids] : source.ids) {
    if (seen.insert(entity).second) compare(check, entity, ids.size(), split(entity, ids, fates, bridge.loaded(entity)));
  }
  std::set<std::string> only_ledger;
  for (const auto& transaction : source.transactions()) {
    if (!source.entity_of_transaction.contains(transaction.id)) only_ledger.insert(transaction.id);
  }
  const std::string name(kLedgerTransaction);
  for (auto* list : {&fates.rejected, &fates.merged, &fates.excluded}) (*list)[name].merge((*list)["ledger_transaction"]);
  if (!only_ledger.empty()) compare(check, name, only_ledger.size(), split(name, only_ledger, fates, bridge.loaded(name)));
  return check.finish();
}

}  // namespace q2o::validator
