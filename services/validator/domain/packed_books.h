#pragma once

#include <concepts>

#include "services/validator/domain/books.h"

/// How what grows with the company lies on a shelf.
namespace q2o::accounting {

template <class Codec, class T>
  requires std::same_as<std::remove_const_t<T>, Posting>
void pack(Codec& codec, T& posting) {
  codec(posting.account_id), codec(posting.amount), codec(posting.currency), codec(posting.amount_currency), codec(posting.name_id);
  codec(posting.name), codec(posting.memo), codec(posting.cleared);
}
template <class Codec, class T>
  requires std::same_as<std::remove_const_t<T>, LedgerTransaction>
void pack(Codec& codec, T& transaction) {
  codec(transaction.id), codec(transaction.type), codec(transaction.date), codec(transaction.document_number), codec(transaction.postings);
}

}  // namespace q2o::accounting

namespace q2o::validator {

template <class Codec, class T>
  requires std::same_as<std::remove_const_t<T>, SourceDocument>
void pack(Codec& codec, T& document) {
  codec(document.entity), codec(document.id), codec(document.label), codec(document.currency), codec(document.party_id);
  codec(document.receivable), codec(document.open), codec(document.due);
}
template <class Codec, class T>
  requires std::same_as<std::remove_const_t<T>, Allocation>
void pack(Codec& codec, T& allocation) {
  codec(allocation.payment), codec(allocation.settled), codec(allocation.receivable), codec(allocation.amount), codec(allocation.date);
}
template <class Codec, class T>
  requires std::same_as<std::remove_const_t<T>, OwnRecord>
void pack(Codec& codec, T& record) {
  codec(record.name), codec(record.model), codec(record.id);
}
template <class Codec, class T>
  requires std::same_as<std::remove_const_t<T>, TargetMove>
void pack(Codec& codec, T& move) {
  codec(move.id), codec(move.name), codec(move.date), codec(move.state);
}
template <class Codec, class T>
  requires std::same_as<std::remove_const_t<T>, TargetItem>
void pack(Codec& codec, T& item) {
  codec(item.id), codec(item.move_id), codec(item.account_id), codec(item.partner_id), codec(item.balance), codec(item.amount_currency);
  codec(item.residual), codec(item.residual_currency), codec(item.currency), codec(item.date), codec(item.maturity), codec(item.posted);
}

}  // namespace q2o::validator
