#include "services/validator/domain/unread.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/validator/domain/packed_books.h"

namespace q2o::validator {
namespace {

using Wordings = std::map<std::string, std::string>;  // of the ledger -> entity

Wordings wordings_of(const RunNotes& notes) {
  Wordings out;
  for (const auto& count : notes.counts) {
    for (const auto& wording : count.ledger_types) out.emplace(wording, count.entity);
  }
  return out;
}

bool was_refused(const RunNotes::Count& count) {
  return count.absence == RunNotes::Absence::refused && count.counted == 0 && count.extracted == 0;
}

}  // namespace

std::string ledger_label(const accounting::LedgerTransaction& transaction) {
  return fmt::format("{} {} of {}", transaction.type,
                     transaction.document_number.empty() ? "#" + transaction.id : transaction.document_number, transaction.date);
}

void tie_ledger_to_records(SourceBooks& source, const RunNotes& notes) {
  const auto wordings = wordings_of(notes);
  for (const auto& transaction : source.transactions()) {
    const auto entity = wordings.find(transaction.type);
    if (entity == wordings.end() || source.entity_of_transaction.contains(transaction.id)) continue;
    const auto extracted = source.ids.find(entity->second);
    if (extracted == source.ids.end() || !extracted->second.contains(transaction.id)) continue;
    source.entity_of_transaction[transaction.id] = entity->second;
    source.labels.try_emplace(entity->second + "/" + transaction.id, ledger_label(transaction));
  }
}

std::vector<Unread> unread_records(const SourceBooks& source, const RunNotes& notes) {
  const auto wordings = wordings_of(notes);
  std::map<std::string, std::vector<std::uint64_t>> of_entity;  // transactions of the ledger without a record
  std::vector<std::uint64_t> of_nobody;
  const auto transactions = source.transactions();
  for (auto at = transactions.begin(); at != transactions.end(); ++at) {
    const auto& transaction = *at;
    if (source.entity_of_transaction.contains(transaction.id)) continue;
    if (const auto entity = wordings.find(transaction.type); entity != wordings.end())
      of_entity[entity->second].push_back(at.place());
    else if (std::ranges::find(notes.ledger_only_types, transaction.type) == notes.ledger_only_types.end())
      of_nobody.push_back(at.place());
  }
  std::vector<Unread> out;
  for (const auto& count : notes.counts) {
    const bool absent = count.counted == 0 && count.extracted == 0 && count.absence != RunNotes::Absence::none;
    if (count.counted <= count.extracted && !absent) continue;
    Unread unread{count.entity, count.explanation,          count.counted, count.extracted, of_entity[count.entity],
                  false,        !count.ledger_types.empty()};
    // A localized ledger may use other words: then what is of no known kind may be of a refused entity that posts.
    if (unread.transactions.empty() && was_refused(count) && !count.ledger_types.empty() && !of_nobody.empty()) {
      unread.transactions = of_nobody;
      unread.uncertain = true;
    }
    if (unread.records() > 0) out.push_back(std::move(unread));
  }
  return out;
}

}  // namespace q2o::validator
