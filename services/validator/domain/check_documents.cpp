#include <fmt/format.h>

#include "services/validator/domain/checks.h"

/// What is still open of every document.
namespace q2o::validator {
namespace {

/// Receivables or payables: the control accounts of both books.
struct ControlAccounts {
  std::set<std::string> source;
  std::set<std::int64_t> target;
  bool foreign = false;  ///< some are kept in a foreign currency

  ControlAccounts(const SourceBooks& books, const TargetBooks& odoo, const Bridge& bridge, bool receivable)
      : target(bridge.accounts_where(books, receivable ? &SourceAccount::is_receivable : &SourceAccount::is_payable)) {
    for (const auto& [id, account] : books.accounts) {
      if (!(receivable ? account.is_receivable() : account.is_payable())) continue;
      source.insert(id);
      foreign |= !account.currency.empty() && account.currency != books.home_currency;
    }
    for (const auto& [id, account] : odoo.accounts) {
      if (account.type == (receivable ? "asset_receivable" : "liability_payable")) target.insert(id);
    }
  }
};

/// What a transaction posted on the control accounts. Items on both sides of one account cannot be told apart by the source's links.
struct Posted {
  Decimal sum;
  bool debit = false, credit = false;
  int sign() const { return debit == credit ? 0 : debit ? 1 : -1; }
};
using PostedByTransaction = std::map<std::string, Posted>;

PostedByTransaction posted_on(const SourceBooks& source, const ControlAccounts& accounts) {
  PostedByTransaction out;
  for (const auto& transaction : source.ledger) {
    for (const auto& posting : transaction.postings) {
      if (!accounts.source.contains(posting.account_id) || posting.amount.is_zero()) continue;
      auto& posted = out[transaction.id];
      posted.sum += posting.amount;
      (posting.amount.sign() < 0 ? posted.credit : posted.debit) = true;
    }
  }
  return out;
}

/// Open amounts by what was posted and what the source's payments settle of it. For documents that do not tell their own balance
/// (journal entries, checks, deposits, bill payments …). Absent where the links do not tell.
std::map<std::string, Decimal> open_by_links(const SourceBooks& source, const PostedByTransaction& posted, bool receivable) {
  std::map<std::string, Decimal> open;
  std::set<std::string> unclear;
  for (const auto& [id, amount] : posted) {
    open[id] = amount.sum;
    if (amount.sign() == 0) unclear.insert(id);
  }
  for (const auto& link : source.allocations) {
    if (link.receivable != receivable) continue;
    const auto settled = posted.find(link.settled);
    const int sign = settled == posted.end() ? 0 : settled->second.sign();
    if (sign == 0) {
      unclear.insert({link.payment, link.settled});
      continue;
    }
    const auto amount = sign > 0 ? link.amount : -link.amount;
    open[link.settled] -= amount;
    open[link.payment] += amount;
  }
  for (const auto& id : unclear) open.erase(id);
  return open;
}

/// Transactions that the source settles together with one that is missing in the target or could not be settled there: what stays open of
/// them follows from that.
std::set<std::string> touched_by_missing(const SourceBooks& source, const Missing& missing) {
  std::map<std::string, std::set<std::string>> neighbours;
  std::vector<std::string> waiting;
  std::set<std::string> touched;
  for (const auto& link : source.allocations) {
    neighbours[link.payment].insert(link.settled);
    neighbours[link.settled].insert(link.payment);
  }
  for (const auto& transaction : source.ledger) {
    if (missing.unsettled(transaction.id)) waiting.push_back(transaction.id);
  }
  while (!waiting.empty()) {
    const auto id = std::move(waiting.back());
    waiting.pop_back();
    if (!touched.insert(id).second) continue;
    for (const auto& next : neighbours[id]) waiting.push_back(next);
  }
  return touched;
}

Decimal residual_of(const std::string& transaction, const ControlAccounts& accounts, const Bridge& bridge, bool in_currency) {
  Decimal sum;
  for (const auto move : bridge.moves(transaction)) {
    for (const auto* item : bridge.items(move)) {
      if (accounts.target.contains(item->account_id)) sum += in_currency ? item->residual_currency : item->residual;
    }
  }
  return sum;
}

}  // namespace

Check check_documents(const SourceBooks& source, const TargetBooks& target, const Bridge& bridge, const Missing& missing) {
  CheckBuilder check(
      "documents", "Open amount of every document",
      "The source's own balance of each invoice, bill, credit and payment, and of every other transaction on a receivable or payable "
      "account what its payments leave open, against the residual of its items in Odoo, in the document's currency.");
  const ControlAccounts sides[]{{source, target, bridge, true}, {source, target, bridge, false}};
  const auto touched = touched_by_missing(source, missing);
  const auto compare = [&](Line line, const std::string& id, const Decimal& open, const Decimal& residual) {
    line.source_id = id;
    check.amount(std::move(line), open, residual, touched.contains(id) ? open - residual : Decimal());
  };
  std::set<std::string> told;  // by the document itself
  for (const auto& document : source.documents) {
    told.insert(document.id);
    const bool foreign = !document.currency.empty() && document.currency != source.home_currency;
    Line line;
    line.subject = document.label;
    line.entity = document.entity;
    line.currency = document.currency;
    compare(std::move(line), document.id, document.open, residual_of(document.id, sides[document.receivable ? 0 : 1], bridge, foreign));
  }
  for (const auto& side : sides) {
    if (side.foreign) continue;  // the ledger's sums are in home currency, the links are not
    const bool receivable = &side == &sides[0];
    const auto posted = posted_on(source, side);
    const auto open = open_by_links(source, posted, receivable);
    for (const auto& transaction : source.ledger) {
      const auto found = open.find(transaction.id);
      if (told.contains(transaction.id) || found == open.end() || !posted.contains(transaction.id)) continue;
      const auto entity = source.entity_of_transaction.find(transaction.id);
      Line line;
      line.entity = entity == source.entity_of_transaction.end() ? std::string(kLedgerTransaction) : entity->second;
      line.subject =
          entity == source.entity_of_transaction.end() ? ledger_label(transaction) : source.label(entity->second, transaction.id);
      line.note = "what the source's payments leave open of it";
      compare(std::move(line), transaction.id, found->second, residual_of(transaction.id, side, bridge, false));
    }
  }
  return check.finish();
}

}  // namespace q2o::validator
